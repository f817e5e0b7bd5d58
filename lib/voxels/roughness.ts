/**
 * How rough a scan is around each of its points: leaves are, roofs and ground are not.
 *
 * @module
 */
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
    return count < LEAST_POINTS ? 0 : Math.sqrt(Math.max(0, leastEigenvalue(covariance)));
  });
  return Float32Array.from(grid.cellOf, (cell) => ofCell[cell]!);
}

/**
 * The least eigenvalue of a symmetric matrix of three rows in closed form (O. K. Smith, "Eigenvalues of a symmetric 3 × 3
 * matrix", 1961): several times as fast as rotations, and a millimetre is enough here.
 */
function leastEigenvalue(rows: readonly (readonly number[])[]): number {
  const [[xx, xy, xz], [, yy, yz], [, , zz]] = rows as [number[], number[], number[]];
  const mean = (xx! + yy! + zz!) / 3;
  const [a, b, c] = [xx! - mean, yy! - mean, zz! - mean];
  const off = xy! * xy! + xz! * xz! + yz! * yz!;
  const p = Math.sqrt((a * a + b * b + c * c + 2 * off) / 6);
  if (p === 0) return mean;
  const half = (a * (b * c - yz! * yz!) - xy! * (xy! * c - yz! * xz!) +
    xz! * (xy! * yz! - b * xz!)) / (2 * p ** 3);
  const angle = Math.acos(Math.min(1, Math.max(-1, half))) / 3;
  return mean + 2 * p * Math.cos(angle + 2 * Math.PI / 3);
}
