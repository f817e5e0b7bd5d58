/**
 * The loss of masked reconstruction on voxels: a sigmoid cross-entropy on whether cells around a voxel hold
 * a surface (the occupancy target of masked autoencoders for outdoor scans, Min et al. 2022).
 *
 * @module
 */
import {
  occupancy as forward,
  occupancyBackward as backward,
} from "../../../kernels/losses/records.ts";
import { f32bits } from "../../gpu/mod.ts";
import { type Graph, groupsOf64 } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type Loss, meanOfTerms, termsTensor } from "./mean_loss.ts";

/** What {@link occupancy} takes for empty, for occupied, and for a cell that does not count. */
export const CELL = { empty: 0, occupied: 1, ignored: 2 } as const;

/** Settings of {@link occupancy}. */
export interface OccupancyOptions {
  /** An occupied cell counts as so many empty ones. */
  readonly positiveWeight: number;
  /** Weight of this loss in the sum that is differentiated. */
  readonly weight: number;
}

/**
 * Weighted mean, over cells that count, of -log sigmoid(±logit): [N][K], u32 [N][K] (see {@link CELL})
 * -> scalar, in nats. The second number of the loss is the sum of the weights.
 */
export function occupancy(
  graph: Graph,
  logits: Tensor,
  targets: Tensor,
  options: OccupancyOptions,
): Loss {
  const constants = { K: logits.channels, W: logits.width };
  const terms = termsTensor(graph, logits.rows);
  const positiveWeight = f32bits(options.positiveWeight);
  graph.emit({
    kernel: forward,
    constants,
    params: [logits.rows, positiveWeight],
    bindings: [logits, targets, terms],
    workgroups: groupsOf64(logits.rows),
  });
  const total = meanOfTerms(graph, terms, logits.rows);
  graph.loss(() => {
    const gradient = graph.tensor(`grad ${logits.label}`, logits.rows, logits.channels);
    graph.emit({
      kernel: backward,
      constants,
      params: [logits.rows, positiveWeight, f32bits(options.weight)],
      bindings: [logits, targets, total, gradient],
      workgroups: groupsOf64(logits.rows * logits.width),
    });
    graph.contribute(logits, gradient);
  });
  return total;
}

/** Reference of {@link occupancy}: loss, its weights and its gradient, weight 1; equal shapes. */
export function occupancyReference(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  positiveWeight: number,
): { loss: number; weights: number; gradient: Float64Array } {
  const weightOf = (target: number) =>
    target === CELL.occupied ? positiveWeight : target === CELL.empty ? 1 : 0;
  let weights = 0;
  for (let i = 0; i < logits.length; i++) weights += weightOf(targets[i]!);
  const scale = 1 / Math.max(weights, 1);
  let sum = 0;
  const gradient = Float64Array.from(logits, (logit, i) => {
    const weight = weightOf(targets[i]!);
    const sign = targets[i] === CELL.occupied ? -1 : 1;
    sum += weight * (Math.max(sign * logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))));
    return scale * weight * sign / (1 + Math.exp(-sign * logit));
  });
  return { loss: scale * sum, weights, gradient };
}
