/**
 * The heights above the ground at which classes lie. A network labels voxels, in which ground and what grows on it may lie
 * together; each point has a height of its own, which a ground filter measured, and that weighs in.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { Points } from "../../voxels/points.ts";

/** What the probability of a class counts at a height at which it does not lie: the filter errs, but rarely. */
const OUTSIDE = 0.01;

/** The heights of a student's classes, and of a scan's points. */
export interface ClassHeights {
  /** [classes] metres: a class lies above `low`, and up to `high`. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** [N] metres above the ground. */
  readonly aboveGround: Float32Array;
}

/** Gives the heights of classes and points; null where the card names none. */
export function classHeights(
  { classes, heights }: Pick<StudentCard, "classes" | "heights">,
  { aboveGround }: Pick<Points, "aboveGround">,
): ClassHeights | null {
  if (!heights || !aboveGround) return null;
  const bound = (end: 0 | 1, none: number) =>
    Float32Array.from(classes, (name) => heights[name]?.[end] ?? none);
  return { low: bound(0, -Infinity), high: bound(1, Infinity), aboveGround };
}

/**
 * Weighs the probabilities of one point by its height, in place; they sum to one afterwards.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const heights = classHeights(
 *   { classes: ["ground", "roof"], heights: { ground: [null, 0.3], roof: [0.3, null] } },
 *   { aboveGround: Float32Array.of(0.1, 5) },
 * )!;
 * const [low, high] = [Float32Array.of(0.25, 0.75), Float32Array.of(0.75, 0.25)];
 * weighByHeight(low, 0, heights);
 * weighByHeight(high, 1, heights);
 * assert.ok(low[0]! > 0.9 && high[1]! > 0.9);
 * ```
 */
export function weighByHeight(
  probabilities: Float32Array,
  point: number,
  { low, high, aboveGround }: ClassHeights,
): void {
  const height = aboveGround[point]!;
  let sum = 0;
  for (let c = 0; c < probabilities.length; c++) {
    if (height <= low[c]! || height > high[c]!) probabilities[c]! *= OUTSIDE;
    sum += probabilities[c]!;
  }
  for (let c = 0; c < probabilities.length; c++) probabilities[c]! /= sum;
}
