/**
 * What the losses share: a term for each row, their mean over the rows that count, and a history of means. All of it
 * stays on the GPU.
 *
 * @module
 */
import { meanTerms, record } from "../../../kernels/losses/records.ts";
import { type Launch, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** A scalar loss: [1][2], the mean over the rows that count and how many count (or the sum of their weights). */
export type Loss = Tensor;

/** The launches of a loss that is a mean over rows. */
export interface MeanLossLaunches {
  /** Write `terms`, vec2f [rows]: the row's value and 1, or zeros for a row that does not count. */
  forward(terms: Tensor): Launch<Tensor>[];
  /** Writes the gradient with respect to the loss's input; `total` is the {@link Loss}. */
  backward(tensors: { terms: Tensor; total: Loss; gradient: Tensor }): Launch<Tensor>;
}

/** Emits a loss on `x` that is a mean over rows, and notes its gradient. */
export function meanLoss(graph: Graph, x: Tensor, { forward, backward }: MeanLossLaunches): Loss {
  // Two vec2f terms fill one vec4f row.
  const terms = graph.tensor("loss terms", Math.ceil(x.rows / 2), 4);
  graph.emit(...forward(terms));
  const total = graph.tensor("loss", 1, 2);
  graph.emit(
    launch(meanTerms, { params: { rows: x.rows }, bindings: [terms, total], workgroups: 1 }),
  );
  graph.loss(() => {
    const gradient = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
    graph.emit(backward({ terms, total, gradient }));
    graph.contribute(x, gradient);
  });
  return total;
}

/** Appends a loss to a history of `capacity` values: a u32 count, then float32 values. */
export function recordLoss(graph: Graph, loss: Loss, history: Tensor, capacity: number): void {
  graph.emit(launch(record, { params: { capacity }, bindings: [loss, history], workgroups: 1 }));
}
