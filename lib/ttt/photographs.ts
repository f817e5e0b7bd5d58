/**
 * Pairs a scan with its photographs: the teacher's target of every voxel, with what the report needs.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { pairViews, type PointBuffer, type Targets } from "../pairing/mod.ts";
import { type Camera, CameraError } from "../scan/mod.ts";
import type { FeatureMap } from "../teacher/mod.ts";
import type { PhotographTargets } from "./method.ts";
import { distillationTarget } from "./plans/distillation_target.ts";
import { shuffleTargets } from "./shuffle.ts";
import type { SparseScan } from "../voxels/sparse_scan.ts";

/** Views of a scan with the teacher's feature maps. */
export interface DescribedViews {
  readonly cameras: readonly Camera[];
  /** `maps[i]` describes the photograph of `cameras[i]`. */
  readonly maps: readonly FeatureMap[];
  /** What was subtracted from the scan's positions, in the cameras' coordinates. */
  readonly origin: readonly [number, number, number];
  /** The teacher's mean feature over source points. */
  readonly centre: GpuBuffer;
  /** A control: the targets are shuffled among the voxels. */
  readonly placebo: "shuffle" | null;
}

/** Targets of a scan, with the count that its report gives. */
export interface PairedPhotographs extends PhotographTargets {
  /** Points that at least one view sees. */
  readonly pointsSeen: number;
}

/**
 * Pairs a scan, or a block of one, with its views.
 *
 * @param owned gets the buffers.
 * @param occluders all points of the scan, where `positions` are those of a block.
 */
export async function pairPhotographs(
  gpu: Gpu,
  { voxels, positions }: SparseScan,
  { cameras, maps, origin, centre, placebo }: DescribedViews,
  owned: DisposableStack,
  occluders?: readonly PointBuffer[],
): Promise<PairedPhotographs> {
  const pair = async (views: readonly number[]): Promise<Targets> => {
    const targets = await pairViews(gpu, {
      voxels,
      positions,
      origin,
      cameras: views.map((view) => cameras[view]!),
      maps: views.map((view) => maps[view]!),
      ...(occluders ? { occluders } : {}),
    });
    if (placebo === "shuffle") await shuffleTargets(gpu, targets);
    return targets;
  };
  const targets = owned.use(await pair(cameras.map((_, view) => view)));
  return {
    target: distillationTarget(targets, centre),
    seen: await gpu.read(targets.weight, Float32Array, targets.rows),
    views: cameras.length,
    share: targets.pointsSeen / Math.max(voxels.points, 1),
    pointsSeen: targets.pointsSeen,
    pair: async (views) => {
      const some = await pair(views);
      return { ...distillationTarget(some, centre), [Symbol.dispose]: () => some.destroy() };
    },
  };
}

/** No camera sees any point. */
export class NothingSeenError extends CameraError {}

/** The error where no camera sees any point. */
export function nothingSeen(): NothingSeenError {
  return new NothingSeenError({
    file: "cameras",
    action: "adapt by",
    field: "worldToCamera",
    problem: "no camera sees any point of the scan",
    mend:
      "give poses from world to camera (x right, y down, z forward), in the scan's own coordinates",
  });
}
