/**
 * The blocks that a scan is labelled by.
 *
 * @module
 */
import { type Block, cutBlocks } from "../../voxels/blocks.ts";
import type { BlockSizer } from "../block_size.ts";
import type { LabellingTask } from "../labelling.ts";

/** Width of the margin around a block's core, in voxels. */
const BLOCK_MARGIN = 32;

/**
 * The blocks that a scan is labelled by; none where it is labelled in one piece.
 *
 * @param voxels most of a block.
 */
export function blocksOf(
  { points: { positions }, voxelSize, method, views }: Pick<
    LabellingTask,
    "points" | "voxelSize" | "method" | "views"
  >,
  sizer: BlockSizer,
  voxels: number = sizer.voxels(method),
): Block[] {
  const points = sizer.points(views?.cameras.length ?? 0);
  // There are never more voxels than points, so small scans need no count.
  if (positions.length / 3 <= Math.min(voxels, points)) return [];
  const blocks = cutBlocks(positions, voxelSize, { voxels, points, margin: BLOCK_MARGIN });
  return blocks.length > 1 ? blocks : [];
}
