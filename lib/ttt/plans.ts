/**
 * The plans of the method over one scan: predict, adapt by distillation, train jointly. Each is a graph
 * compiled once and submitted any number of times; losses are appended to a history on the GPU.
 *
 * @module
 */
import { type Gpu, type GpuBuffer } from "../gpu/mod.ts";
import { Graph } from "../graph/graph.ts";
import { cosineDistillation, type DistillationTarget } from "../graph/ops/cosine_distillation.ts";
import { crossEntropy } from "../graph/ops/cross_entropy.ts";
import { gather } from "../graph/ops/gather.ts";
import { recordLoss } from "../graph/ops/mean_loss.ts";
import { type SgdOptions, sgdStep } from "../graph/ops/optimizer.ts";
import { predict } from "../graph/ops/predict.ts";
import { Plan } from "../graph/plan.ts";
import { Tensor } from "../graph/tensor.ts";
import { Layers, type RunMode } from "../nn/layers.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import type { Targets } from "../pairing/mod.ts";
import type { SparseScan } from "./sparse_scan.ts";

/** BatchNorm's epsilon in MinkowskiEngine and PyTorch. */
const EPSILON = 1e-5;

/** Everything a plan is made of. */
export interface PlanContext {
  readonly gpu: Gpu;
  readonly student: Student;
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

/** Targets as a distillation loss takes them. `centre` is f32 [D padded to 4]. */
export function distillationTarget(targets: Targets, centre: GpuBuffer): DistillationTarget {
  return {
    values: new Tensor("targets", targets.rows, targets.channels, { binding: targets.values }),
    mask: new Tensor("target mask", targets.rows, 1, { binding: targets.weight }),
    centre: new Tensor("teacher mean", 1, targets.channels, { binding: centre }),
  };
}

function layersOf(context: PlanContext, mode: RunMode): Layers {
  return new Layers(context.parameters, (spec) => context.scan.kernelMap(spec), mode);
}

/** What {@link PredictionPlan.read} gives, by voxel. */
export interface VoxelPrediction {
  labels: Uint32Array;
  confidence: Float32Array;
}

/** Forward pass to labels, with the distillation loss on the way where there are targets. */
export class PredictionPlan implements Disposable {
  readonly #plan: Plan;
  readonly #labels: Tensor;
  readonly #confidence: Tensor;
  readonly #rows: number;

  constructor(
    context: PlanContext,
    statistics: "batch" | "running",
    distillation?: { target: DistillationTarget; history: LossHistory },
  ) {
    const { gpu, student, scan } = context;
    const graph = new Graph();
    const layers = layersOf(context, {
      statistics,
      momentum: 0,
      epsilon: EPSILON,
      trainable: new Set(),
    });
    const features = student.backbone(graph, layers, scan.features);
    const logits = student.classHead(graph, layers, features);
    this.#rows = logits.rows;
    // One word a row, four to a vec4f.
    this.#labels = graph.tensor("labels", Math.ceil(logits.rows / 4), 4);
    this.#confidence = graph.tensor("confidence", Math.ceil(logits.rows / 4), 4);
    predict(graph, logits, this.#labels, this.#confidence);
    if (distillation) {
      const { target, history } = distillation;
      const z = student.distillationHead(graph, layers, features);
      recordLoss(graph, cosineDistillation(graph, z, target, 1), history.tensor, history.capacity);
    }
    this.#plan = new Plan(gpu, graph, [this.#labels, this.#confidence], "prediction");
  }

  /** One submit. */
  submit(): void {
    this.#plan.submit();
  }

  /** Labels and confidences of the last submit: two readbacks. */
  async read(): Promise<VoxelPrediction> {
    const labels = new Uint32Array((await this.#plan.read(this.#labels)).buffer);
    const confidence = await this.#plan.read(this.#confidence);
    return {
      labels: labels.subarray(0, this.#rows),
      confidence: confidence.subarray(0, this.#rows),
    };
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}

/**
 * One step of TTT-KD: forward, distillation loss alone, backward into the backbone, SGD on the backbone;
 * both heads stay as they are. Batch statistics are the scan's own.
 */
export function adaptationPlan(
  context: PlanContext,
  target: DistillationTarget,
  history: LossHistory,
  velocity: GpuBuffer,
  sgd: SgdOptions,
): Plan {
  const { gpu, student, scan, parameters } = context;
  const graph = new Graph();
  const layers = layersOf(context, {
    statistics: "batch",
    momentum: 0,
    epsilon: EPSILON,
    trainable: new Set(["backbone"]),
  });
  const features = student.backbone(graph, layers, scan.features);
  const z = student.distillationHead(graph, layers, features);
  const loss = cosineDistillation(graph, z, target, 1);
  recordLoss(graph, loss, history.tensor, history.capacity);
  graph.backward();
  const size = parameters.endOf("backbone");
  const range = (buffer: GpuBuffer) =>
    new Tensor(buffer.label, 1, size / 4, { binding: { buffer, offset: 0, size } });
  graph.emit(sgdStep(
    {
      values: range(parameters.values),
      gradient: range(parameters.gradients),
      velocity: range(velocity),
    },
    size / 16,
    sgd,
  ));
  return new Plan(gpu, graph, [], "adaptation");
}

/** Settings of {@link trainingPlan}. */
export interface TrainingLosses {
  /** u32 [points], as a tensor. */
  readonly labels: Tensor;
  readonly ignore: number;
  readonly target: DistillationTarget;
  /** λ of the distillation loss; 0 trains on labels alone. */
  readonly distillation: number;
  /** Share of this scan in the batch. */
  readonly weight: number;
  readonly momentum: number;
  readonly classHistory: LossHistory;
  readonly distillationHistory: LossHistory;
}

/** Joint training on one scan: CE + λ KD, gradients added to those of the batch; no update. */
export function trainingPlan(context: PlanContext, losses: TrainingLosses): Plan {
  const { gpu, student, scan } = context;
  const graph = new Graph();
  const layers = layersOf(context, {
    statistics: "batch",
    momentum: losses.momentum,
    epsilon: EPSILON,
    trainable: new Set(["backbone", "distillation", "classes"]),
  });
  const features = student.backbone(graph, layers, scan.features);
  const logits = gather(graph, student.classHead(graph, layers, features), scan.pointRows);
  const { classHistory, distillationHistory } = losses;
  recordLoss(
    graph,
    crossEntropy(graph, logits, losses.labels, { ignore: losses.ignore, weight: losses.weight }),
    classHistory.tensor,
    classHistory.capacity,
  );
  const z = student.distillationHead(graph, layers, features);
  recordLoss(
    graph,
    cosineDistillation(graph, z, losses.target, losses.weight * losses.distillation),
    distillationHistory.tensor,
    distillationHistory.capacity,
  );
  graph.backward();
  return new Plan(gpu, graph, [], "training");
}
