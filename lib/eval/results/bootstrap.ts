/**
 * How sure a difference is: the percentile bootstrap over scenes (Efron and Tibshirani, "An Introduction to
 * the Bootstrap", 1993, chapter 13).
 *
 * What is resampled is scenes; what is computed on each resample is the mIoU of all their points together,
 * as in the table itself. Two methods are compared on the same resample, so that what both find hard falls
 * out of the difference. Resamples are fixed by a seed: the same cells give the same intervals.
 *
 * @module
 */
import { Random } from "../../random/random.ts";
import { Confusion } from "../../metrics/confusion.ts";

const RESAMPLES = 2000;
const SEED = 2026;

/** The arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** All points of several scenes together. */
export function pooled(matrices: readonly Confusion[]): Confusion {
  const sum = new Confusion(matrices[0]?.classes ?? 0);
  for (const matrix of matrices) sum.merge(matrix);
  return sum;
}

/**
 * The pooled mIoU of each resample of scenes, `[2000]`.
 *
 * @param matrices one a scene, in the order of scenes: methods that are to be compared give theirs in the
 *   same order.
 * @param stream which independent resamples: scenes of another domain take others.
 */
export function resampledMious(matrices: readonly Confusion[], stream: number): Float64Array {
  const random = new Random(SEED, stream);
  const count = matrices.length;
  const classes = matrices[0]?.classes ?? 0;
  // Hits and unions add up over scenes, so the matrices themselves need not.
  const hits = matrices.map((matrix) => matrix.hits());
  const unions = matrices.map((matrix) => matrix.unions());
  const hit = new Float64Array(classes);
  const union = new Float64Array(classes);
  return Float64Array.from({ length: RESAMPLES }, () => {
    hit.fill(0);
    union.fill(0);
    for (let i = 0; i < count; i++) {
      const scene = random.integer(count);
      const [h, u] = [hits[scene]!, unions[scene]!];
      for (let k = 0; k < classes; k++) {
        hit[k]! += h[k]!;
        union[k]! += u[k]!;
      }
    }
    let sum = 0;
    let present = 0;
    for (let k = 0; k < classes; k++) {
      if (union[k] === 0) continue;
      sum += hit[k]! / union[k]!;
      present++;
    }
    return sum / present;
  });
}

/** The stream of resamples that belongs to a name (32-bit FNV-1a): a domain has the same in every study. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The 2.5 % and 97.5 % quantiles of resampled values. */
export function interval95(values: Float64Array): [low: number, high: number] {
  const sorted = values.slice().sort();
  const at = (quantile: number) => sorted[Math.round(quantile * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
}

/** The mean of several series, resample by resample. */
export function meanSeries(series: readonly Float64Array[]): Float64Array {
  return series[0]!.map((_, i) => mean(series.map((values) => values[i]!)));
}

/** One series less another, resample by resample. */
export function differenceSeries(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}
