/**
 * How the report writes differences of mIoU: in points, with sign and interval.
 *
 * @module
 */
import { percent } from "../../terminal/format.ts";
import type { Difference } from "../results/results.ts";

/**
 * A difference in points, with its sign.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { signed } from "./numbers.ts";
 *
 * assert.deepEqual([0.168, -0.02].map(signed), ["+16.8", "−2.0"]);
 * ```
 */
export function signed(fraction: number): string {
  const points = percent(Math.abs(fraction));
  return `${fraction < 0 && points !== "0.0" ? "−" : "+"}${points}`;
}

/** Scenes of a domain below which a run claims nothing: their interval says little of other scenes. */
export const LEAST_SCENES = 5;

/** "+16.8 (+14.5 to +19.0)"; of too few scenes there is no interval. */
export function withInterval({ mean, ci95: [low, high], scenes }: Difference): string {
  return scenes < LEAST_SCENES
    ? signed(mean)
    : `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}
