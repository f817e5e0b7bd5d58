/**
 * Confidence intervals by the percentile bootstrap over scenes (Efron and Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13).
 *
 * Scenes are resampled, and on each resample the mIoU of all their points together is computed, as in the tables.
 * Two methods are compared on the same resamples: the difference is paired, so scenes that both find hard do not
 * widen its interval. The resamples follow from a seed: the same cells give the same intervals.
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

/** The confusion matrix of all points of several scenes together. */
export function pooled(matrices: readonly Confusion[]): Confusion {
  const sum = new Confusion(matrices[0]?.classes ?? 0, matrices[0]?.meanOver);
  for (const matrix of matrices) sum.merge(matrix);
  return sum;
}

/**
 * The pooled mIoU of each resample of scenes, `[2000]`.
 *
 * @param matrices one per scene; methods that are compared pass theirs in the same order of scenes.
 * @param stream the random stream of the resamples; each domain has its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Confusion } from "../../metrics/confusion.ts";
 * import { interval95, pooled, resampledMious } from "./bootstrap.ts";
 *
 * // Three scenes with ten points of each of two classes, of which 6, 8 and 9 are found.
 * const scenes = [6, 8, 9].map((hits) => {
 *   const matrix = new Confusion(2);
 *   matrix.counts.set([hits, 10 - hits, 10 - hits, hits]);
 *   return matrix;
 * });
 * const [low, high] = interval95(resampledMious(scenes, 0));
 * const miou = pooled(scenes).miou();
 * assert.ok(low < miou && miou < high);
 * ```
 */
export function resampledMious(matrices: readonly Confusion[], stream: number): Float64Array {
  const random = new Random(SEED, stream);
  const count = matrices.length;
  const classes = matrices[0]?.classes ?? 0;
  // Hits and unions are additive over scenes, so the matrices themselves need not be added.
  const hits = matrices.map((matrix) => matrix.hits());
  const unions = matrices.map((matrix) => matrix.unions());
  const presences = matrices.map((matrix) => matrix.present());
  const hit = new Float64Array(classes);
  const union = new Float64Array(classes);
  const presence = new Float64Array(classes);
  return Float64Array.from({ length: RESAMPLES }, () => {
    hit.fill(0);
    union.fill(0);
    presence.fill(0);
    for (let i = 0; i < count; i++) {
      const scene = random.integer(count);
      const [h, u, p] = [hits[scene]!, unions[scene]!, presences[scene]!];
      for (let k = 0; k < classes; k++) {
        hit[k]! += h[k]!;
        union[k]! += u[k]!;
        presence[k]! += p[k]!;
      }
    }
    let sum = 0;
    let present = 0;
    for (let k = 0; k < classes; k++) {
      if (presence[k] === 0) continue;
      sum += hit[k]! / union[k]!;
      present++;
    }
    return sum / present;
  });
}

/**
 * The mean of each resample of values, `[2000]`: for scans that are each a domain of their own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { interval95, resampledMeans } from "./bootstrap.ts";
 *
 * const [low, high] = interval95(resampledMeans([1, 2, 3, 4], 0));
 * assert.ok(1 < low && low < 2.5 && 2.5 < high && high < 4);
 * ```
 */
export function resampledMeans(values: readonly number[], stream: number): Float64Array {
  const random = new Random(SEED, stream);
  return Float64Array.from(
    { length: RESAMPLES },
    () => mean(values.map(() => values[random.integer(values.length)]!)),
  );
}

/** The random stream of a name (32-bit FNV-1a hash): a domain has the same resamples in every study. */
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
