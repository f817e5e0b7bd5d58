/**
 * Estimation of normals, for scans without normals and students that read them.
 *
 * A grid of cells holds the moments of its points. The normal of a cell is that of the plane that best fits the points of
 * the cell and its 26 neighbours (least squares, as Hoppe et al. 1992 do over nearest neighbours). All points of a cell
 * share it, since a student averages its input over voxels anyway. Where there are too few points, or the points lie
 * along a line, cells of twice, four times and eight times the edge are tried. Of the two normals of a plane, the one that
 * points to the nearest viewpoint is taken.
 *
 * @module
 */
import { eigen } from "./eigen.ts";
import { MomentGrid, type Spread } from "./moment_grid.ts";
import { map3, type Triple } from "./triple.ts";

/** Fewest points that a plane is fitted to. */
const LEAST_POINTS = 6;
/** How often the edge of the cells is doubled before a point is left without a normal. */
const DOUBLINGS = 3;
/** Points lie along a line where the second eigenvalue of their covariance is below this share of the largest. */
const LINE = 1e-3;

/** A place from which surfaces were seen; metres, in the frame of the positions. */
export type Viewpoint = Triple;

/**
 * Estimates the normal of every point.
 *
 * @param positions [N][3], metres.
 * @param edge edge of the finest cells, metres: the student's voxel size.
 * @param viewpoints places of the cameras; where there are none, a place above the middle of the scan is taken.
 * @returns [N][3] unit normals, zero where a point has too few neighbours.
 * @throws {CapacityError} where the scan spans too many cells.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A level square of 25 points, seen from above.
 * const positions = Float32Array.from(
 *   { length: 75 },
 *   (_, i) => [Math.floor(i / 15) / 10, Math.floor(i / 3) % 5 / 10, 0][i % 3]!,
 * );
 * const normals = estimateNormals(positions, 0.5, [[0, 0, 3]]);
 * assert.deepEqual([...normals.subarray(0, 3)], [0, 0, 1]);
 * ```
 */
export function estimateNormals(
  positions: Float32Array,
  edge: number,
  viewpoints: readonly Viewpoint[],
): Float32Array {
  const seenFrom = viewpoints.length > 0 ? viewpoints : [middleOf(positions)];
  const normals = new Float32Array(positions.length);
  let open = Uint32Array.from({ length: positions.length / 3 }, (_, p) => p);
  for (let doubling = 0; doubling <= DOUBLINGS && open.length > 0; doubling++) {
    const grid = new MomentGrid(positions, edge * 2 ** doubling);
    const fitted = new Uint8Array(grid.cells);
    /** Normals of cells that have been fitted; zero where there is none. */
    const known = new Float64Array(3 * grid.cells);
    open = open.filter((p) => {
      const cell = grid.cellOf[p]!;
      if (fitted[cell] === 0) {
        fitted[cell] = 1;
        const plane = fitPlane(grid.around(cell));
        if (plane) known.set(towards(plane, seenFrom), 3 * cell);
      }
      const normal = known.subarray(3 * cell, 3 * cell + 3);
      normals.set(normal, 3 * p);
      return normal.every((value) => value === 0);
    });
  }
  return normals;
}

/** Most points that the viewpoint is estimated from. */
const SAMPLES = 4096;

/**
 * Estimates from where a scan without photographs was seen: above its median, at three quarters of its height. That is
 * below ceilings, and above floors, tables, streets and most roofs. Height is measured between the first and the last
 * percentile, since stray points lie far below a street.
 */
function middleOf(positions: Float32Array): Viewpoint {
  const stride = 3 * Math.ceil(positions.length / 3 / SAMPLES);
  const quantilesAlong = (axis: number) => {
    const samples: number[] = [];
    for (let i = axis; i < positions.length; i += stride) samples.push(positions[i]!);
    samples.sort((a, b) => a - b);
    return (q: number) => samples[Math.round(q * (samples.length - 1))]!;
  };
  const [x, y, z] = [quantilesAlong(0), quantilesAlong(1), quantilesAlong(2)];
  return [x(0.5), y(0.5), 0.25 * z(0.01) + 0.75 * z(0.99)];
}

/** A plane, with either of its two normals. */
interface Plane {
  readonly mean: Triple;
  readonly normal: Triple;
}

/** Fits a plane; null where the points are too few or lie along a line. */
function fitPlane({ count, mean, covariance }: Spread): Plane | null {
  if (count < LEAST_POINTS) return null;
  const { values, vectors } = eigen(covariance);
  const [least, second, largest] = [0, 1, 2].sort((a, b) => values[a]! - values[b]!);
  if (!(values[second!]! > LINE * values[largest!]!)) return null;
  return { mean, normal: map3((row) => vectors[row]![least!]!) };
}

/** Gives the normal that points to the nearest viewpoint. */
function towards({ mean, normal }: Plane, viewpoints: readonly Viewpoint[]): Triple {
  let nearest = Infinity;
  let side = 0;
  for (const viewpoint of viewpoints) {
    const [x, y, z] = map3((axis) => viewpoint[axis] - mean[axis]);
    const distance = x * x + y * y + z * z;
    if (distance >= nearest) continue;
    nearest = distance;
    side = x * normal[0] + y * normal[1] + z * normal[2];
  }
  return side < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
}
