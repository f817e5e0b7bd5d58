/**
 * The sum of two tensors, as in a residual connection.
 *
 * @module
 */
import { add as addKernel } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * y = a + b, both [N][C].
 *
 * @throws {TypeError} where the shapes differ.
 */
export function add(graph: Graph, a: Tensor, b: Tensor): Tensor {
  sameShape("add", a, b);
  const y = graph.tensor("add", a.rows, a.channels, a.requiresGradient || b.requiresGradient);
  const count = y.bytes / 16;
  graph.emit(launch(addKernel, {
    params: { count },
    bindings: [a, b, y],
    workgroups: groupsOf64(count),
  }));
  if (y.requiresGradient) {
    graph.differentiable(y, (dy) => {
      if (a.requiresGradient) graph.contribute(a, dy);
      if (b.requiresGradient) graph.contribute(b, dy);
    });
  }
  return y;
}

/** Reference of {@link add}. Its gradient is dy for both sides. */
export function addReference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, i) => value + b[i]!);
}
