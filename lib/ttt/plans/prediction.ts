/**
 * The forward pass: class probabilities of one scan and, on request, its distillation loss.
 *
 * @module
 */
import { Graph } from "../../graph/graph.ts";
import {
  cosineDistillation,
  type DistillationTarget,
} from "../../graph/losses/cosine_distillation.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { Plan } from "../../graph/plan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type Probabilities, unpadded } from "../probabilities.ts";
import {
  frozenLayers,
  type GraphContext,
  type NormStatistics,
  type PlanContext,
} from "./context.ts";
import { LossHistory, type LossSink } from "./loss_history.ts";

/** A distillation loss to measure: against which targets, and where it is recorded. */
export interface LossMeasurement {
  readonly target: DistillationTarget;
  readonly history: LossSink;
}

/** Records the forward pass to class probabilities [voxels][classes] and, with `measured`, to the KD loss. */
export function predictionGraph(
  context: GraphContext,
  statistics: NormStatistics,
  measured?: LossMeasurement,
): { graph: Graph; probabilities: Tensor } {
  const { student, scan } = context;
  const graph = new Graph(context.gpu.kernels);
  const layers = frozenLayers(context, statistics);
  const features = student.backbone(graph, layers, scan.features);
  const probabilities = softmax(graph, student.classHead(graph, layers, features));
  if (measured) {
    const { target, history } = measured;
    const z = student.distillationHead(graph, layers, features);
    recordLoss(graph, cosineDistillation(graph, z, target, 1), history.tensor, history.capacity);
  }
  return { graph, probabilities };
}

/** {@link predictionGraph}, compiled. Owns its buffers. */
export class PredictionPlan implements Disposable {
  readonly #plan: Plan;
  readonly #probabilities: Tensor;

  /** @throws {CapacityError} where the scan is too large for the adapter. */
  constructor(context: PlanContext, statistics: NormStatistics, measured?: LossMeasurement) {
    const { graph, probabilities } = predictionGraph(context, statistics, measured);
    this.#probabilities = probabilities;
    this.#plan = new Plan(context.gpu, graph, [probabilities], "prediction");
  }

  /** Predicts with the weights as they stand: one submit. */
  submit(): void {
    this.#plan.submit();
  }

  /** Reads the probabilities of the last submit: one readback. */
  async read(): Promise<Probabilities> {
    const { rows, channels } = this.#probabilities;
    return unpadded(await this.#plan.read(this.#probabilities), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}

/** Measures the KD loss of the weights as they stand. */
export async function kdLossOf(
  context: PlanContext,
  target: DistillationTarget,
  statistics: NormStatistics,
): Promise<number> {
  using history = new LossHistory(context.gpu, 1);
  using plan = new PredictionPlan(context, statistics, { target, history });
  plan.submit();
  return (await history.values())[0]!;
}
