/**
 * Masked reconstruction: the loss that TTT-MAE trains with beside the labels, and adapts with alone.
 *
 * @module
 */
import { Graph } from "../../graph/graph.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { occupancy } from "../../graph/losses/occupancy.ts";
import { Plan } from "../../graph/plan.ts";
import type { ParameterSpec } from "../../nn/parameter_spec.ts";
import type { MaskedScan } from "../masking.ts";
import { layersOf, type NormStatistics, type PlanContext } from "./context.ts";
import type { LossHistory } from "./loss_history.ts";

/** Settings of {@link reconstructionPlan}. */
export interface ReconstructionOptions {
  /** Running statistics are used as they are and never updated: a masked scan is no sample of whole ones. */
  readonly statistics: NormStatistics;
  readonly trainable: (spec: ParameterSpec) => boolean;
  /** Weight of the loss. */
  readonly weight: number;
  readonly history: LossHistory;
}

/**
 * Compiles the forward pass over the visible part of a masked scan, the reconstruction head's occupancy loss
 * and the backward pass. Gradients are added to what is there; nothing is updated.
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
  const graph = new Graph(gpu.kernels);
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
