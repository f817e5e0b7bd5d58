/**
 * From logits to probabilities. It has no gradient: the losses take logits.
 *
 * @module
 */
import { softmax as softmaxKernel } from "../../../kernels/elementwise/records.ts";
import { type Graph, groupsOf64 } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** The softmax of each row of logits [N][C]. */
export function softmax(graph: Graph, logits: Tensor): Tensor {
  const probabilities = graph.tensor("probabilities", logits.rows, logits.channels);
  graph.emit({
    kernel: softmaxKernel,
    constants: { C: logits.channels, W: logits.width },
    params: [logits.rows],
    bindings: [logits, probabilities],
    workgroups: groupsOf64(logits.rows),
  });
  return probabilities;
}

/** Reference of {@link softmax} on rows of `channels` logits. */
export function softmaxReference(logits: ArrayLike<number>, channels: number): Float64Array {
  const probabilities = new Float64Array(logits.length);
  for (let first = 0; first < logits.length; first += channels) {
    const row = Array.from({ length: channels }, (_, c) => logits[first + c]!);
    const top = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - top), 0);
    row.forEach((value, c) => probabilities[first + c] = Math.exp(value - top) / sum);
  }
  return probabilities;
}
