/**
 * Patches of a sequence of voxels, within which a point transformer attends. They are cut cloud by cloud: a cloud of at
 * most K rows is one patch; of a longer one, the last patch borrows from the patch before until it has K rows. Borrowed
 * rows are keys and values there, and are queries in their own patch alone.
 *
 * @module
 */
import { TILE_POSITIONS } from "../../../kernels/attention/patch_tiles.ts";

/** Rules by which the rows of a patch are chosen: those of Pointcept with flash attention, and without. */
export type PatchRule = "flash" | "plain";

/**
 * Rows of a patch. Flash attention takes the patch size for every cloud; plain attention takes no more rows than the
 * smallest cloud has, so that a cloud of one row keeps all rows from attending.
 *
 * @param offset rows up to the end of each cloud.
 * @throws {RangeError} where the size is not a positive integer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(patchRows([230, 254], 64, "plain"), 24);
 * assert.equal(patchRows([230, 254], 64, "flash"), 64);
 * ```
 */
export function patchRows(offset: readonly number[], patchSize: number, rule: PatchRule): number {
  if (!Number.isInteger(patchSize) || patchSize < 1) {
    throw new RangeError(
      `Cannot cut patches: their size must be a positive integer, got ${patchSize}`,
    );
  }
  if (rule === "flash") return patchSize;
  return Math.min(patchSize, ...clouds(offset).map(({ count }) => count));
}

/** Which positions of a sequence compute what, in the format of `kernels/attention/patch_tiles.ts`. */
export interface PatchTiles {
  /** u32 [tiles][4]: queries, and the keys that they meet. */
  readonly queries: Uint32Array;
  /** u32 [tiles][4]: keys, and the queries that they meet. */
  readonly keys: Uint32Array;
}

/**
 * Tiles of the patches of `rows` rows.
 *
 * @param offset rows up to the end of each cloud.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Rows 1 and 2 are keys of the last patch, too.
 * const { queries, keys } = patchTiles([4], 3);
 * assert.deepEqual([...queries], [0, 3, 0, 3, 3, 1, 1, 3]);
 * assert.deepEqual([...keys], [0, 1, 0, 3, 1, 2, 0, 4, 3, 1, 3, 1]);
 * ```
 */
export function patchTiles(offset: readonly number[], rows: number): PatchTiles {
  const queries: number[] = [];
  const keys: number[] = [];
  for (const { first, count } of clouds(offset)) {
    const end = first + count;
    // The first row that the last patch has, its own or borrowed.
    const borrowed = Math.max(first, end - rows);
    for (let start = first; start < end; start += rows) {
      const next = Math.min(start + rows, end);
      const isLast = next === end;
      const keyFirst = isLast ? borrowed : start;
      pushTiles(queries, start, next, keyFirst, next);
      if (isLast || borrowed >= next) pushTiles(keys, start, next, start, next);
      else {
        pushTiles(keys, start, borrowed, start, next);
        pushTiles(keys, borrowed, next, start, end);
      }
    }
  }
  return { queries: Uint32Array.from(queries), keys: Uint32Array.from(keys) };
}

/** Cuts positions `first` to `end` into tiles that meet positions `otherFirst` to `otherEnd`. */
function pushTiles(
  tiles: number[],
  first: number,
  end: number,
  otherFirst: number,
  otherEnd: number,
): void {
  for (let at = first; at < end; at += TILE_POSITIONS) {
    tiles.push(at, Math.min(TILE_POSITIONS, end - at), otherFirst, otherEnd - otherFirst);
  }
}

/** Patches as lists of positions, the way Pointcept pads them. */
export interface PaddedPatches {
  /** Positions of the sequence, patch after patch. */
  readonly pad: Uint32Array;
  /** Where each position finds its own result among those of `pad`. */
  readonly unpad: Uint32Array;
  /** Where each patch begins in `pad`, and its length at the end. */
  readonly cuSeqlens: Uint32Array;
}

/**
 * Patches of `rows` rows as padded lists: what {@link patchTiles} says, in another form.
 *
 * @param offset rows up to the end of each cloud.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { pad, unpad, cuSeqlens } = padPatches([4], 3);
 * assert.deepEqual([...pad], [0, 1, 2, 3, 1, 2]);
 * assert.deepEqual([...unpad], [0, 1, 2, 3]);
 * assert.deepEqual([...cuSeqlens], [0, 3, 6]);
 * ```
 */
export function padPatches(offset: readonly number[], rows: number): PaddedPatches {
  const pad: number[] = [];
  const unpad: number[] = [];
  const cuSeqlens = [0];
  for (const { first, count } of clouds(offset)) {
    for (let start = first; start < first + count; start += rows) {
      const own = Math.min(rows, first + count - start);
      for (let i = 0; i < own; i++) {
        unpad.push(pad.length);
        pad.push(start + i);
      }
      if (count > rows) { for (let i = own; i < rows; i++) pad.push(start - rows + i); }
      cuSeqlens.push(pad.length);
    }
  }
  return {
    pad: Uint32Array.from(pad),
    unpad: Uint32Array.from(unpad),
    cuSeqlens: Uint32Array.from(cuSeqlens),
  };
}

/** The clouds of a batch. */
function clouds(offset: readonly number[]): { first: number; count: number }[] {
  return offset.map((end, i) => {
    const first = offset[i - 1] ?? 0;
    return { first, count: end - first };
  });
}
