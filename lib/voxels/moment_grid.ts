/**
 * How points are spread around each of them: moments of the points in the cells of a grid, which add up over neighbours.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";
import { KeyIndex } from "./key_index.ts";
import { boundsOf, map3, type Triple } from "./triple.ts";

/** Numbers kept for a cell: count, sums of x, y, z, and sums of xx, xy, xz, yy, yz, zz. */
const MOMENTS = 10;

/** Moments of the points in each cell of a grid. Only cells that hold points are stored, and numbered from 0. */
export class MomentGrid {
  /** Number of the cell of each point. */
  readonly cellOf: Uint32Array;
  /** Cells by their keys: their coordinates in one number. */
  readonly #index = new KeyIndex();
  readonly #moments: Float64Array;
  /** Zero of the coordinates. */
  readonly #low: Triple;
  /** Differences of keys between neighbours along x and along y. */
  readonly #stepX: number;
  readonly #stepY: number;

  /** @throws {CapacityError} where there are more cells than keys. */
  constructor(positions: Float32Array, edge: number) {
    const { low, high } = boundsOf(positions);
    this.#low = low;
    // One cell more on each side, so that every cell has 26 neighbours.
    const size = map3((axis) => Math.floor((high[axis] - low[axis]) / edge) + 3);
    this.#stepY = size[2];
    this.#stepX = size[1] * size[2];
    const cells = size[0] * this.#stepX;
    if (!(cells <= Number.MAX_SAFE_INTEGER)) {
      throw new CapacityError(
        `Cannot measure how the points are spread: the scan spans ${cells} cells`,
      );
    }
    const count = positions.length / 3;
    this.cellOf = new Uint32Array(count);
    for (let p = 0; p < count; p++) {
      const at = map3((axis) => Math.floor((positions[3 * p + axis]! - low[axis]) / edge) + 1);
      const key = at[0] * this.#stepX + at[1] * this.#stepY + at[2];
      this.cellOf[p] = this.#index.numberOf(key);
    }
    this.#moments = new Float64Array(this.cells * MOMENTS);
    for (let p = 0; p < count; p++) {
      const [x, y, z] = map3((axis) => positions[3 * p + axis]! - low[axis]);
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

  /** Number of cells. */
  get cells(): number {
    return this.#index.count;
  }

  /** Gives mean and covariance of the points in a cell and its 26 neighbours. */
  around(cell: number): Spread {
    const sums = new Float64Array(MOMENTS);
    const key = this.#index.keys()[cell]!;
    for (let dx = -this.#stepX; dx <= this.#stepX; dx += this.#stepX) {
      for (let dy = -this.#stepY; dy <= this.#stepY; dy += this.#stepY) {
        for (let dz = -1; dz <= 1; dz++) {
          const near = this.#index.find(key + dx + dy + dz);
          if (near === null) continue;
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

/** How points are distributed. */
export interface Spread {
  readonly count: number;
  readonly mean: Triple;
  /** Symmetric. */
  readonly covariance: number[][];
}
