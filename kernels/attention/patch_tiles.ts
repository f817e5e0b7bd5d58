/**
 * The format in which patches reach the attention kernels.
 *
 * Voxels stand in a sequence, cloud by cloud. A patch is a range of it, and so are the rows that a borrowing patch has
 * beside its own: they come right before them. All keys of a query, and all queries of a key, are therefore ranges, too,
 * and a tile is four words: first and number of the positions that it computes, first and number of those that they meet.
 *
 * @module
 */

/** Positions that a tile computes, at most: one for each thread of a workgroup. */
export const TILE_POSITIONS = 64;
