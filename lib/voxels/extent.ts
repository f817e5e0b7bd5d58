/**
 * How far a scan reaches and how its points lie, without its stray points: from an even sample of them.
 *
 * @module
 */
import { map3, type Triple } from "./triple.ts";

/** Most points that are looked at. */
const SAMPLES = 4096;

/**
 * Gives a function of quantiles along the axes: `quantiles(0.5)` is the median of x, y and z.
 *
 * @param positions [N][3].
 */
export function quantilesOf(positions: Float32Array): (q: number) => Triple {
  const sorted = sortedSamples(positions);
  return (q) => map3((axis) => sorted[axis]![Math.round(q * (sorted[axis]!.length - 1))]!);
}

/** Gives at most 4,096 evenly spaced points: their values along each axis, sorted. */
export function sortedSamples(positions: Float32Array): Float32Array[] {
  const count = positions.length / 3;
  const stride = Math.ceil(count / SAMPLES);
  return [0, 1, 2].map((axis) =>
    Float32Array.from(
      { length: Math.ceil(count / stride) },
      (_, i) => positions[3 * i * stride + axis]!,
    ).sort()
  );
}
