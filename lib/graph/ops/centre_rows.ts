/**
 * Targets as the 2D probe reads them: the teacher's features less their mean over source points, scaled to one length,
 * because the distillation loss compares directions alone, too. Targets are constants: they have no gradient.
 *
 * @module
 */
import { centreRows as centreRowsKernel } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import type { DistillationTarget } from "../losses/cosine_distillation.ts";

/** √D (t − centre) / |t − centre|, [N][D]; zero where there is no target. */
export function centreRows(graph: Graph, target: DistillationTarget): Tensor {
  const { values, mask, centre } = target;
  const y = graph.tensor("centred targets", values.rows, values.channels);
  graph.emit(launch(centreRowsKernel, {
    constants: { D4: values.quads },
    params: { rows: values.rows, squaredLength: values.channels },
    bindings: [values, mask, centre, y],
    workgroups: groupsOf64(values.rows),
  }));
  return y;
}

/** Reference of {@link centreRows} on rows of `centre.length` numbers. */
export function centreRowsReference(
  t: ArrayLike<number>,
  mask: ArrayLike<number>,
  centre: ArrayLike<number>,
): Float64Array {
  const channels = centre.length;
  const y = new Float64Array(t.length);
  for (let row = 0; row < mask.length; row++) {
    const centred = Array.from(
      { length: channels },
      (_, c) => t[row * channels + c]! - centre[c]!,
    );
    const squares = centred.reduce((sum, value) => sum + value * value, 0);
    const scale = mask[row] !== 0 && squares > 1e-16 ? Math.sqrt(channels / squares) : 0;
    centred.forEach((value, c) => y[row * channels + c] = scale * value);
  }
  return y;
}
