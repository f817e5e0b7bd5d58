/**
 * Softmax cross-entropy, averaged over rows with a label.
 *
 * @module
 */
import { crossEntropy as crossEntropyKernel } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { logSoftmaxReference } from "../ops/softmax.ts";
import { countRows, type Loss, rowLoss } from "./mean_loss.ts";

/** Settings of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** Rows with this label, or with a label that is not a class, are left out. */
  readonly ignore: number;
  /** Weight of this loss in the sum that is differentiated. */
  readonly weight: number;
}

/** The mean of -log softmax(logits)[target] over rows with a label: [N][C], u32 [N] -> scalar. */
export function crossEntropy(
  graph: Graph,
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions,
): Loss {
  const { rows } = logits;
  const { ignore, weight } = options;
  const counted = logits.requiresGradient
    ? countRows(graph, targets, rows, logits.channels, ignore)
    : targets;
  return rowLoss(graph, logits, ({ terms, gradient, GRADIENT }) =>
    launch(crossEntropyKernel, {
      constants: { C: logits.channels, W: logits.width, GRADIENT },
      params: { rows, ignore, scale: weight * graph.lossScale },
      bindings: [logits, targets, counted, terms, gradient],
      workgroups: groupsOf64(rows),
    }));
}

/**
 * Reference of {@link crossEntropy}: loss and its gradient, weight 1, on rows of `channels` numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Two classes that are equally likely, and a row that is left out.
 * const { loss, gradient } = crossEntropyReference([3, 3, 9, 1], [1, 255], 2, 255);
 * assert.ok(Math.abs(loss - Math.LN2) < 1e-12);
 * assert.deepEqual([...gradient], [0.5, -0.5, 0, 0]);
 * ```
 */
export function crossEntropyReference(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  channels: number,
  ignore: number,
): { loss: number; gradient: Float64Array } {
  const rows = targets.length;
  const gradient = new Float64Array(rows * channels);
  const counts = (row: number) => targets[row] !== ignore && targets[row]! < channels;
  let counted = 0;
  for (let row = 0; row < rows; row++) if (counts(row)) counted++;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    if (!counts(row)) continue;
    const logp = logSoftmaxReference(logits, row, channels);
    loss -= logp[targets[row]!]! / counted;
    for (let c = 0; c < channels; c++) {
      gradient[row * channels + c] = (Math.exp(logp[c]!) - (c === targets[row] ? 1 : 0)) / counted;
    }
  }
  return { loss, gradient };
}
