/**
 * Masked reconstruction as a loss: what TTT-MAE trains with beside the labels, and adapts with alone.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { recordLoss } from "../graph/losses/mean_loss.ts";
import { occupancy } from "../graph/losses/occupancy.ts";
import { Plan } from "../graph/plan.ts";
import type { ParameterSpec } from "../nn/parameters.ts";
import type { MaskedScan } from "./masking.ts";
import { layersOf, type LossHistory, type PlanContext } from "./plans.ts";

/** Settings of {@link reconstructionPlan}. */
export interface ReconstructionOptions {
  /** Statistics of the norm layers; running ones are never moved, for a masked scan is not what they are of. */
  readonly statistics: "batch" | "running";
  readonly trainable: (spec: ParameterSpec) => boolean;
  /** Weight of the loss. */
  readonly weight: number;
  readonly history: LossHistory;
}

/**
 * Forward over what a mask leaves, occupancy loss of the reconstruction head, backward. Gradients are added
 * to what is there; no update.
 *
 * @throws {TypeError} where the student has no reconstruction head.
 */
export function reconstructionPlan(
  context: Omit<PlanContext, "scan">,
  masked: MaskedScan,
  options: ReconstructionOptions,
): Plan {
  const { gpu, student } = context;
  const { statistics, trainable, weight, history } = options;
  const graph = new Graph();
  const layers = layersOf({ ...context, scan: masked.scan }, {
    statistics,
    momentum: 0,
    trainable,
  });
  const features = student.backbone(graph, layers, masked.scan.features);
  const logits = student.reconstructionHead(graph, layers, features);
  const { positiveWeight, targets } = masked;
  const loss = occupancy(graph, logits, targets, { positiveWeight, weight });
  recordLoss(graph, loss, history.tensor, history.capacity);
  graph.backward();
  return new Plan(gpu, graph, [], "reconstruction");
}
