/**
 * Training of the heads that know the teacher, ρ_2D and the probe, over a backbone that stays as it is. The
 * backbone runs with the statistics that its checkpoint brought along, so its features are those that its class
 * head was trained on.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { centreRows } from "../graph/ops/centre_rows.ts";
import { cosineDistillation } from "../graph/losses/cosine_distillation.ts";
import { crossEntropy } from "../graph/losses/cross_entropy.ts";
import { gather } from "../graph/ops/gather.ts";
import { recordLoss } from "../graph/losses/mean_loss.ts";
import { Plan } from "../graph/plan.ts";
import { layersOf, type PlanContext } from "../ttt/plans/context.ts";
import type { TrainingLosses } from "../ttt/plans/training.ts";

/**
 * One scan's gradients of λ KD for ρ_2D and of the probe's cross-entropy, added to those of the batch; the class
 * history holds the probe's.
 */
export function headsPlan(context: PlanContext, losses: Required<TrainingLosses>): Plan {
  const { gpu, student, scan } = context;
  const { labels, ignore, weight, classHistory, distillationHistory } = losses;
  const { target, weight: lambda } = losses.distillation;
  const graph = new Graph();
  const layers = layersOf(context, {
    statistics: "running",
    momentum: 0,
    trainable: ({ part }) => part === "distillation" || part === "probe",
  });
  const features = student.backbone(graph, layers, scan.features);
  const distance = cosineDistillation(
    graph,
    student.distillationHead(graph, layers, features),
    target,
    weight * lambda,
  );
  recordLoss(graph, distance, distillationHistory.tensor, distillationHistory.capacity);
  const probed = student.probe(graph, layers, centreRows(graph, target));
  const logits = gather(graph, probed, scan.pointRows);
  const loss = crossEntropy(graph, logits, labels, { ignore, weight });
  recordLoss(graph, loss, classHistory.tensor, classHistory.capacity);
  graph.backward();
  return new Plan(gpu, graph, [], "training of heads");
}
