/**
 * How the pair lists of a kernel map are packed: the kernel-map kernels write them, the convolutions read them.
 *
 * @module
 */

/** Output rows of a tile: an entry keeps its output row, modulo this, in its low 6 bits. */
export const TILE_ROWS = 64;

/** Source rows that an entry has room for, in its upper 26 bits. */
export const MAX_ROWS: number = 2 ** 32 / TILE_ROWS;
