/**
 * Cross-entropy against a distribution instead of a label: what a student learns from a teacher's
 * probabilities (CoTTA, Wang et al. 2022).
 *
 * @module
 */
import {
  softCrossEntropy as forward,
  softCrossEntropyBackward as backward,
} from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { logSoftmaxReference } from "../ops/softmax.ts";
import { type Loss, meanLoss } from "./mean_loss.ts";

/**
 * The mean of -sum over classes of p log softmax(logits) over rows with a target: [N][C] -> scalar. A row of p that is
 * zero has no target and is left out. No gradient reaches p.
 *
 * @throws {TypeError} where logits and p differ in shape.
 */
export function softCrossEntropy(graph: Graph, logits: Tensor, p: Tensor, weight: number): Loss {
  sameShape("compare", logits, p);
  const constants = { C: logits.channels, W: logits.width };
  const { rows } = logits;
  const workgroups = groupsOf64(rows);
  return meanLoss(graph, logits, {
    forward: (terms) => [launch(forward, {
      constants,
      params: { rows },
      bindings: [logits, p, terms],
      workgroups,
    })],
    backward: ({ total, gradient }) =>
      launch(backward, {
        constants,
        params: { rows, scale: weight * graph.lossScale },
        bindings: [logits, p, total, gradient],
        workgroups,
      }),
  });
}

/** Reference of {@link softCrossEntropy}: loss and its gradient, weight 1, on rows of `channels` numbers. */
export function softCrossEntropyReference(
  logits: ArrayLike<number>,
  p: ArrayLike<number>,
  channels: number,
): { loss: number; gradient: Float64Array } {
  const rows = logits.length / channels;
  const gradient = new Float64Array(logits.length);
  const mass = Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += p[row * channels + c]!;
    return sum;
  });
  const counted = Math.max(1, mass.filter((value) => value > 0).length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    if (mass[row] === 0) continue;
    logSoftmaxReference(logits, row, channels).forEach((value, c) => {
      const i = row * channels + c;
      loss -= p[i]! * value / counted;
      gradient[i] = (mass[row]! * Math.exp(value) - p[i]!) / counted;
    });
  }
  return { loss, gradient };
}
