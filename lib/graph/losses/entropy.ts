/**
 * Mean entropy of the predictions: what TENT minimises (Wang et al. 2021).
 *
 * @module
 */
import {
  entropy as forward,
  entropyBackward as backward,
} from "../../../kernels/losses/records.ts";
import { f32bits } from "../../gpu/mod.ts";
import { type Graph, groupsOf64 } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { logSoftmaxReference } from "./cross_entropy.ts";
import { type Loss, meanOfTerms, termsTensor } from "./mean_loss.ts";

/** mean over rows of H(softmax(logits)) in nats: [N][C] -> scalar. */
export function entropy(graph: Graph, logits: Tensor, weight: number): Loss {
  const constants = { C: logits.channels, W: logits.width };
  const terms = termsTensor(graph, logits.rows);
  const workgroups = groupsOf64(logits.rows);
  graph.emit({
    kernel: forward,
    constants,
    params: [logits.rows],
    bindings: [logits, terms],
    workgroups,
  });
  const total = meanOfTerms(graph, terms, logits.rows);
  graph.loss(() => {
    const gradient = graph.tensor(`grad ${logits.label}`, logits.rows, logits.channels);
    graph.emit({
      kernel: backward,
      constants,
      params: [logits.rows, f32bits(weight / Math.max(logits.rows, 1))],
      bindings: [logits, terms, gradient],
      workgroups,
    });
    graph.contribute(logits, gradient);
  });
  return total;
}

/** Reference of {@link entropy}: loss and its gradient, weight 1, on rows of `channels` numbers. */
export function entropyReference(
  logits: ArrayLike<number>,
  channels: number,
): { loss: number; gradient: Float64Array } {
  const rows = logits.length / channels;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const logp = logSoftmaxReference(logits, row, channels);
    const h = -logp.reduce((sum, value) => sum + Math.exp(value) * value, 0);
    loss += h / rows;
    logp.forEach((value, c) => {
      gradient[row * channels + c] = -Math.exp(value) * (value + h) / rows;
    });
  }
  return { loss, gradient };
}
