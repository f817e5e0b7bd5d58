/**
 * Softmax cross-entropy, averaged over rows whose label counts.
 *
 * @module
 */
import {
  crossEntropy as forward,
  crossEntropyBackward as backward,
} from "../../../kernels/losses/records.ts";
import { f32bits } from "../../gpu/mod.ts";
import { type Graph, groupsOf64 } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type Loss, meanOfTerms, termsTensor } from "./mean_loss.ts";

/** Settings of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** Rows of this label, and of any label that is no class, are left out. */
  readonly ignore: number;
  /** Weight of this loss in the sum that is differentiated. */
  readonly weight: number;
}

/** mean over counted rows of -log softmax(logits)[target]: [N][C], u32 [N] -> scalar. */
export function crossEntropy(
  graph: Graph,
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions,
): Loss {
  const constants = { C: logits.channels, W: logits.width };
  const terms = termsTensor(graph, logits.rows);
  const workgroups = groupsOf64(logits.rows);
  graph.emit({
    kernel: forward,
    constants,
    params: [logits.rows, options.ignore],
    bindings: [logits, targets, terms],
    workgroups,
  });
  const total = meanOfTerms(graph, terms, logits.rows);
  graph.loss(() => {
    const gradient = graph.tensor(`grad ${logits.label}`, logits.rows, logits.channels);
    graph.emit({
      kernel: backward,
      constants,
      params: [logits.rows, options.ignore, f32bits(options.weight)],
      bindings: [logits, targets, total, gradient],
      workgroups,
    });
    graph.contribute(logits, gradient);
  });
  return total;
}

/** Reference of {@link crossEntropy}: loss and its gradient, weight 1, on rows of `channels` numbers. */
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

/** log softmax of one row of `channels` logits. */
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
