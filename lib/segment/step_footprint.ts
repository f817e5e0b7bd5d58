/**
 * Computes the GPU memory of a step without allocating any: the graph of a plan is recorded over a scan that has
 * counts only, and laid out on paper. Blocks of large scans are sized by it (`block_size.ts`).
 *
 * @module
 */
import { GpuBuffer, type KernelSetting, SOFTWARE_SETTING } from "../gpu/mod.ts";
import type { Graph } from "../graph/graph.ts";
import { planTensors } from "../graph/planner.ts";
import { Tensor } from "../graph/tensor.ts";
import type { ScanStructure } from "../nn/layers.ts";
import { type ParameterSpec, storedShape } from "../nn/parameter_spec.ts";
import type { Student } from "../nn/student.ts";
import { type KernelMap, type PairList, patchTiles, TILE_ROWS } from "../sparse/mod.ts";
import { adaptationGraph } from "../ttt/plans/adaptation.ts";
import type { GraphContext } from "../ttt/plans/context.ts";
import type { LossSink } from "../ttt/plans/loss_history.ts";
import { predictionGraph } from "../ttt/plans/prediction.ts";
import { trainingGraph } from "../ttt/plans/training.ts";

/** A plan of `lib/ttt/plans`. Adaptation and prediction include the KD loss, training is by labels alone. */
export type StepKind = "prediction" | "adaptation" | "training";

/** The device's limits that a layout respects. */
export type LayoutLimits = Pick<
  GPUSupportedLimits,
  "maxStorageBufferBindingSize" | "maxBufferSize"
>;

/** Bytes of a plan, without parameters, kernel maps and targets, which have buffers of their own. */
export interface StepFootprint {
  /** Bytes that the plan allocates. */
  readonly bytes: number;
  /** The most bytes live at once: no layout needs fewer. */
  readonly liveBytes: number;
  /** Bytes that the forward pass keeps for the backward one. */
  readonly storedBytes: number;
  /** Bytes of the largest tensor. */
  readonly largestBytes: number;
}

/**
 * Lays out one step.
 *
 * @param levels voxels at strides 1, 2, 4, ...: one number for each level of the student's network. One point a
 *   voxel is assumed.
 * @param kernels the matrix kernels of the device.
 * @throws {CapacityError} where a tensor is larger than the largest binding.
 * @throws {TypeError} for an adaptation of a student that has no teacher.
 */
export function stepFootprint(
  student: Student,
  step: StepKind,
  levels: readonly number[],
  limits: LayoutLimits,
  kernels: KernelSetting = SOFTWARE_SETTING,
): StepFootprint {
  const { graph, kept } = graphOf(paperContext(student, levels, kernels), step);
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
 * Computes the largest buffer that one launch of a step binds, targets and kernel maps included.
 *
 * @param levels as for {@link stepFootprint}; every voxel is assumed to have all its neighbours.
 * @param kernels the matrix kernels of the device.
 * @throws {TypeError} for an adaptation of a student that has no teacher.
 */
export function largestBinding(
  student: Student,
  step: StepKind,
  levels: readonly number[],
  kernels: KernelSetting = SOFTWARE_SETTING,
): number {
  const context = paperContext(student, levels, kernels);
  let most = 0;
  const scan: GraphContext["scan"] = {
    ...context.scan,
    structure: {
      ...context.scan.structure,
      kernelMap(spec) {
        const map = context.scan.structure.kernelMap(spec);
        most = Math.max(most, map.volume * Math.max(map.inRows, map.outRows) * ENTRY_BYTES);
        return map;
      },
    },
  };
  const { graph } = graphOf({ ...context, scan }, step);
  for (const { bindings } of graph.launches) {
    for (const { bytes } of bindings) most = Math.max(most, bytes);
  }
  return most;
}

/** Bytes of an entry of a kernel map. */
const ENTRY_BYTES = 4;

/**
 * Guesses the voxels by level of a scan of surfaces from their number: each doubling of the stride leaves about a
 * quarter.
 */
export function surfaceLevels(voxels: number, depth: number): number[] {
  return Array.from({ length: depth + 1 }, (_, level) => Math.ceil(voxels / 4 ** level));
}

/** A buffer without memory. */
const PAPER = GpuBuffer.placeholder("paper", 16);

function paperTensor(label: string, rows: number, channels: number): Tensor {
  return new Tensor(label, rows, channels, { binding: PAPER });
}

function graphOf(context: GraphContext, step: StepKind): { graph: Graph; kept: Tensor[] } {
  const rows = context.scan.features.rows;
  const history: LossSink = { tensor: paperTensor("loss history", 1, 2), capacity: 1 };
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
    throw new TypeError(
      "Cannot lay out an adaptation: the student has no teacher; take one that was distilled",
    );
  }
  const sgd = { learningRate: 0, momentum: 0, weightDecay: 0 };
  return { graph: adaptationGraph(context, { target, history, velocity: PAPER, sgd }), kept: [] };
}

/** A scan with these counts of voxels and a student's parameters, none of them in memory. */
function paperContext(
  student: Student,
  levels: readonly number[],
  kernels: KernelSetting,
): GraphContext {
  const { network } = student;
  if (levels.length !== network.depth + 1) {
    throw new TypeError(
      `Cannot lay out a step over ${levels.length} levels: the network has ${network.depth + 1}`,
    );
  }
  const rows = levels[0]!;
  const index = paperTensor("index", 1, 4);
  return {
    gpu: { kernels },
    student,
    parameters: paperParameters(student.parameters()),
    scan: {
      features: paperTensor("input features", rows, network.inChannels),
      pointRows: { points: rows, pointRow: index, order: index, starts: index },
      structure: paperStructure(levels),
    },
  };
}

/** What a network needs of a scan with these counts of voxels. */
function paperStructure(levels: readonly number[]): ScanStructure {
  return {
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
    patches({ level, patch }) {
      const rows = levels[level]!;
      const { queries, keys } = patchTiles([rows], patch);
      const [queryTiles, keyTiles] = [queries.length / 4, keys.length / 4];
      return {
        rows,
        patchRows: patch,
        sequence: paperTensor("sequence", rows, 4),
        queryTiles,
        queries: paperTensor("query tiles", queryTiles, 4),
        keyTiles,
        keys: paperTensor("key tiles", keyTiles, 4),
      };
    },
    rotations: (level) => paperTensor("rotations", levels[level]!, 4),
    merged(level) {
      const [points, parents] = [levels[level]!, levels[level + 1]!];
      const index = (length: number) => paperTensor("index", Math.ceil(length / 4), 4);
      return {
        parents,
        children: {
          points,
          pointRow: index(points),
          order: index(points),
          starts: index(parents + 1),
        },
      };
    },
    mask: null,
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
    found: PAPER,
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
