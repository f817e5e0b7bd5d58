/**
 * The mean entropy of the predictions, which TENT minimises (Wang et al. 2021).
 *
 * @module
 */
import { entropy as entropyKernel } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { logSoftmaxReference } from "../ops/softmax.ts";
import { type Loss, rowLoss } from "./mean_loss.ts";

/** The mean of H(softmax(logits)) over rows, in nats: [N][C] -> scalar. */
export function entropy(graph: Graph, logits: Tensor, weight: number): Loss {
  const { rows } = logits;
  return rowLoss(graph, logits, ({ terms, gradient, GRADIENT }) =>
    launch(entropyKernel, {
      constants: { C: logits.channels, W: logits.width, GRADIENT },
      params: { rows, scale: weight * graph.lossScale / Math.max(rows, 1) },
      bindings: [logits, terms, gradient],
      workgroups: groupsOf64(rows),
    }));
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
