/**
 * From logits to labels with a confidence.
 *
 * @module
 */
import { argmax } from "../../../kernels/elementwise.ts";
import { type Graph, groupsOf64 } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** Writes the class (u32 [N]) and its softmax probability (f32 [N]) of each row of logits [N][C]. */
export function predict(graph: Graph, logits: Tensor, labels: Tensor, confidence: Tensor): void {
  graph.emit({
    kernel: argmax,
    constants: { C: logits.channels, W: logits.width },
    params: [logits.rows],
    bindings: [logits, labels, confidence],
    workgroups: groupsOf64(logits.rows),
  });
}

/** Reference of {@link predict} on rows of `channels` logits: the first of equal logits wins. */
export function predictReference(
  logits: ArrayLike<number>,
  channels: number,
): { labels: Uint32Array; confidence: Float64Array } {
  const rows = logits.length / channels;
  const labels = new Uint32Array(rows);
  const confidence = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: channels }, (_, c) => logits[row * channels + c]!);
    labels[row] = values.indexOf(Math.max(...values));
    const best = values[labels[row]!]!;
    confidence[row] = 1 / values.reduce((sum, value) => sum + Math.exp(value - best), 0);
  }
  return { labels, confidence };
}
