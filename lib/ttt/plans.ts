/**
 * The plans of the method over one scan: predict, adapt by distillation, train jointly. Each is a graph
 * compiled once and submitted any number of times; losses are appended to a history on the GPU.
 *
 * @module
 */
import type { BufferSlice, Gpu, GpuBuffer } from "../gpu/mod.ts";
import { Graph } from "../graph/graph.ts";
import { accumulate } from "../graph/ops/accumulate.ts";
import { centreRows } from "../graph/ops/centre_rows.ts";
import {
  cosineDistillation,
  type DistillationTarget,
} from "../graph/losses/cosine_distillation.ts";
import { crossEntropy } from "../graph/losses/cross_entropy.ts";
import { gather } from "../graph/ops/gather.ts";
import { recordLoss } from "../graph/losses/mean_loss.ts";
import { type SgdOptions, sgdStep } from "../graph/optimizers/sgd.ts";
import { launchOverRanges } from "../graph/optimizers/bindable_ranges.ts";
import { softCrossEntropy } from "../graph/losses/soft_cross_entropy.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { Plan } from "../graph/plan.ts";
import { Tensor } from "../graph/tensor.ts";
import { type LayerParameters, Layers, type RunMode } from "../nn/layers.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import type { Targets } from "../pairing/mod.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";
import type { SparseScan } from "../voxels/sparse_scan.ts";

/** Everything a graph is made of: a plan's context, or its likeness on paper (`footprint.ts`). */
export interface GraphContext {
  readonly student: Student;
  readonly scan: Pick<SparseScan, "features" | "pointRows" | "kernelMap">;
  readonly parameters: LayerParameters & Pick<Parameters, "values" | "gradients" | "endOf">;
}

/** Everything a plan is made of. */
export interface PlanContext extends GraphContext {
  readonly gpu: Gpu;
  readonly scan: SparseScan;
  readonly parameters: Parameters;
}

/** A history of losses on the GPU: a count and up to `capacity` values. Owns its buffer. */
export class LossHistory implements Disposable {
  readonly tensor: Tensor;
  readonly capacity: number;
  readonly #gpu: Gpu;
  readonly #buffer: GpuBuffer;

  constructor(gpu: Gpu, capacity: number) {
    this.#gpu = gpu;
    this.capacity = capacity;
    this.#buffer = gpu.zeros("loss history", (capacity + 1) * 4);
    this.tensor = new Tensor("loss history", 1, capacity + 1, { binding: this.#buffer });
  }

  /** Reads all values so far: one readback. */
  async values(): Promise<number[]> {
    const words = await this.#gpu.read(this.#buffer, Uint32Array, this.capacity + 1);
    return [...new Float32Array(words.buffer, 4, words[0])];
  }

  [Symbol.dispose](): void {
    this.#buffer.destroy();
  }
}

/** Where a graph appends its losses. */
export type LossPlace = Pick<LossHistory, "tensor" | "capacity">;

/** Targets as a distillation loss takes them. `centre` is f32 [D padded to 4]. */
export function distillationTarget(targets: Targets, centre: GpuBuffer): DistillationTarget {
  return {
    values: new Tensor("targets", targets.rows, targets.channels, { binding: targets.values }),
    half: targets.half,
    mask: new Tensor("target mask", targets.rows, 1, { binding: targets.weight }),
    centre: new Tensor("teacher mean", 1, targets.channels, { binding: centre }),
  };
}

/** Layers of a network over a scan, run in one mode. */
export function layersOf(context: GraphContext, mode: Omit<RunMode, "epsilon">): Layers {
  return new Layers(context.parameters, (spec) => context.scan.kernelMap(spec), {
    ...mode,
    epsilon: context.student.network.epsilon,
  });
}

/** Statistics of the norm layers: the scan's own, or those of training. */
export type Statistics = RunMode["statistics"];

/** Layers that only predict. */
export function frozenLayers(context: GraphContext, statistics: Statistics): Layers {
  return layersOf(context, { statistics, momentum: 0, trainable: () => false });
}

/** Forward pass to class probabilities [voxels][classes], and to the distillation loss where there are targets. */
export function predictionGraph(
  context: GraphContext,
  statistics: Statistics,
  distillation?: { target: DistillationTarget; history: LossPlace },
): { graph: Graph; probabilities: Tensor } {
  const { student, scan } = context;
  const graph = new Graph();
  const layers = frozenLayers(context, statistics);
  const features = student.backbone(graph, layers, scan.features);
  const probabilities = softmax(graph, student.classHead(graph, layers, features));
  if (distillation) {
    const { target, history } = distillation;
    const z = student.distillationHead(graph, layers, features);
    recordLoss(graph, cosineDistillation(graph, z, target, 1), history.tensor, history.capacity);
  }
  return { graph, probabilities };
}

/** {@link predictionGraph}, compiled. */
export class PredictionPlan implements Disposable {
  readonly #plan: Plan;
  readonly #probabilities: Tensor;

  constructor(
    context: PlanContext,
    statistics: Statistics,
    distillation?: { target: DistillationTarget; history: LossPlace },
  ) {
    const { graph, probabilities } = predictionGraph(context, statistics, distillation);
    this.#probabilities = probabilities;
    this.#plan = new Plan(context.gpu, graph, [probabilities], "prediction");
  }

  /** One submit. */
  submit(): void {
    this.#plan.submit();
  }

  /** Probabilities of the last submit: one readback. */
  async read(): Promise<Probabilities> {
    const { rows, channels } = this.#probabilities;
    return unpadded(await this.#plan.read(this.#probabilities), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}

/** A range of parameter-like buffers, as the optimizers take it in a graph. */
function rangeTensor(slice: BufferSlice): Tensor {
  return new Tensor(slice.buffer.label, 1, slice.size / 4, { binding: slice });
}

/** How a step of {@link adaptationPlan} runs, and what it may do besides. */
export interface AdaptationExtras {
  /** The scan's own by default. */
  readonly statistics?: Statistics;
  /** [voxels][classes], in a buffer of its own: the probabilities before the step are added to it. */
  readonly total?: Tensor;
  /** [voxels][classes] that the class head is to agree with, zero rows left out, and the loss's weight. */
  readonly consistency?: { readonly probabilities: Tensor; readonly weight: number };
}

/**
 * One step of TTT-KD: forward, distillation loss alone, backward into the backbone, SGD on the backbone;
 * both heads stay as they are, and so do running statistics.
 */
export function adaptationGraph(
  context: GraphContext,
  target: DistillationTarget,
  history: LossPlace,
  velocity: GpuBuffer,
  sgd: SgdOptions,
  { statistics = "batch", total, consistency }: AdaptationExtras = {},
): Graph {
  const { student, scan, parameters } = context;
  const graph = new Graph();
  const layers = layersOf(context, {
    statistics,
    momentum: 0,
    trainable: ({ part }) => part === "backbone",
  });
  const features = student.backbone(graph, layers, scan.features);
  if (total || consistency) {
    const logits = student.classHead(graph, layers, features);
    if (total) accumulate(graph, softmax(graph, logits), total);
    if (consistency) softCrossEntropy(graph, logits, consistency.probabilities, consistency.weight);
  }
  const z = student.distillationHead(graph, layers, features);
  const loss = cosineDistillation(graph, z, target, 1);
  recordLoss(graph, loss, history.tensor, history.capacity);
  graph.backward();
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
    )));
  return graph;
}

/** {@link adaptationGraph}, compiled. */
export function adaptationPlan(
  context: PlanContext,
  target: DistillationTarget,
  history: LossPlace,
  velocity: GpuBuffer,
  sgd: SgdOptions,
  extras: AdaptationExtras = {},
): Plan {
  const graph = adaptationGraph(context, target, history, velocity, sgd, extras);
  return new Plan(context.gpu, graph, [], "adaptation");
}

/** What a scan is to teach the network in joint training; parts that are not there are left out. */
export interface TrainingLosses {
  /** u32 [points], as a tensor. */
  readonly labels: Tensor;
  readonly ignore: number;
  /** The teacher's targets and λ, the weight of their loss. The 2D probe learns from them too. */
  readonly distillation?: { target: DistillationTarget; weight: number };
  /** Share of this scan in the batch. */
  readonly weight: number;
  readonly classHistory: LossPlace;
  readonly distillationHistory: LossPlace;
}

/**
 * Joint training on one scan: CE + λ KD, and cross-entropy of the probe, whose gradient ends at the targets.
 * Gradients are added to those of the batch; no update.
 */
export function trainingGraph(context: GraphContext, losses: TrainingLosses): Graph {
  const { student, scan } = context;
  const { labels, ignore, weight, classHistory, distillation, distillationHistory } = losses;
  const graph = new Graph();
  const layers = layersOf(context, {
    statistics: "batch",
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
