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
/** Fewest points that a surface is told from. */
const FEWEST_OF_SURFACE = 6;
/** Most points of a column that a surface is told from. */
const MOST_OF_COLUMN = 1000;
/** Points lie along a line where their variance across it is below this share of that along it. */
const LINE = 1e-3;
/** Variance upwards, as a share of the least variance across, up to which a surface is level: one that rises by half. */
const LEVEL = 0.25;

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

  /**
   * The share of evenly drawn points around which the others lie on a level surface, of those around which they lie on
   * any; 0 where there are none. Other points are looked at within the edge of a column.
   */
  levelShare(most: number): number {
    const stride = Math.max(1, Math.floor(this.#points.length / most));
    let known = 0;
    let level = 0;
    for (let at = 0; at < this.#points.length; at += stride) {
      const spread = this.#spreadAround(this.#points[at]!);
      if (!spread) continue;
      known++;
      if (spread.upward < LEVEL * spread.least) level++;
    }
    return level / Math.max(known, 1);
  }

  /** How the points around one lie; null where they are too few, or lie along a line. */
  #spreadAround(point: number): { least: number; upward: number } | null {
    const p = this.#positions;
    const [x, y, z] = [p[3 * point]!, p[3 * point + 1]!, p[3 * point + 2]!];
    let [count, sx, sy, sz, sxx, sxy, syy, szz] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const column of this.#columnsAround(this.#columnOf(point))) {
      const [start, end] = [this.#starts[column]!, this.#starts[column + 1]!];
      const stride = Math.ceil((end - start) / MOST_OF_COLUMN);
      for (let at = start; at < end; at += stride) {
        const other = 3 * this.#points[at]!;
        const [dx, dy, dz] = [p[other]! - x, p[other + 1]! - y, p[other + 2]! - z];
        if (dx * dx + dy * dy + dz * dz > this.#edge ** 2) continue;
        count++;
        sx += dx;
        sy += dy;
        sz += dz;
        sxx += dx * dx;
        sxy += dx * dy;
        syy += dy * dy;
        szz += dz * dz;
      }
    }
    if (count < FEWEST_OF_SURFACE) return null;
    const [mx, my, mz] = [sx / count, sy / count, sz / count];
    const [xx, yy] = [sxx / count - mx * mx, syy / count - my * my];
    const xy = sxy / count - mx * my;
    const upward = Math.max(szz / count - mz * mz, 0);
    // The variances along the axes of the ellipse that the points fill from above.
    const half = Math.hypot((xx - yy) / 2, xy);
    const [least, largest] = [(xx + yy) / 2 - half, (xx + yy) / 2 + half];
    return Math.max(least, upward) < LINE * largest ? null : { least, upward };
  }

  /** A column and its neighbours. */
  *#columnsAround(column: number): Generator<number> {
    const [i, j] = [column % this.#side, Math.floor(column / this.#side)];
    for (let b = Math.max(j - 1, 0); b <= Math.min(j + 1, this.#side - 1); b++) {
      for (let a = Math.max(i - 1, 0); a <= Math.min(i + 1, this.#side - 1); a++) {
        yield b * this.#side + a;
      }
    }
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
