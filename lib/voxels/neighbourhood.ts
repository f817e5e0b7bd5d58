/**
 * Voxels with the voxels around them, on the host.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";
import { KeyIndex } from "./key_index.ts";
import { map3 } from "./triple.ts";

/** For each voxel the rows of itself and of those of its 26 neighbours that hold points. */
export class Neighbourhood {
  readonly #rows: Uint32Array;
  /** Where the rows of each voxel begin, and where those of the last one end. */
  readonly #starts: Uint32Array;

  /**
   * @param coords i32 [voxels][4]: (x, y, z, 0), as in `Voxels`.
   * @throws {CapacityError} where the voxels span more cells than there are keys.
   */
  constructor(coords: Int32Array) {
    const count = coords.length / 4;
    const [low, high] = [Math.min, Math.max].map((bound) =>
      map3((axis) => {
        let found = coords[axis] ?? 0;
        for (let i = axis; i < coords.length; i += 4) found = bound(found, coords[i]!);
        return found;
      })
    );
    // One cell more on each side, so that every voxel has 26 neighbours.
    const size = map3((axis) => high![axis] - low![axis] + 3);
    const [stepX, stepY] = [size[1] * size[2], size[2]];
    if (!(size[0] * stepX <= Number.MAX_SAFE_INTEGER)) {
      throw new CapacityError(
        `Cannot find neighbours: the scan spans ${size[0] * stepX} voxels`,
      );
    }
    const index = new KeyIndex();
    for (let row = 0; row < count; row++) {
      const at = map3((axis) => coords[4 * row + axis]! - low![axis] + 1);
      index.numberOf(at[0] * stepX + at[1] * stepY + at[2]);
    }
    const keys = index.keys();
    const rows = new Uint32Array(27 * count);
    this.#starts = new Uint32Array(count + 1);
    let end = 0;
    for (let row = 0; row < count; row++) {
      for (let dx = -stepX; dx <= stepX; dx += stepX) {
        for (let dy = -stepY; dy <= stepY; dy += stepY) {
          for (let dz = -1; dz <= 1; dz++) {
            const near = index.find(keys[row]! + dx + dy + dz);
            if (near !== null) rows[end++] = near;
          }
        }
      }
      this.#starts[row + 1] = end;
    }
    this.#rows = rows.subarray(0, end);
  }

  /**
   * The mean of a number by voxel over each voxel and its neighbours.
   *
   * @param values [voxels].
   * @param mask [voxels]; voxels where it is 0 count nowhere, and the mean of a voxel without any that counts is 0.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   *
   * // Two voxels that touch, and one that stands alone.
   * const around = new Neighbourhood(Int32Array.of(0, 0, 0, 0, 1, 1, 1, 0, 9, 0, 0, 0));
   * assert.deepEqual([...around.mean([2, 4, 6], [1, 1, 1])], [3, 3, 6]);
   * assert.deepEqual([...around.mean([2, 4, 6], [0, 1, 0])], [4, 4, 0]);
   * ```
   */
  mean(values: ArrayLike<number>, mask: ArrayLike<number>): Float32Array {
    return Float32Array.from({ length: this.#starts.length - 1 }, (_, row) => {
      let [sum, counted] = [0, 0];
      for (let at = this.#starts[row]!; at < this.#starts[row + 1]!; at++) {
        const near = this.#rows[at]!;
        if (mask[near] === 0) continue;
        sum += values[near]!;
        counted++;
      }
      return counted === 0 ? 0 : sum / counted;
    });
  }
}
