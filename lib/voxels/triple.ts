/**
 * Three values, one for each axis.
 *
 * @module
 */

/** One value for each of x, y and z. */
export type Triple = readonly [x: number, y: number, z: number];

/** Index of an axis. */
export type Axis = 0 | 1 | 2;

/**
 * Computes a value for each axis.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const low = [1, 2, 3] as const, high = [2, 4, 9] as const;
 * assert.deepEqual(map3((axis) => high[axis] - low[axis]), [1, 2, 6]);
 * ```
 */
export function map3(valueOf: (axis: Axis) => number): Triple {
  return [valueOf(0), valueOf(1), valueOf(2)];
}

/** Bounds of positions [N][3]: the lowest and the highest value along each axis, infinite where there are none. */
export function boundsOf(positions: Float32Array): { low: Triple; high: Triple } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3 as Axis;
    low[axis] = Math.min(low[axis], positions[i]!);
    high[axis] = Math.max(high[axis], positions[i]!);
  }
  return { low, high };
}
