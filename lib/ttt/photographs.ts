/**
 * What the photographs of a scan say of its voxels: pairing, for the engine.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { pairViews, type PointBuffer, type Targets } from "../pairing/mod.ts";
import { type Camera, CameraError } from "../scan/mod.ts";
import type { FeatureMap } from "../teacher/mod.ts";
import type { PhotographTargets } from "./method.ts";
import { distillationTarget } from "./plans.ts";
import { shuffleTargets } from "./shuffle.ts";
import type { SparseScan } from "../voxels/sparse_scan.ts";

/** Photographs as the teacher described them, and where they were taken. */
export interface Photographs {
  readonly cameras: readonly Camera[];
  /** `maps[i]` describes the photograph of `cameras[i]`. */
  readonly maps: readonly FeatureMap[];
  /** What was taken off the scan's positions, in the cameras' world. */
  readonly origin: readonly [number, number, number];
  /** The teacher's mean over source points. */
  readonly centre: GpuBuffer;
  /** A control: targets dealt out to the wrong voxels. */
  readonly placebo: "shuffle" | null;
}

/** Targets of a scan, with what the report says of them. */
export interface PairedPhotographs extends PhotographTargets {
  readonly pointsSeen: number;
}

/**
 * Pairs a scan, or a block of one that `occluders` hold whole, with its photographs. `owned` gets the buffers.
 */
export async function pairPhotographs(
  gpu: Gpu,
  { voxels, positions }: SparseScan,
  { cameras, maps, origin, centre, placebo }: Photographs,
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
    pointsSeen: targets.pointsSeen,
    pair: async (views) => {
      const some = await pair(views);
      return { ...distillationTarget(some, centre), [Symbol.dispose]: () => some.destroy() };
    },
  };
}

/** What a client is told whose cameras look elsewhere. */
export function nothingSeen(): CameraError {
  return new CameraError({
    file: "cameras",
    action: "adapt by",
    field: "worldToCamera",
    problem: "no camera sees any point of the scan",
    mend:
      "the poses are to be world to camera (x right, y down, z forward), in the scan's own coordinates",
  });
}
