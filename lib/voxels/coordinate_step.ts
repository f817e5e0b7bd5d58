/**
 * In what steps the coordinates of a scan are kept.
 *
 * @module
 */
import type { Scan } from "../scan/mod.ts";
import { sortedSamples } from "./extent.ts";

/** Fewest points that steps are told from. */
const LEAST_POINTS = 256;
/** Fewest different values along an axis: fewer may be the planes of a drawing. */
const LEAST_VALUES = 16;

/** How many steps of a float32 lie between the nearest values of a scan that is kept in them. */
const MOST_FLOAT_STEPS = 4;

/**
 * Gives the step of the coordinates: the least difference of different values along an axis, for the axis where it is
 * largest. Points of a scanner have values at any distance from each other, so that even among 4,096 of them some lie
 * close; where none do, coordinates were rounded, as those of a map are when they are kept as float.
 *
 * @returns the step in the unit of the positions; 0 where the points are too few to tell.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Northings of five million metres, kept as float: steps of half a metre.
 * const northings = Float32Array.from({ length: 300 }, (_, i) => 5_400_000 + i / 17);
 * const positions = Float32Array.from(
 *   { length: 900 },
 *   (_, i) => i % 3 === 1 ? northings[(i - 1) / 3]! - 5_400_000 : Math.sin(i),
 * );
 * assert.equal(coordinateStep({ positions, origin: [500_000, 5_400_000, 0] }), 0.5);
 * ```
 */
export function coordinateStep({ positions, origin }: Pick<Scan, "positions" | "origin">): number {
  if (positions.length / 3 < LEAST_POINTS) return 0;
  const steps = sortedSamples(positions).map((values, axis) => {
    const gaps: number[] = [];
    for (let i = 1; i < values.length; i++) {
      const gap = values[i]! - values[i - 1]!;
      if (gap > 0) gaps.push(gap);
    }
    const step = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
    const ofFloat = floatStep(origin[axis]! + values[0]!);
    const isFloat = step >= 0.99 * ofFloat && step <= MOST_FLOAT_STEPS * ofFloat;
    return gaps.length > 0 && (gaps.length >= LEAST_VALUES || isFloat) ? step : 0;
  });
  return Math.max(...steps);
}

/** Difference between a float32 and the next one. */
function floatStep(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23);
}
