/**
 * One scan's share of a step of joint training.
 *
 * @module
 */
import { Graph } from "../../graph/graph.ts";
import {
  cosineDistillation,
  type DistillationTarget,
} from "../../graph/losses/cosine_distillation.ts";
import { crossEntropy } from "../../graph/losses/cross_entropy.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { centreRows } from "../../graph/ops/centre_rows.ts";
import { gather } from "../../graph/ops/gather.ts";
import { Plan } from "../../graph/plan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type GraphContext, layersOf, type NormStatistics, type PlanContext } from "./context.ts";
import type { LossSink } from "./loss_history.ts";

/** What one scan teaches the network in joint training. */
export interface TrainingLosses {
  /** u32 [points], as a tensor. */
  readonly labels: Tensor;
  /** The label of points that do not count. */
  readonly ignore: number;
  /** The teacher's targets, which the 2D probe learns from too, and λ; left out to train on labels alone. */
  readonly distillation?: { target: DistillationTarget; weight: number };
  /** Which statistics norm layers use; the scan's own by default. */
  readonly statistics?: NormStatistics | undefined;
  /** The scan's share in the batch. */
  readonly weight: number;
  readonly classHistory: LossSink;
  readonly distillationHistory: LossSink;
}

/**
 * Records joint training on one scan: CE + λ KD, and the probe's cross-entropy, whose gradient does not reach
 * the network. Gradients are added to those of the batch; nothing is updated.
 */
export function trainingGraph(context: GraphContext, losses: TrainingLosses): Graph {
  const { student, scan } = context;
  const { labels, ignore, weight, classHistory, distillation, distillationHistory } = losses;
  const graph = new Graph(context.gpu.kernels);
  const layers = layersOf(context, {
    statistics: losses.statistics ?? "batch",
    momentum: 0,
    trainable: () => true,
  });
  const features = student.backbone(graph, layers, scan.features);
  const logits = gather(graph, student.classHead(graph, layers, features), scan.pointRows);
  const loss = crossEntropy(graph, logits, labels, { ignore, weight });
  recordLoss(graph, loss, classHistory.tensor, classHistory.capacity);
  if (distillation) {
    const { target } = distillation;
    const z = student.distillationHead(graph, layers, features);
    recordLoss(
      graph,
      cosineDistillation(graph, z, target, weight * distillation.weight),
      distillationHistory.tensor,
      distillationHistory.capacity,
    );
    const probed = student.probe(graph, layers, centreRows(graph, target));
    crossEntropy(graph, gather(graph, probed, scan.pointRows), labels, { ignore, weight });
  }
  graph.backward();
  return graph;
}

/** {@link trainingGraph}, compiled. */
export function trainingPlan(context: PlanContext, losses: TrainingLosses): Plan {
  return new Plan(context.gpu, trainingGraph(context, losses), [], "training");
}
