/**
 * How sure a mean over scenes is.
 *
 * @module
 */
import { Random } from "../worlds/random.ts";

const RESAMPLES = 2000;
const SEED = 2026;

/** The arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The 95 % percentile bootstrap interval of a statistic over scenes. The same scenes give the same
 * interval.
 *
 * @param scenes at least one.
 * @param statistic of a list of scenes as long as `scenes`, in which some stand more than once.
 */
export function bootstrap95<T>(
  scenes: readonly T[],
  statistic: (resampled: readonly T[]) => number,
): [number, number] {
  const random = new Random(SEED);
  const values = Float64Array.from(
    { length: RESAMPLES },
    () => statistic(scenes.map(() => scenes[random.integer(scenes.length)]!)),
  ).sort();
  return [values[Math.floor(0.025 * RESAMPLES)]!, values[Math.ceil(0.975 * RESAMPLES) - 1]!];
}
