/**
 * A sum over submits: each run of the plan adds a tensor to a buffer that outlives the plan.
 *
 * @module
 */
import { accumulate as accumulateKernel } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * total += x, both [N][C]; `total` is bound to a buffer of its own.
 *
 * @throws {TypeError} where the shapes differ.
 */
export function accumulate(graph: Graph, x: Tensor, total: Tensor): void {
  sameShape("accumulate", x, total);
  const count = x.allQuads;
  graph.emit(launch(accumulateKernel, {
    params: { count },
    bindings: [x, total],
    workgroups: groupsOf64(count),
  }));
}
