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
 * @param viewpoints where the photographs were taken; without any, the middle of the points' bounding box.
 * @returns [N][3] unit normals, zero for points with too few neighbours within reach.
 */
export function estimateNormals(
  positions: Float32Array,
  edge: number,
  viewpoints: readonly Viewpoint[],
): Float32Array {
  const box = boundingBox(positions);
  const seenFrom = viewpoints.length > 0 ? viewpoints : [middleOf(box)];
  const normals = new Float32Array(positions.length);
  let open = Uint32Array.from({ length: positions.length / 3 }, (_, p) => p);
  for (let doubling = 0; doubling <= DOUBLINGS && open.length > 0; doubling++) {
    const grid = new MomentGrid(positions, box, edge * 2 ** doubling);
    const known = new Map<number, Plane | null>();
    open = open.filter((p) => {
      const key = grid.keyOf(p);
      let plane = known.get(key);
      if (plane === undefined) known.set(key, plane = fitPlane(grid.around(key)));
      if (plane === null) return true;
      normals.set(towards(plane, seenFrom), 3 * p);
      return false;
    });
  }
  return normals;
}

/** Lowest and highest coordinate by axis. */
interface Box {
  readonly low: Viewpoint;
  readonly high: Viewpoint;
}

function boundingBox(positions: Float32Array): Box {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3;
    low[axis] = Math.min(low[axis]!, positions[i]!);
    high[axis] = Math.max(high[axis]!, positions[i]!);
  }
  return { low, high };
}

function middleOf({ low, high }: Box): Viewpoint {
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}

/** Numbers that a cell keeps: count, sums of x, y, z, and of xx, xy, xz, yy, yz, zz. */
const MOMENTS = 10;

/** Moments of the points in each cell of a grid. */
class MomentGrid {
  readonly #positions: Float32Array;
  readonly #low: Viewpoint;
  readonly #edge: number;
  /** Cells by axis, one more on each side, so that every cell has 27. */
  readonly #size: readonly [number, number, number];
  readonly #cells = new Map<number, Float64Array>();

  /** @throws {RangeError} where cells are too many to be told apart. */
  constructor(positions: Float32Array, { low, high }: Box, edge: number) {
    this.#positions = positions;
    this.#low = low;
    this.#edge = edge;
    this.#size = [0, 1, 2].map((axis) => Math.floor((high[axis]! - low[axis]!) / edge) + 3) as [
      number,
      number,
      number,
    ];
    const cells = this.#size[0] * this.#size[1] * this.#size[2];
    if (!(cells <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`Cannot estimate normals: the scan spans ${cells} voxels`);
    }
    for (let p = 0; p < positions.length / 3; p++) this.#add(p);
  }

  #add(p: number): void {
    const key = this.keyOf(p);
    let sums = this.#cells.get(key);
    if (!sums) this.#cells.set(key, sums = new Float64Array(MOMENTS));
    const [x, y, z] = [0, 1, 2].map((axis) =>
      this.#positions[3 * p + axis]! - this.#low[axis]!
    ) as [
      number,
      number,
      number,
    ];
    sums[0]! += 1;
    sums[1]! += x;
    sums[2]! += y;
    sums[3]! += z;
    sums[4]! += x * x;
    sums[5]! += x * y;
    sums[6]! += x * z;
    sums[7]! += y * y;
    sums[8]! += y * z;
    sums[9]! += z * z;
  }

  /** The cell of a point. */
  keyOf(p: number): number {
    const cell = (axis: number) =>
      Math.floor((this.#positions[3 * p + axis]! - this.#low[axis]!) / this.#edge) + 1;
    const [, rows, columns] = this.#size;
    return (cell(0) * rows + cell(1)) * columns + cell(2);
  }

  /** Mean and covariance of the points in a cell and its 26 neighbours. */
  around(key: number): Spread {
    const sums = new Float64Array(MOMENTS);
    const [, rows, columns] = this.#size;
    for (let x = -1; x <= 1; x++) {
      for (let y = -1; y <= 1; y++) {
        for (let z = -1; z <= 1; z++) {
          const cell = this.#cells.get(key + (x * rows + y) * columns + z);
          if (cell) { for (let m = 0; m < MOMENTS; m++) sums[m]! += cell[m]!; }
        }
      }
    }
    const [count, x, y, z, xx, xy, xz, yy, yz, zz] = sums.map((sum, m) => m ? sum / sums[0]! : sum);
    return {
      count: count!,
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

/** Sweeps of Jacobi's rotations; three rows are diagonal to the last bit after about six. */
const SWEEPS = 10;

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
    for (const [p, q] of [[0, 1], [0, 2], [1, 2]] as const) {
      const off = a[p]![q]!;
      if (off === 0) continue;
      const tau = (a[q]![q]! - a[p]![p]!) / (2 * off);
      const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
      const c = 1 / Math.sqrt(1 + t * t);
      const s = t * c;
      const rotate = (matrix: number[][], i: number, j: number, k: number, l: number) => {
        const [first, second] = [matrix[i]![j]!, matrix[k]![l]!];
        matrix[i]![j] = c * first - s * second;
        matrix[k]![l] = s * first + c * second;
      };
      for (let k = 0; k < 3; k++) rotate(a, k, p, k, q);
      for (let k = 0; k < 3; k++) rotate(a, p, k, q, k);
      for (let k = 0; k < 3; k++) rotate(vectors, k, p, k, q);
    }
  }
  return { values: [a[0]![0]!, a[1]![1]!, a[2]![2]!], vectors };
}
