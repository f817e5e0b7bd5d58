/**
 * The teacher's targets as a distillation loss takes them.
 *
 * @module
 */
import type { GpuBuffer } from "../../gpu/mod.ts";
import type { DistillationTarget } from "../../graph/losses/cosine_distillation.ts";
import { Tensor } from "../../graph/tensor.ts";
import type { Targets } from "../../pairing/mod.ts";

/**
 * Describes targets as tensors; the buffers stay the caller's.
 *
 * @param centre the teacher's mean feature, f32 [D padded to 4].
 */
export function distillationTarget(targets: Targets, centre: GpuBuffer): DistillationTarget {
  return {
    values: new Tensor("targets", targets.rows, targets.channels, {
      binding: targets.values,
      precision: targets.half ? "f16" : "f32",
    }),
    mask: new Tensor("target mask", targets.rows, 1, { binding: targets.weight }),
    centre: new Tensor("teacher mean", 1, targets.channels, { binding: centre }),
  };
}
