/**
 * Normals for scans that came without them, for students that read normals.
 *
 * A grid of cells holds the moments of its points. The normal of a cell is that of the plane that fits the points
 * of its 27 cells best (least squares, as Hoppe et al. 1992 do over nearest neighbours); all points of a cell
 * share it, since a student averages its input over voxels anyway. Where these cells hold too few points, or
 * points along a line, cells of twice the edge are asked instead, up to eight times. A plane has two sides: the
 * normal is the one that looks at the viewpoint nearest to the cell's points.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";

/** Points that have to agree on a plane. */
const LEAST_POINTS = 6;
/** How often cells are doubled before a point has no normal: edges of 1, 2, 4 and 8 times the first. */
const DOUBLINGS = 3;
/** Second eigenvalue of the points' covariance, as a share of the largest, below which they lie along a line. */
const LINE = 1e-3;

/** A place that surfaces were seen from; metres, in the frame of the positions. */
export type Viewpoint = readonly [number, number, number];

/**
 * Estimates the normal of every point.
 *
 * @param positions [N][3], metres.
 * @param edge of the finest cells, metres: the student's voxel size.
 * @param viewpoints where the photographs were taken; without any, a place over
 *   the middle of the scan.
 * @returns [N][3] unit normals, zero for points with too few neighbours within reach.
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
    const known = new Map<number, Viewpoint | null>();
    open = open.filter((p) => {
      const cell = grid.cellOf[p]!;
      let normal = known.get(cell);
      if (normal === undefined) {
        const plane = fitPlane(grid.around(cell));
        known.set(cell, normal = plane && towards(plane, seenFrom));
      }
      if (normal !== null) normals.set(normal, 3 * p);
      return normal === null;
    });
  }
  return normals;
}

/** Points that are looked at to find where a scan was seen from. */
const SAMPLES = 4096;

/**
 * Where a scan without photographs may have been seen from: over its median, three quarters of the way from its
 * lowest points to its highest. That is below ceilings, and above floors, tables, streets and most roofs. The
 * outermost hundredth of the heights is left out: stray points lie far below a street.
 */
function middleOf(positions: Float32Array): Viewpoint {
  const stride = 3 * Math.ceil(positions.length / 3 / SAMPLES);
  const quantiles = [0, 1, 2].map((axis) => {
    const samples: number[] = [];
    for (let i = axis; i < positions.length; i += stride) samples.push(positions[i]!);
    samples.sort((a, b) => a - b);
    return (q: number) => samples[Math.round(q * (samples.length - 1))]!;
  });
  const [x, y, z] = quantiles as [
    (q: number) => number,
    (q: number) => number,
    (q: number) => number,
  ];
  return [x(0.5), y(0.5), 0.25 * z(0.01) + 0.75 * z(0.99)];
}

/** Numbers that a cell keeps: count, sums of x, y, z, and of xx, xy, xz, yy, yz, zz. */
const MOMENTS = 10;

/** Moments of the points in each cell of a grid; cells that hold points are numbered. */
class MomentGrid {
  /** The cell of each point. */
  readonly cellOf: Uint32Array;
  /** Coordinates of cells in one number. */
  readonly #keys: number[] = [];
  readonly #cells = new Map<number, number>();
  readonly #moments: Float64Array;
  /** Coordinates count from here. */
  readonly #low: Viewpoint;
  /** What one step along x and along y adds to a key. */
  readonly #stepX: number;
  readonly #stepY: number;

  /** @throws {CapacityError} where cells are too many to be told apart. */
  constructor(positions: Float32Array, edge: number) {
    const low: [number, number, number] = [Infinity, Infinity, Infinity];
    const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
    for (let i = 0; i < positions.length; i++) {
      const axis = i % 3;
      low[axis] = Math.min(low[axis]!, positions[i]!);
      high[axis] = Math.max(high[axis]!, positions[i]!);
    }
    this.#low = low;
    // One cell more on each side, so that every cell has 27.
    const size = (axis: 0 | 1 | 2) => Math.floor((high[axis] - low[axis]) / edge) + 3;
    this.#stepY = size(2);
    this.#stepX = size(1) * size(2);
    const cells = size(0) * this.#stepX;
    if (!(cells <= Number.MAX_SAFE_INTEGER)) {
      throw new CapacityError(`Cannot estimate normals: the scan spans ${cells} voxels`);
    }
    const count = positions.length / 3;
    this.cellOf = new Uint32Array(count);
    for (let p = 0; p < count; p++) {
      const at = (axis: 0 | 1 | 2) => Math.floor((positions[3 * p + axis]! - low[axis]) / edge) + 1;
      const key = at(0) * this.#stepX + at(1) * this.#stepY + at(2);
      let cell = this.#cells.get(key);
      if (cell === undefined) {
        this.#cells.set(key, cell = this.#keys.length);
        this.#keys.push(key);
      }
      this.cellOf[p] = cell;
    }
    this.#moments = new Float64Array(this.#keys.length * MOMENTS);
    for (let p = 0; p < count; p++) {
      const [x, y, z] = [
        positions[3 * p]! - low[0],
        positions[3 * p + 1]! - low[1],
        positions[3 * p + 2]! - low[2],
      ];
      const at = this.cellOf[p]! * MOMENTS;
      this.#moments[at]! += 1;
      this.#moments[at + 1]! += x;
      this.#moments[at + 2]! += y;
      this.#moments[at + 3]! += z;
      this.#moments[at + 4]! += x * x;
      this.#moments[at + 5]! += x * y;
      this.#moments[at + 6]! += x * z;
      this.#moments[at + 7]! += y * y;
      this.#moments[at + 8]! += y * z;
      this.#moments[at + 9]! += z * z;
    }
  }

  /** Mean and covariance of the points in a cell and its 26 neighbours. */
  around(cell: number): Spread {
    const sums = new Float64Array(MOMENTS);
    const key = this.#keys[cell]!;
    for (let dx = -this.#stepX; dx <= this.#stepX; dx += this.#stepX) {
      for (let dy = -this.#stepY; dy <= this.#stepY; dy += this.#stepY) {
        for (let dz = -1; dz <= 1; dz++) {
          const near = this.#cells.get(key + dx + dy + dz);
          if (near === undefined) continue;
          for (let m = 0; m < MOMENTS; m++) sums[m]! += this.#moments[near * MOMENTS + m]!;
        }
      }
    }
    const count = sums[0]!;
    for (let m = 1; m < MOMENTS; m++) sums[m]! /= count;
    const [, x, y, z, xx, xy, xz, yy, yz, zz] = sums;
    return {
      count,
      mean: [x! + this.#low[0], y! + this.#low[1], z! + this.#low[2]],
      covariance: [
        [xx! - x! * x!, xy! - x! * y!, xz! - x! * z!],
        [xy! - x! * y!, yy! - y! * y!, yz! - y! * z!],
        [xz! - x! * z!, yz! - y! * z!, zz! - z! * z!],
      ],
    };
  }
}

/** How points lie. */
interface Spread {
  readonly count: number;
  readonly mean: Viewpoint;
  /** Symmetric. */
  readonly covariance: number[][];
}

/** A plane without a side. */
interface Plane {
  readonly mean: Viewpoint;
  readonly normal: Viewpoint;
}

/** Null where the points are too few or lie along a line. */
function fitPlane({ count, mean, covariance }: Spread): Plane | null {
  if (count < LEAST_POINTS) return null;
  const { values, vectors } = eigen(covariance);
  const [least, second, largest] = [0, 1, 2].sort((a, b) => values[a]! - values[b]!);
  if (!(values[second!]! > LINE * values[largest!]!)) return null;
  const column = (row: number) => vectors[row]![least!]!;
  return { mean, normal: [column(0), column(1), column(2)] };
}

/** The normal on the side of the nearest viewpoint. */
function towards({ mean, normal }: Plane, viewpoints: readonly Viewpoint[]): Viewpoint {
  let nearest = Infinity;
  let side = 0;
  for (const viewpoint of viewpoints) {
    const [x, y, z] = [viewpoint[0] - mean[0], viewpoint[1] - mean[1], viewpoint[2] - mean[2]];
    const distance = x * x + y * y + z * z;
    if (distance >= nearest) continue;
    nearest = distance;
    side = x * normal[0] + y * normal[1] + z * normal[2];
  }
  return side < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
}

/** Sweeps of Jacobi's rotations: three rows are diagonal to the last bit after about five. */
const SWEEPS = 10;
const PAIRS = [[0, 1, 2], [0, 2, 1], [1, 2, 0]] as const;

/**
 * Eigenvalues and, in columns, eigenvectors of a symmetric matrix of three rows, by Jacobi's cyclic rotations
 * (Golub & Van Loan, Matrix Computations, 8.5): slower than a closed form, but exact for flat spreads too.
 */
function eigen(
  symmetric: readonly (readonly number[])[],
): { values: number[]; vectors: number[][] } {
  const a = symmetric.map((row) => [...row]);
  const vectors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    if (a[0]![1] === 0 && a[0]![2] === 0 && a[1]![2] === 0) break;
    for (const [p, q, r] of PAIRS) {
      const off = a[p]![q]!;
      if (off === 0) continue;
      const tau = (a[q]![q]! - a[p]![p]!) / (2 * off);
      const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
      const c = 1 / Math.sqrt(1 + t * t);
      const s = t * c;
      a[p]![p]! -= t * off;
      a[q]![q]! += t * off;
      a[p]![q] = a[q]![p] = 0;
      const [rp, rq] = [a[r]![p]!, a[r]![q]!];
      a[r]![p] = a[p]![r] = c * rp - s * rq;
      a[r]![q] = a[q]![r] = s * rp + c * rq;
      for (const row of vectors) {
        const [vp, vq] = [row[p]!, row[q]!];
        row[p] = c * vp - s * vq;
        row[q] = s * vp + c * vq;
      }
    }
  }
  return { values: [a[0]![0]!, a[1]![1]!, a[2]![2]!], vectors };
}
