/**
 * WebGPU refuses more than 65,535 workgroups an axis, and Deno drops such a dispatch in silence:
 * every dispatch goes through this split.
 *
 * @module
 */

/** Workgroups an axis may have in every WebGPU implementation. */
export const MAX_WORKGROUPS_PER_AXIS = 65_535;

/**
 * Splits a one-dimensional count of workgroups over x and y, with fewer than x groups to spare.
 *
 * @throws {RangeError} where the count is no integer, negative, or beyond 65,535².
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
  if (!Number.isInteger(workgroups) || workgroups < 0 || workgroups > limit * limit) {
    throw new RangeError(
      `Cannot dispatch ${workgroups} workgroups: the count must be an integer from 0 to ${
        limit * limit
      }`,
    );
  }
  if (workgroups <= limit) return [workgroups, workgroups === 0 ? 0 : 1];
  const y = Math.ceil(workgroups / limit);
  return [Math.ceil(workgroups / y), y];
}
