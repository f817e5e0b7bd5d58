/**
 * Grids. WebGPU refuses more than 65,535 workgroups an axis, and Deno drops such a dispatch without a word, so every
 * dispatch goes through {@link splitGrid}.
 *
 * @module
 */

import { CapacityError } from "./errors.ts";

/** Workgroups that an axis may have in every WebGPU implementation. */
export const MAX_WORKGROUPS_PER_AXIS = 65_535;

/**
 * Workgroups of 64 threads that cover `threads` threads.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 1, 64, 65].map(groupsOf64), [0, 1, 1, 2]);
 * ```
 */
export function groupsOf64(threads: number): number {
  return Math.ceil(threads / 64);
}

/**
 * Splits a one-dimensional count of workgroups over x and y, with fewer than x workgroups to spare.
 *
 * @throws {RangeError} where the count is negative or not an integer.
 * @throws {CapacityError} where it is beyond 65,535².
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitGrid(100), [100, 1]);
 * assert.deepEqual(splitGrid(65_536), [32_768, 2]);
 * ```
 */
export function splitGrid(
  workgroups: number,
  limit: number = MAX_WORKGROUPS_PER_AXIS,
): [number, number] {
  if (!Number.isInteger(workgroups) || workgroups < 0) {
    throw new RangeError(
      `Cannot dispatch ${workgroups} workgroups: the count must be an integer of 0 or more`,
    );
  }
  if (workgroups > limit * limit) {
    throw new CapacityError(
      `Cannot dispatch ${workgroups} workgroups: the adapter allows ${limit * limit}`,
    );
  }
  if (workgroups <= limit) return [workgroups, workgroups === 0 ? 0 : 1];
  const y = Math.ceil(workgroups / limit);
  return [Math.ceil(workgroups / y), y];
}
