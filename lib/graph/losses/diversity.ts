/**
 * The diversity loss of SHOT and AdaContrast (Liang et al. 2020, Chen et al. 2022): minus the entropy of the
 * mean prediction, so that pseudo-labels do not collapse into one class.
 *
 * @module
 */
import {
  diversity as forward,
  diversityBackward as backward,
} from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./mean_loss.ts";
import { biasGradient, biasGradientScratch } from "../ops/bias_gradient.ts";
import { softmax, softmaxReference } from "../ops/softmax.ts";

/** Keeps the logarithm finite for a class that is never predicted. */
const FLOOR = 1e-8;

/** The sum over classes of m log(m + 1e-8), with m the mean of softmax(logits) over rows: [N][C] -> scalar, in nats. */
export function diversity(graph: Graph, logits: Tensor, weight: number): Loss {
  const { rows, channels } = logits;
  const p = softmax(graph, logits);
  const sums = graph.tensor("probability sums", 1, channels);
  const scratchBytes = biasGradientScratch({ rows, channels });
  graph.emit(...biasGradient<Tensor>({
    rows,
    channels,
    dy: p,
    total: sums,
    scratch: graph.tensor("partial sums", Math.ceil(scratchBytes / 16), 4),
    accumulate: false,
  }));
  const total = graph.tensor("loss", 1, 2);
  const inverseRows = 1 / Math.max(rows, 1);
  graph.emit(launch(forward, {
    constants: { C: channels },
    params: { inverseRows },
    bindings: [sums, total],
    workgroups: 1,
  }));
  graph.loss(() => {
    const gradient = graph.gradientOf(logits);
    graph.emit(launch(backward, {
      constants: { C: channels, W: logits.width },
      params: { rows, inverseRows, scale: weight * inverseRows * graph.lossScale },
      bindings: [p, sums, gradient],
      workgroups: groupsOf64(rows),
    }));
    graph.contribute(logits, gradient);
  });
  return total;
}

/** Reference of {@link diversity}: loss and its gradient, weight 1, on rows of `channels` numbers. */
export function diversityReference(
  logits: ArrayLike<number>,
  channels: number,
): { loss: number; gradient: Float64Array } {
  const rows = logits.length / channels;
  const p = softmaxReference(logits, channels);
  const mean = new Float64Array(channels);
  p.forEach((value, i) => mean[i % channels]! += value / rows);
  const slope = mean.map((m) => Math.log(m + FLOOR) + m / (m + FLOOR));
  const gradient = p.map((value, i) => {
    const first = i - i % channels;
    let expected = 0;
    for (let c = 0; c < channels; c++) expected += p[first + c]! * slope[c]!;
    return value * (slope[i % channels]! - expected) / rows;
  });
  return { loss: mean.reduce((sum, m) => sum + m * Math.log(m + FLOOR), 0), gradient };
}
