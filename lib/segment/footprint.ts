/**
 * What a step takes of the GPU's memory before there is anything on it: the graph of a plan is built over a scan
 * that has nothing but counts, and laid out on paper. Blocks of large scans are sized by it.
 *
 * @module
 */
import { GpuBuffer } from "../gpu/mod.ts";
import type { Graph } from "../graph/graph.ts";
import { planTensors } from "../graph/planner.ts";
import { Tensor } from "../graph/tensor.ts";
import { type ParameterSpec, storedShape } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import { type KernelMap, type PairList, TILE_ROWS } from "../sparse/mod.ts";
import {
  adaptationGraph,
  type GraphContext,
  type LossPlace,
  predictionGraph,
  trainingGraph,
} from "../ttt/plans.ts";

/** A plan by what it does: see `plans.ts`. Adaptation and prediction see photographs, training sees labels alone. */
export type Step = "prediction" | "adaptation" | "training";

/** The device's limits that a layout keeps to. */
export type LayoutLimits = Pick<
  GPUSupportedLimits,
  "maxStorageBufferBindingSize" | "maxBufferSize"
>;

/** Bytes of a plan, without parameters, kernel maps and targets, which stand in buffers of their own. */
export interface Footprint {
  /** What the plan allocates. */
  readonly bytes: number;
  /** The most that is live at once: no layout takes less. */
  readonly liveBytes: number;
  /** What the forward pass leaves for the backward one. */
  readonly storedBytes: number;
  /** The largest single tensor, which has to fit the device's largest binding. */
  readonly largestBytes: number;
}

/**
 * Lays out one step.
 *
 * @param levels voxels at strides 1, 2, 4, ...: one number for each level of the student's network. One point a
 *   voxel is assumed.
 * @throws {CapacityError} where a tensor is larger than the largest binding.
 * @throws {TypeError} where the student has no teacher and is to adapt.
 */
export function footprint(
  student: Student,
  step: Step,
  levels: readonly number[],
  limits: LayoutLimits,
): Footprint {
  const { graph, kept } = graphOf(paperContext(student, levels), step);
  const { bytes, liveBytes, places } = planTensors(
    graph.launches,
    new Set(kept),
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
  );
  const largestBytes = [...places.values()].reduce((most, { size }) => Math.max(most, size), 0);
  return { bytes, liveBytes, storedBytes: graph.storedBytes(), largestBytes };
}

/**
 * Voxels by level of a scan of surfaces, as a guess where only their number is known: each halving leaves about a
 * quarter.
 */
export function surfaceLevels(voxels: number, depth: number): number[] {
  return Array.from({ length: depth + 1 }, (_, level) => Math.ceil(voxels / 4 ** level));
}

/** A buffer that never holds memory. */
const PAPER = GpuBuffer.placeholder("paper", 16);

function paperTensor(label: string, rows: number, channels: number): Tensor {
  return new Tensor(label, rows, channels, { binding: PAPER });
}

function graphOf(context: GraphContext, step: Step): { graph: Graph; kept: Tensor[] } {
  const rows = context.scan.features.rows;
  const history: LossPlace = { tensor: paperTensor("loss history", 1, 2), capacity: 1 };
  if (step === "training") {
    const graph = trainingGraph(context, {
      labels: paperTensor("labels", rows, 1),
      ignore: 255,
      weight: 1,
      classHistory: history,
      distillationHistory: history,
    });
    return { graph, kept: [] };
  }
  const width = context.student.teacherWidth;
  const target = width === null ? null : {
    values: paperTensor("targets", rows, width),
    half: false,
    mask: paperTensor("target mask", rows, 1),
    centre: paperTensor("teacher mean", 1, width),
  };
  if (step === "prediction") {
    const { graph, probabilities } = predictionGraph(
      context,
      "batch",
      target ? { target, history } : undefined,
    );
    return { graph, kept: [probabilities] };
  }
  if (!target) {
    throw new TypeError("Cannot lay out an adaptation: the student has no teacher; give it one");
  }
  const sgd = { learningRate: 0, momentum: 0, weightDecay: 0 };
  return { graph: adaptationGraph(context, target, history, PAPER, sgd), kept: [] };
}

/** A scan of so many voxels and a student's parameters, none of them in memory. */
function paperContext(student: Student, levels: readonly number[]): GraphContext {
  const { network } = student;
  if (levels.length !== network.depth + 1) {
    throw new TypeError(
      `Cannot lay out a step over ${levels.length} levels: the network has ${network.depth + 1}`,
    );
  }
  const rows = levels[0]!;
  const index = paperTensor("index", 1, 4);
  return {
    student,
    parameters: paperParameters(student.parameters()),
    scan: {
      features: paperTensor("input features", rows, network.inChannels),
      pointRows: { points: rows, pointRow: index, order: index, starts: index },
      kernelMap({ kernelSize, stride, from }): KernelMap {
        const inRows = levels[from]!;
        const outRows = levels[from + Math.log2(stride)]!;
        return {
          volume: kernelSize ** 3,
          inRows,
          outRows,
          forward: paperList(outRows),
          transposed: paperList(inRows),
        };
      },
    },
  };
}

function paperList(rows: number): PairList {
  return {
    rows,
    tiles: Math.ceil(rows / TILE_ROWS),
    mirrored: false,
    pairs: 0,
    entries: PAPER,
    offsets: PAPER,
  };
}

function paperParameters(specs: readonly ParameterSpec[]): GraphContext["parameters"] {
  const tensors = new Map(
    specs.map((spec) => [spec.name, paperTensor(spec.name, ...storedShape(spec))]),
  );
  const tensor = (name: string) => tensors.get(name)!;
  return {
    specs,
    parameter: (name, trainable) => ({ values: tensor(name), gradient: tensor(name), trainable }),
    statistic: tensor,
    values: PAPER,
    gradients: PAPER,
    endOf: () => PAPER.size,
  };
}
