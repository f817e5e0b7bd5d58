/**
 * How rough a scan is around each of its points: leaves are, roofs and ground are not.
 *
 * @module
 */
import { eigen } from "./eigen.ts";
import { MomentGrid } from "./moment_grid.ts";

/** Edge of the cells, metres; a plane is laid through the points of a cell and its neighbours. */
const CELL = 1;
/** Fewest points that tell. */
const LEAST_POINTS = 6;

/**
 * Measures by how much the points around each point differ from their plane.
 *
 * @param positions [N][3], metres.
 * @returns [N] standard deviation in metres; 0 where too few points lie around.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A slope of four points a square metre, and the same with every other point half a metre higher.
 * const rough = (height: number) =>
 *   roughnessOf(Float32Array.from({ length: 3 * 400 }, (_, i) => {
 *     const [column, row] = [Math.floor(i / 3) % 20, Math.floor(i / 60)];
 *     return [column / 2, row / 2, column / 8 + ((column + row) % 2) * height][i % 3]!;
 *   }));
 * assert.ok(Math.max(...rough(0)) < 1e-3);
 * assert.ok(Math.abs(rough(0.5)[210]! - 0.25) < 0.02);
 * ```
 */
export function roughnessOf(positions: Float32Array): Float32Array {
  const grid = new MomentGrid(positions, CELL);
  const ofCell = Float32Array.from({ length: grid.cells }, (_, cell) => {
    const { count, covariance } = grid.around(cell);
    if (count < LEAST_POINTS) return 0;
    return Math.sqrt(Math.max(0, Math.min(...eigen(covariance).values)));
  });
  return Float32Array.from(grid.cellOf, (cell) => ofCell[cell]!);
}
