/**
 * The sum of two tensors: the residual connections of a transformer.
 *
 * @module
 */
import { add } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * y = a + b, [N][C].
 *
 * @throws {TypeError} where the shapes differ.
 */
export function sum(graph: Graph, a: Tensor, b: Tensor): Tensor {
  sameShape("add", a, b);
  const y = graph.tensor("sum", a.rows, a.channels, a.requiresGradient || b.requiresGradient);
  const count = y.allQuads;
  graph.emit(
    launch(add, { params: { count }, bindings: [a, b, y], workgroups: groupsOf64(count) }),
  );
  if (y.requiresGradient) {
    graph.differentiable(y, (dy) => {
      for (const term of [a, b]) if (term.requiresGradient) graph.contribute(term, dy);
    });
  }
  return y;
}

/** Reference of {@link sum}. */
export function sumReference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, i) => value + b[i]!);
}
