/**
 * What the losses share: a term for each row, their mean over the rows that count, and a history of means. All of it
 * stays on the GPU.
 *
 * @module
 */
import { countTargets, meanTerms, record } from "../../../kernels/losses/records.ts";
import { type Launch, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** A scalar loss: [1][2], the mean over the rows that count and how many count (or the sum of their weights). */
export type Loss = Tensor;

/** The launches of a loss that is a mean over rows, and whose gradient needs the mean first. */
export interface MeanLossLaunches {
  /** Write `terms`, vec2f [rows]: the row's value and 1, or zeros for a row that does not count. */
  forward(terms: Tensor): Launch<Tensor>[];
  /** Writes the gradient with respect to the loss's input; `total` is the {@link Loss}. */
  backward(tensors: { terms: Tensor; total: Loss; gradient: Tensor }): Launch<Tensor>;
}

/** Emits a loss on `x` that is a mean over rows, and notes its gradient. */
export function meanLoss(graph: Graph, x: Tensor, { forward, backward }: MeanLossLaunches): Loss {
  const terms = termsOf(graph, x);
  graph.emit(...forward(terms));
  const total = emitMean(graph, x, terms);
  graph.loss(() => {
    const gradient = graph.gradientOf(x);
    graph.emit(backward({ terms, total, gradient }));
    graph.contribute(x, gradient);
  });
  return total;
}

/** Where the one launch of {@link rowLoss} writes. */
export interface RowLossOutputs {
  /** vec2f [rows]: the row's value and 1, or zeros for a row that does not count. */
  readonly terms: Tensor;
  /** The gradient with respect to the loss's input, where `GRADIENT` is 1; otherwise it is not written. */
  readonly gradient: Tensor;
  /** The kernel's constant: whether the input wants a gradient. */
  readonly GRADIENT: 0 | 1;
}

/**
 * Emits a loss on `x` that is a mean over rows and whose gradient in a row needs nothing of other rows but their number,
 * so that one launch reads the inputs for both.
 */
export function rowLoss(
  graph: Graph,
  x: Tensor,
  rows: (outputs: RowLossOutputs) => Launch<Tensor>,
): Loss {
  const terms = termsOf(graph, x);
  const wanted = x.requiresGradient;
  const gradient = graph.tensor(`grad ${x.label}`, wanted ? x.rows : 1, x.channels);
  graph.emit(rows({ terms, gradient, GRADIENT: wanted ? 1 : 0 }));
  const total = emitMean(graph, x, terms);
  if (wanted) graph.loss(() => graph.contribute(x, gradient));
  return total;
}

/**
 * Emits the count of rows with a target, f32 [1]: those of the u32 words (or of the bits of positive float32) that are
 * below `limit` and differ from `ignore`.
 */
export function countRows(
  graph: Graph,
  targets: Tensor,
  rows: number,
  limit: number,
  ignore: number,
): Tensor {
  const counted = graph.tensor("counted", 1, 1);
  graph.emit(
    launch(countTargets, {
      params: { rows, limit, ignore },
      bindings: [targets, counted],
      workgroups: 1,
    }),
  );
  return counted;
}

function termsOf(graph: Graph, x: Tensor): Tensor {
  // Two vec2f terms fill one vec4f row.
  return graph.tensor("loss terms", Math.ceil(x.rows / 2), 4);
}

function emitMean(graph: Graph, x: Tensor, terms: Tensor): Loss {
  const total = graph.tensor("loss", 1, 2);
  graph.emit(
    launch(meanTerms, { params: { rows: x.rows }, bindings: [terms, total], workgroups: 1 }),
  );
  return total;
}

/** Appends a loss to a history of `capacity` values: a u32 count, then float32 values. */
export function recordLoss(graph: Graph, loss: Loss, history: Tensor, capacity: number): void {
  graph.emit(launch(record, { params: { capacity }, bindings: [loss, history], workgroups: 1 }));
}
