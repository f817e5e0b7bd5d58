/**
 * The KD loss of a scan before any step: how well the features of the source weights agree with what the teacher sees
 * in the photographs. It is small where scan and photographs are like those of training.
 *
 * @module
 */
import type { FeatureName } from "../nn/features.ts";
import { uploadPoints } from "../pairing/mod.ts";
import type { Block } from "../voxels/blocks.ts";
import { pickPoints, type Points } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { type DescribedViews, pairPhotographs } from "./photographs.ts";
import type { PlanContext } from "./plans/context.ts";
import { kdLossOf } from "./plans/prediction.ts";

/** A scan, and the weights whose loss is measured. */
export interface FirstLossInput extends Omit<PlanContext, "scan"> {
  /** Input features of the student. */
  readonly features: FeatureName[];
  readonly points: Points;
  /** Metres. */
  readonly voxelSize: number;
  readonly views: DescribedViews;
  /** Blocks of a scan that is too large for one piece; none otherwise. */
  readonly blocks: readonly Block[];
}

/**
 * Measures the KD loss of the source weights, with the scan's own statistics in the norm layers. Of a scan in blocks, the
 * block with the most voxels is looked at; all points of the scan occlude.
 *
 * @returns null where no camera sees any point.
 */
export async function firstKdLoss(
  { gpu, student, parameters, features, points, voxelSize, views, blocks }: FirstLossInput,
): Promise<number | null> {
  using owned = new DisposableStack();
  const block = blocks.toSorted((a, b) => b.voxels - a.voxels)[0];
  const some = block ? pickPoints(points, block.points) : points;
  const occluders = block && uploadPoints(gpu, points.positions, owned);
  const scan = owned.use(await SparseScan.build(gpu, student, features, some, voxelSize));
  const { target, pointsSeen } = await pairPhotographs(gpu, scan, views, owned, occluders);
  return pointsSeen === 0
    ? null
    : await kdLossOf({ gpu, student, scan, parameters }, target, "batch");
}
