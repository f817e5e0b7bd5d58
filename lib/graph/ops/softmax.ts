/**
 * From logits to probabilities. It has no gradient, because the losses take logits.
 *
 * @module
 */
import { softmax as softmaxKernel } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** The softmax of each row of logits [N][C]. */
export function softmax(graph: Graph, logits: Tensor): Tensor {
  const probabilities = graph.tensor("probabilities", logits.rows, logits.channels);
  graph.emit(launch(softmaxKernel, {
    constants: { C: logits.channels, W: logits.width },
    params: { rows: logits.rows },
    bindings: [logits, probabilities],
    workgroups: groupsOf64(logits.rows),
  }));
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

/** The logarithm of the softmax of row `row` of logits, `channels` a row. */
export function logSoftmaxReference(
  logits: ArrayLike<number>,
  row: number,
  channels: number,
): Float64Array {
  const values = Float64Array.from({ length: channels }, (_, c) => logits[row * channels + c]!);
  const top = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return values.map((value) => value - top - Math.log(sum));
}
