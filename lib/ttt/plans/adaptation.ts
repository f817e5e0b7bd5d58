/**
 * One gradient step over one scan: on the KD loss, on corrections, or on both.
 *
 * @module
 */
import type { BufferSlice, GpuBuffer } from "../../gpu/mod.ts";
import { Graph } from "../../graph/graph.ts";
import {
  cosineDistillation,
  type DistillationTarget,
} from "../../graph/losses/cosine_distillation.ts";
import { crossEntropy } from "../../graph/losses/cross_entropy.ts";
import { type Loss, recordLoss } from "../../graph/losses/mean_loss.ts";
import { softCrossEntropy } from "../../graph/losses/soft_cross_entropy.ts";
import { accumulate } from "../../graph/ops/accumulate.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { type SgdOptions, sgdStep } from "../../graph/optimizers/sgd.ts";
import { launchOverRanges } from "../../graph/optimizers/bindable_ranges.ts";
import { Plan } from "../../graph/plan.ts";
import { Tensor } from "../../graph/tensor.ts";
import { UNCORRECTED } from "../corrections.ts";
import { type GraphContext, layersOf, type NormStatistics, type PlanContext } from "./context.ts";
import type { LossSink } from "./loss_history.ts";

/** What a step of {@link adaptationPlan} optimises, and with what. */
export interface AdaptationStep {
  /** The teacher's targets; left out to learn from corrections alone. */
  readonly target?: DistillationTarget;
  /** Gets the loss before the step. */
  readonly history: LossSink;
  /** SGD's momentum, f32, as long as the backbone's values. */
  readonly velocity: GpuBuffer;
  readonly sgd: SgdOptions;
  /** `batch` by default. */
  readonly statistics?: NormStatistics;
  /** Sum of probabilities [voxels][classes] in a buffer of its own: those before the step are added to it. */
  readonly total?: Tensor;
  /** A second loss: cross-entropy of the class head against `probabilities` [voxels][classes]; zero rows are left out. */
  readonly consistency?: { readonly probabilities: Tensor; readonly weight: number };
  /** Cross-entropy of the class head against corrections, u32 [voxels]; the others are `UNCORRECTED`. */
  readonly corrections?: { readonly labels: Tensor; readonly weight: number };
}

/**
 * Records one step: forward pass, KD loss, backward pass into the backbone, SGD on the backbone. Both heads
 * and the running statistics stay as they are.
 */
export function adaptationGraph(context: GraphContext, step: AdaptationStep): Graph {
  const { student, scan } = context;
  const { target, history, velocity, sgd, statistics = "batch" } = step;
  const { total, consistency, corrections } = step;
  const graph = new Graph(context.gpu.kernels);
  const layers = layersOf(context, {
    statistics,
    momentum: 0,
    trainable: ({ part }) => part === "backbone",
    // Every layer is used once, and the step follows.
    replacesGradients: true,
  });
  const features = student.backbone(graph, layers, scan.features);
  let loss: Loss | null = null;
  if (total || consistency || corrections) {
    const logits = student.classHead(graph, layers, features);
    if (total) accumulate(graph, softmax(graph, logits), total);
    if (consistency) softCrossEntropy(graph, logits, consistency.probabilities, consistency.weight);
    if (corrections) {
      const { labels, weight } = corrections;
      loss = crossEntropy(graph, logits, labels, { ignore: UNCORRECTED, weight });
    }
  }
  if (target) {
    const z = student.distillationHead(graph, layers, features);
    loss = cosineDistillation(graph, z, target, 1);
  }
  if (!loss) throw new TypeError("Cannot adapt: there are neither targets nor corrections");
  recordLoss(graph, loss, history.tensor, history.capacity);
  graph.backward();
  emitSgd(graph, context.parameters, velocity, sgd);
  return graph;
}

/** {@link adaptationGraph}, compiled. */
export function adaptationPlan(context: PlanContext, step: AdaptationStep): Plan {
  return new Plan(context.gpu, adaptationGraph(context, step), [], "adaptation");
}

/** Appends SGD on the backbone's values to a graph. */
function emitSgd(
  graph: Graph,
  parameters: GraphContext["parameters"],
  velocity: GpuBuffer,
  sgd: SgdOptions,
): void {
  const size = parameters.endOf("backbone");
  const range = (buffer: GpuBuffer) => ({ buffer, offset: 0, size });
  const operands = {
    values: range(parameters.values),
    gradient: range(parameters.gradients),
    velocity: range(velocity),
  };
  graph.emit(...launchOverRanges(operands, ({ values, gradient, velocity }, count) =>
    sgdStep(
      {
        values: rangeTensor(values),
        gradient: rangeTensor(gradient),
        velocity: rangeTensor(velocity),
      },
      count,
      sgd,
      graph.lossScale,
    )));
}

/** A range of parameters as a tensor, as the optimizers take it in a graph. */
function rangeTensor(slice: BufferSlice): Tensor {
  return new Tensor(slice.buffer.label, 1, slice.size / 4, { binding: slice });
}
