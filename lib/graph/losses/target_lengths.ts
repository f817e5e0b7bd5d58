/**
 * How long targets are: the mean of what the views of a voxel say is the shorter the more they disagree. It has no gradient.
 *
 * @module
 */
import { targetLengths as kernel } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { DistillationTarget } from "./cosine_distillation.ts";

/** |t - centre| by row, f32 [N], held as rows of four words; 0 for rows without a target. */
export function targetLengths(graph: Graph, target: DistillationTarget): Tensor {
  const { values, mask, centre } = target;
  expectShape("centre by", centre, 1, values.channels);
  const lengths = graph.tensor("target lengths", Math.ceil(values.rows / 4), 4);
  graph.emit(launch(kernel, {
    constants: { D4: values.quads },
    params: { rows: values.rows },
    bindings: [values, mask, centre, lengths],
    workgroups: groupsOf64(values.rows),
  }));
  return lengths;
}

/** Reference of {@link targetLengths}. */
export function targetLengthsReference(
  t: ArrayLike<number>,
  mask: ArrayLike<number>,
  centre: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(mask, (seen, row) => {
    let square = 0;
    for (let c = 0; c < centre.length; c++) {
      square += (t[row * centre.length + c]! - centre[c]!) ** 2;
    }
    return seen === 0 ? 0 : Math.sqrt(square);
  });
}
