/**
 * What the losses share: terms (value, counted) by row become one mean, kept on the GPU.
 *
 * @module
 */
import { meanTerms, record } from "../../../kernels/losses/records.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** A scalar loss: [1][2], the mean over counted rows and how many counted. */
export type Loss = Tensor;

/** Folds terms [N][2] (vec2f rows, so the tensor is held as [N / 2][4]) into a {@link Loss}. */
export function meanOfTerms(graph: Graph, terms: Tensor, rows: number): Loss {
  const total = graph.tensor("loss", 1, 2);
  graph.emit({ kernel: meanTerms, params: [rows], bindings: [terms, total], workgroups: 1 });
  return total;
}

/** A tensor for the terms of `rows` rows. */
export function termsTensor(graph: Graph, rows: number): Tensor {
  return graph.tensor("loss terms", Math.ceil(rows / 2), 4);
}

/** Appends a loss to a history of `capacity` values: u32 count, then float32 values. */
export function recordLoss(graph: Graph, loss: Loss, history: Tensor, capacity: number): void {
  graph.emit({ kernel: record, params: [capacity], bindings: [loss, history], workgroups: 1 });
}
