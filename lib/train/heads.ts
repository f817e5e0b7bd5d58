/**
 * Training of the heads for the teacher, ρ_2D and the probe, over a frozen backbone. The backbone runs with the running
 * statistics of its checkpoint, so its features are those that its class head was trained on.
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

/** Losses of a scan that the teacher describes. */
type WithDistillation = TrainingLosses & Required<Pick<TrainingLosses, "distillation">>;

/**
 * Compiles one scan's gradients: those of λ KD for ρ_2D and of cross-entropy for the probe. They are added to those of the
 * batch. The class history records the probe's cross-entropy.
 *
 * @throws {CapacityError} where the scan is too large for the adapter.
 */
export function headsPlan(context: PlanContext, losses: WithDistillation): Plan {
  const { gpu, student, scan } = context;
  const { labels, ignore, weight, classHistory, distillationHistory } = losses;
  const { target, weight: lambda } = losses.distillation;
  const graph = new Graph(gpu.kernels);
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
