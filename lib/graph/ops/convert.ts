/**
 * Rows stored in another precision.
 *
 * @module
 */
import { convert as kernel } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch, type RowPrecision } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** y = x stored in `precision`, [N][C]; x itself where it is already. */
export function convert(graph: Graph, x: Tensor, precision: RowPrecision): Tensor {
  if (x.precision === precision) return x;
  const y = graph.features(x.label, x.rows, x.channels, x.requiresGradient, precision);
  emitConvert(graph, x, y);
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.gradientOf(x);
      emitConvert(graph, dy, dx);
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Emits the copy of `from` into `to`, each in its own precision. */
export function emitConvert(graph: Graph, from: Tensor, to: Tensor): void {
  const count = from.allQuads;
  graph.emit(launch(kernel, {
    params: { count },
    bindings: [from, to],
    workgroups: groupsOf64(count),
  }));
}
