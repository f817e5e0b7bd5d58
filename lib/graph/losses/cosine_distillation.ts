/**
 * The distillation loss of TTT-KD (arXiv 2403.11691): one minus the cosine between the output of the student's
 * distillation head at a voxel and the teacher's feature there, over voxels that have a target.
 *
 * @module
 */
import { cosine } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { expectShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { countRows, type Loss, rowLoss } from "./mean_loss.ts";

/** What the student's features are compared with. */
export interface DistillationTarget {
  /** Teacher features, [N][D]. */
  readonly values: Tensor;
  /** f32 [N]: 0 where no view sees the voxel; elsewhere how much its target counts, 1 in their mean. */
  readonly mask: Tensor;
  /** [1][D], subtracted from the values: the teacher's mean over source points, or zeros. */
  readonly centre: Tensor;
}

/** Every word that is not ignored counts. */
const NO_LIMIT = 0xffffffff;

/**
 * The mean of 1 - cos(z, t - centre) over rows with a target, weighed by the mask: [N][D] -> scalar.
 *
 * @throws {TypeError} where z and the targets differ in shape.
 */
export function cosineDistillation(
  graph: Graph,
  z: Tensor,
  target: DistillationTarget,
  weight: number,
): Loss {
  sameShape("distil", z, target.values);
  expectShape("centre by", target.centre, 1, z.channels);
  const { values, mask, centre } = target;
  // The mask is 0 or positive, so its bits are 0 where there is no target.
  const counted = z.requiresGradient ? countRows(graph, mask, z.rows, NO_LIMIT, 0) : mask;
  return rowLoss(graph, z, ({ terms, gradient, GRADIENT }) =>
    launch(cosine, {
      constants: { D4: z.quads, GRADIENT },
      params: { rows: z.rows, scale: weight * graph.lossScale },
      bindings: [z, values, mask, centre, counted, terms, gradient],
      workgroups: groupsOf64(z.rows),
    }));
}

/** Reference of {@link cosineDistillation}: loss and its gradient, weight 1, on rows of `channels` numbers. */
export function cosineDistillationReference(
  z: ArrayLike<number>,
  t: ArrayLike<number>,
  mask: ArrayLike<number>,
  centre: ArrayLike<number>,
): { loss: number; gradient: Float64Array } {
  const channels = centre.length;
  const gradient = new Float64Array(z.length);
  const counted = Math.max(1, Array.from(mask).filter((value) => value !== 0).length);
  let loss = 0;
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue;
    let zt = 0;
    let zz = 0;
    let tt = 0;
    for (let c = 0; c < channels; c++) {
      const a = z[row * channels + c]!;
      const b = t[row * channels + c]! - centre[c]!;
      zt += a * b;
      zz += a * a;
      tt += b * b;
    }
    const norms = Math.sqrt(zz * tt);
    loss += mask[row]! * (1 - zt / Math.max(norms, 1e-8)) / counted;
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      const radial = norms > 1e-8 ? zt / (norms * zz) * z[i]! : 0;
      const pull = (t[i]! - centre[c]!) / Math.max(norms, 1e-8) - radial;
      gradient[i] = -mask[row]! * pull / counted;
    }
  }
  return { loss, gradient };
}
