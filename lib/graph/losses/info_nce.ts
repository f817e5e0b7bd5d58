/**
 * InfoNCE (van den Oord et al. 2018) with class-aware negatives, as AdaContrast uses it (Chen et al. 2022):
 * each query should be nearer to its own key than to keys of other pseudo-labels.
 *
 * @module
 */
import {
  infoNce as forward,
  infoNceBackward as backward,
  infoNceSimilarity,
} from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { expectShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Loss, meanLoss } from "./mean_loss.ts";

/** What queries are compared with. No gradient reaches any of it. */
export interface Contrast {
  /** The key of each query, [N][D]. */
  readonly positives: Tensor;
  /** Keys of the bank, [M][D], 1 <= M < 2^17. */
  readonly keys: Tensor;
  /** u32 [N]: pseudo-labels of the queries. */
  readonly labels: Tensor;
  /** u32 [M] or more: pseudo-labels of the keys. Keys with a query's own label are not among its negatives. */
  readonly keyLabels: Tensor;
  /** T: similarities are divided by it. */
  readonly temperature: number;
}

/**
 * The mean over rows of -log(exp(q k+ / T) / (exp(q k+ / T) + sum over negatives of exp(q k / T))), in nats:
 * [N][D] -> scalar. Rows are not normalised here.
 *
 * @throws {TypeError} where the widths differ.
 */
export function infoNce(graph: Graph, q: Tensor, contrast: Contrast, weight: number): Loss {
  const { positives, keys, labels, keyLabels, temperature } = contrast;
  sameShape("contrast", q, positives);
  expectShape("contrast with", keys, keys.rows, q.channels);
  const constants = { D4: q.quads };
  const similarities = graph.tensor("similarities", q.rows, keys.rows);
  const logSums = graph.tensor("log sums", Math.ceil(q.rows / 4), 4);
  const { rows } = q;
  const inverseTemperature = 1 / temperature;
  return meanLoss(graph, q, {
    forward: (terms) => [
      launch(infoNceSimilarity, {
        constants,
        params: { rows, keys: keys.rows, inverseTemperature },
        bindings: [q, keys, labels, keyLabels, similarities],
        workgroups: groupsOf64(rows * similarities.quads),
      }),
      launch(forward, {
        constants,
        params: { rows, quads: similarities.quads, inverseTemperature },
        bindings: [q, positives, similarities, terms, logSums],
        workgroups: groupsOf64(rows),
      }),
    ],
    backward: ({ terms, gradient }) =>
      launch(backward, {
        constants,
        params: {
          rows,
          keys: keys.rows,
          scale: weight * graph.lossScale / temperature / Math.max(rows, 1),
        },
        bindings: [positives, keys, similarities, terms, logSums, gradient],
        workgroups: groupsOf64(rows * q.quads),
      }),
  });
}

/** Reference of {@link infoNce}: loss and its gradient, weight 1, on rows of `channels` numbers. */
export function infoNceReference(
  q: ArrayLike<number>,
  positives: ArrayLike<number>,
  keys: ArrayLike<number>,
  labels: ArrayLike<number>,
  keyLabels: ArrayLike<number>,
  channels: number,
  temperature: number,
): { loss: number; gradient: Float64Array } {
  const rows = q.length / channels;
  const gradient = new Float64Array(q.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const query = Array.from({ length: channels }, (_, c) => q[row * channels + c]!);
    const product = (other: ArrayLike<number>, at: number) =>
      query.reduce((sum, value, c) => sum + value * other[at * channels + c]!, 0) / temperature;
    const compared = [{ from: positives, at: row, s: product(positives, row) }];
    for (let at = 0; at < keys.length / channels; at++) {
      if (keyLabels[at] !== labels[row]) compared.push({ from: keys, at, s: product(keys, at) });
    }
    const top = Math.max(...compared.map(({ s }) => s));
    const logSum = top + Math.log(compared.reduce((sum, { s }) => sum + Math.exp(s - top), 0));
    loss += (logSum - compared[0]!.s) / rows;
    compared.forEach(({ from, at, s }, i) => {
      const share = Math.exp(s - logSum) - (i === 0 ? 1 : 0);
      for (let c = 0; c < channels; c++) {
        gradient[row * channels + c]! += share * from[at * channels + c]! / temperature / rows;
      }
    });
  }
  return { loss, gradient };
}
