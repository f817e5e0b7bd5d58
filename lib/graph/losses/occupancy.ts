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
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type Loss, meanLoss } from "./mean_loss.ts";

/** Targets of {@link occupancy}: an empty cell, an occupied one, and one that is left out. */
export const CELL = { empty: 0, occupied: 1, ignored: 2 } as const;

/** Settings of {@link occupancy}. */
export interface OccupancyOptions {
  /** How many empty cells an occupied one counts as. */
  readonly positiveWeight: number;
  /** Weight of this loss in the sum that is differentiated. */
  readonly weight: number;
}

/**
 * The weighted mean of -log sigmoid(±logit) over cells that are not left out: [N][K], u32 [N][K] (see {@link CELL})
 * -> scalar, in nats. The second number of the loss is the sum of the weights.
 */
export function occupancy(
  graph: Graph,
  logits: Tensor,
  targets: Tensor,
  options: OccupancyOptions,
): Loss {
  const constants = { K: logits.channels, W: logits.width };
  const { rows } = logits;
  const { positiveWeight, weight } = options;
  return meanLoss(graph, logits, {
    forward: (terms) => [launch(forward, {
      constants,
      params: { rows, positiveWeight },
      bindings: [logits, targets, terms],
      workgroups: groupsOf64(rows),
    })],
    backward: ({ total, gradient }) =>
      launch(backward, {
        constants,
        params: { rows, positiveWeight, scale: weight * graph.lossScale },
        bindings: [logits, targets, total, gradient],
        workgroups: groupsOf64(rows * logits.width),
      }),
  });
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
