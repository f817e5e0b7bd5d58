/**
 * The points of a scan sorted into upright columns over a square grid: how they lie above each other, and how near to
 * each other.
 *
 * @module
 */

/** Most columns along a side; of a larger scan, the middle is looked at. */
const MOST = 2000;
/** Fewest points that tell whether a column is upright. */
const FEWEST = 3;
/** Columns in every direction that are searched for a neighbour. */
const REACH = 8;

/** A square from above. */
export interface Square {
  /** x and y of its middle, metres. */
  readonly middle: readonly [number, number];
  /** Metres. */
  readonly side: number;
}

/** The points of the middle of a scan, by columns. */
export class Columns {
  readonly #positions: Float32Array;
  readonly #edge: number;
  readonly #side: number;
  readonly #left: number;
  readonly #front: number;
  /** Where the points of a column begin in `#points`; the last entry is their number. */
  readonly #starts: Uint32Array;
  readonly #points: Uint32Array;

  /**
   * @param positions [N][3], metres, z up; points that are not finite are left out.
   * @param edge of a column, metres.
   */
  constructor(positions: Float32Array, { middle: [x, y], side }: Square, edge: number) {
    this.#positions = positions;
    this.#edge = edge;
    this.#side = Math.min(Math.ceil(side / edge) + 1, MOST);
    this.#left = x - this.#side * edge / 2;
    this.#front = y - this.#side * edge / 2;
    const count = positions.length / 3;
    const starts = new Uint32Array(this.#side ** 2 + 1);
    for (let p = 0; p < count; p++) {
      const column = this.#columnOf(p);
      if (column >= 0) starts[column + 1]!++;
    }
    for (let column = 1; column < starts.length; column++) starts[column]! += starts[column - 1]!;
    this.#points = new Uint32Array(starts.at(-1)!);
    const next = starts.slice();
    for (let p = 0; p < count; p++) {
      const column = this.#columnOf(p);
      if (column >= 0) this.#points[next[column]!++] = p;
    }
    this.#starts = starts;
  }

  /** The column of a point; -1 where it lies outside of the grid, or is not finite. */
  #columnOf(point: number): number {
    const i = Math.floor((this.#positions[3 * point]! - this.#left) / this.#edge);
    const j = Math.floor((this.#positions[3 * point + 1]! - this.#front) / this.#edge);
    const isInside = i >= 0 && i < this.#side && j >= 0 && j < this.#side;
    return isInside && Number.isFinite(this.#positions[3 * point + 2]!) ? j * this.#side + i : -1;
  }

  /** The share of the columns with enough points whose points differ in height by more than a column's edge. */
  uprightShare(): number {
    let known = 0;
    let upright = 0;
    for (let column = 0; column < this.#starts.length - 1; column++) {
      const [start, end] = [this.#starts[column]!, this.#starts[column + 1]!];
      if (end - start < FEWEST) continue;
      let low = Infinity;
      let high = -Infinity;
      for (let at = start; at < end; at++) {
        const z = this.#positions[3 * this.#points[at]! + 2]!;
        if (z < low) low = z;
        if (z > high) high = z;
      }
      known++;
      if (high - low > this.#edge) upright++;
    }
    return upright / Math.max(known, 1);
  }

  /** Distances of evenly drawn points from their nearest neighbours at another place; those without one are left out. */
  spacings(most: number): Float64Array {
    const stride = Math.max(1, Math.floor(this.#points.length / most));
    const found: number[] = [];
    for (let at = 0; at < this.#points.length; at += stride) {
      const distance = this.#nearest(this.#points[at]!);
      if (distance < Infinity) found.push(distance);
    }
    return Float64Array.from(found);
  }

  /** Searches rings of columns around a point until no nearer point can lie outside of them. */
  #nearest(point: number): number {
    const column = this.#columnOf(point);
    const [i, j] = [column % this.#side, Math.floor(column / this.#side)];
    let best = Infinity;
    for (let ring = 0; ring <= REACH && best > ((ring - 1) * this.#edge) ** 2; ring++) {
      for (let b = Math.max(j - ring, 0); b <= Math.min(j + ring, this.#side - 1); b++) {
        const step = Math.abs(b - j) === ring || ring === 0 ? 1 : 2 * ring;
        for (let a = i - ring; a <= i + ring; a += step) {
          if (a >= 0 && a < this.#side) {
            best = Math.min(best, this.#nearestIn(b * this.#side + a, point));
          }
        }
      }
    }
    return Math.sqrt(best);
  }

  /** The smallest squared distance above 0 of a point from those of a column. */
  #nearestIn(column: number, point: number): number {
    const p = this.#positions;
    const [x, y, z] = [p[3 * point]!, p[3 * point + 1]!, p[3 * point + 2]!];
    let best = Infinity;
    for (let at = this.#starts[column]!; at < this.#starts[column + 1]!; at++) {
      const other = 3 * this.#points[at]!;
      const squared = (p[other]! - x) ** 2 + (p[other + 1]! - y) ** 2 + (p[other + 2]! - z) ** 2;
      if (squared > 0 && squared < best) best = squared;
    }
    return best;
  }
}
