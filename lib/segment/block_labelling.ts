/**
 * Labels a scan that is too large for one piece, block by block: a method adapts to blocks that it draws, then
 * predicts every block with the same weights and the same statistics of the norm layers, so that seams do not
 * show. One block is held at a time.
 *
 * @module
 */
import { type PointBuffer, uploadPoints } from "../pairing/mod.ts";
import {
  type AdaptationContext,
  type AdaptedWeights,
  type BlockContext,
  type BlockwiseAdaptation,
  METHODS,
  type UnpredictedBlock,
} from "../ttt/methods/mod.ts";
import { type FusionSettings, predictionsOf } from "../ttt/late_fusion.ts";
import type { Parameters } from "../nn/parameters.ts";
import { correctedVoxels, UNCORRECTED } from "../ttt/corrections.ts";
import { OptionError } from "../ttt/option_error.ts";
import { nothingSeen, pairPhotographs } from "../ttt/photographs.ts";
import type { Probabilities } from "../ttt/probabilities.ts";
import { classHeights } from "./labels/class_heights.ts";
import { labelPoints } from "./labels/point_labels.ts";
import type { Block } from "../voxels/blocks.ts";
import { pickPoints } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import {
  type LabelledPointCloud,
  type LabellingTask,
  methodRandom,
  mostUseful,
  predictVoxels,
  setCorrected,
  type UsefulPoint,
  usefulPoints,
} from "./labelling.ts";
import type { LabelReadout } from "./segmenter.ts";

/**
 * Labels a scan by its blocks.
 *
 * @throws {OptionError} where the method needs the whole scan at once, or snapshots were requested.
 * @throws {CameraError} where no camera sees any point.
 */
export async function labelByBlocks(
  task: LabellingTask,
  blocks: readonly Block[],
): Promise<LabelledPointCloud> {
  const blockwise = requireBlockwise(task, blocks.length);
  using owned = new DisposableStack();
  const { gpu, student, card, source, memory, work, settings } = task;
  const occluders = task.views && uploadPoints(gpu, task.points.positions, owned);
  const open: BlockContext["open"] = (index, use, pairs = true) =>
    openBlock(task, blocks[index]!, pairs ? occluders : null, use);
  const context: BlockContext = {
    ...{ gpu, student, card, parameters: source, random: methodRandom(), memory, work },
    blocks: blocks.length,
    open,
  };
  const { steps = 0, augmentations = 0 } = settings as Partial<Record<string, number>>;
  const readouts = predictionsOf([settings, ...task.readouts] as FusionSettings[]);
  work.expect({ blocks: blocks.length, steps, augmentations, readouts });
  const adapted = blockwise.learn
    ? owned.use(await blockwise.learn(context, settings, task.readouts))
    : { parameters: source, steps: 0, losses: [] };
  const cores = new BlockCores(task, blockwise, adapted);
  work.advanced("predict", 0, blocks.length);
  for (const [index, block] of blocks.entries()) {
    await open(index, (opened) => cores.label(opened, block));
    work.advanced("predict", index + 1, blocks.length);
  }
  if (task.views && cores.pointsSeen === 0) throw nothingSeen();
  if (task.views) task.paired(cores.pointsSeen);
  return cores.result(blocks.length);
}

/** @throws {OptionError} where the scan cannot be labelled by blocks as it was asked for. */
function requireBlockwise(
  { method, points, snapshots }: LabellingTask,
  blocks: number,
): BlockwiseAdaptation {
  const count = points.positions.length / 3;
  const { blockwise } = method;
  if (!blockwise) {
    const able = [...METHODS.values()].filter((other) => other.blockwise).map(({ name }) => name);
    throw new OptionError(
      `Cannot use method ${method.name} on ${count} points: the scan is cut into ${blocks} blocks, ` +
        `which this method cannot label; set a larger voxelSize, or use ${able.join(", ")}`,
      "method",
    );
  }
  if (snapshots.length > 0) {
    throw new OptionError(
      `Cannot give snapshots of ${count} points: the scan is cut into ${blocks} blocks; ` +
        "leave them out, or set a larger voxelSize",
      "snapshots",
    );
  }
  return blockwise;
}

/** The labels of a scan, filled in block by block: every point takes those of the block whose core it lies in. */
class BlockCores {
  readonly #task: LabellingTask;
  readonly #blockwise: BlockwiseAdaptation;
  readonly #adapted: Omit<AdaptedWeights, typeof Symbol.dispose>;
  /** Settings of each readout, the method's own first, with its labels and the seconds that it took. */
  readonly #readouts: (LabelReadout & { by: unknown })[];
  readonly #sourceLabels: Uint8Array;
  readonly #confidence: Float32Array;
  /** Points of all blocks that are worth asking for. */
  readonly #useful: UsefulPoint[] = [];
  #voxels = 0;
  /** Points of voxels that a view sees. */
  pointsSeen = 0;

  constructor(
    task: LabellingTask,
    blockwise: BlockwiseAdaptation,
    adapted: Omit<AdaptedWeights, typeof Symbol.dispose>,
  ) {
    const count = task.points.positions.length / 3;
    this.#task = task;
    this.#blockwise = blockwise;
    this.#adapted = adapted;
    this.#readouts = [task.settings, ...task.readouts].map((by) => ({
      by,
      labels: new Uint8Array(count),
      ...(task.probabilities
        ? { probabilities: new Float32Array(count * task.card.classes.length) }
        : {}),
      seconds: 0,
    }));
    this.#sourceLabels = new Uint8Array(count);
    this.#confidence = new Float32Array(count);
  }

  /** Labels the points in the core of one block. */
  async label(block: UnpredictedBlock, { points: numbers, core }: Block): Promise<void> {
    const { gpu, source, work } = this.#task;
    const predicted = await work.quiet.time(
      "predict",
      () => predictVoxels({ ...block, parameters: source }),
    );
    const { parameters } = this.#adapted;
    const rows = await gpu.read(block.scan.voxels.pointRow, Uint32Array, numbers.length);
    const inCore = new Map<number, number>();
    rows.forEach((row, i) => core[i] !== 0 && inCore.set(numbers[i]!, row));
    const cored = new Set(inCore.values());
    const answers = await this.#readOut(
      { ...block, parameters, source: predicted },
      source,
      (row) => cored.has(row),
    );
    const heights = classHeights(this.#task.card, block.points);
    const byPoint = (prediction: Probabilities, keeps: boolean) =>
      labelPoints(prediction, rows, heights, keeps);
    const read = answers.map((answer) => byPoint(answer, this.#task.probabilities));
    const { labels: sourceLabels } = byPoint(predicted, false);
    const voting = { ...block, parameters: source };
    this.#useful.push(...await usefulPoints(voting, answers[0]!, inCore, this.#task));
    rows.forEach((row, i) => {
      if (core[i] === 0) return;
      const point = numbers[i]!;
      this.#readouts.forEach(({ labels, probabilities }, k) => {
        labels[point] = read[k]!.labels[i]!;
        const { classes } = answers[k]!;
        const values = read[k]!.probabilities?.subarray(i * classes, (i + 1) * classes);
        if (values) probabilities?.set(values, point * classes);
      });
      this.#sourceLabels[point] = sourceLabels[i]!;
      this.#confidence[point] = read[0]!.confidence[i]!;
      this.pointsSeen += block.photographs?.seen[row] ?? 0;
    });
    this.#voxels += cored.size;
  }

  /** Predicts one block, once for each readout; corrected voxels vote on the first. @param isInCore of rows. */
  async #readOut(
    context: AdaptationContext,
    source: Parameters,
    isInCore: (row: number) => boolean,
  ) {
    const answers: Probabilities[] = [];
    for (const readout of this.#readouts) {
      const start = performance.now();
      answers.push(
        await this.#task.work.quiet.time(
          "predict",
          () => this.#blockwise.read(context, readout.by, this.#adapted),
        ),
      );
      readout.seconds += (performance.now() - start) / 1000;
    }
    const voting = { ...context, parameters: source };
    const { corrections } = context;
    answers[0] = await this.#task.votes.on(voting, corrections, answers[0]!, isInCore);
    return answers;
  }

  /** Returns the labels once all blocks are done. */
  result(blocks: number): LabelledPointCloud {
    const [own, ...others] = this.#readouts;
    const { steps, losses, drift, note } = this.#adapted;
    setCorrected(this.#task, {
      labels: own!.labels,
      confidence: this.#confidence,
      probabilities: own!.probabilities,
    });
    return {
      labels: own!.labels,
      confidence: this.#confidence,
      probabilities: own!.probabilities,
      suggestions: mostUseful(this.#useful, this.#task.suggestions),
      sourceLabels: this.#sourceLabels,
      snapshots: [],
      readouts: others.map(({ by: _, ...readout }) => readout),
      voxels: this.#voxels,
      blocks,
      pointsSeen: this.pointsSeen,
      steps,
      losses,
      drift,
      note,
    };
  }
}

/**
 * Builds a block on the GPU, passes it to `use` and frees it.
 *
 * @param occluders the whole scan; null where the block's targets are not needed.
 */
async function openBlock<T>(
  task: LabellingTask,
  { points: numbers }: Block,
  occluders: readonly PointBuffer[] | null,
  use: (block: UnpredictedBlock) => Promise<T>,
): Promise<T> {
  const { gpu, student, card, voxelSize, views, memory, source: parameters } = task;
  const work = task.work.quiet;
  using owned = new DisposableStack();
  const points = pickPoints(task.points, numbers);
  const scan = owned.use(
    await work.time(
      "voxelize",
      () => SparseScan.build(gpu, student, card.features, points, voxelSize),
    ),
  );
  const photographs = views && occluders &&
    await work.time("pair", () => pairPhotographs(gpu, scan, views, owned, occluders));
  return await use({
    ...{ gpu, student, card, scan, points, parameters, photographs, memory, work },
    random: methodRandom(),
    corrections: await blockCorrections(task, numbers, scan),
    snapshots: [],
  });
}

/** The corrections of a block; null where it has none. */
async function blockCorrections(
  { gpu, corrections }: LabellingTask,
  numbers: Uint32Array,
  { voxels }: SparseScan,
): Promise<Uint32Array | null> {
  const classes = corrections && Uint8Array.from(numbers, (point) => corrections[point]!);
  if (!classes?.some((label) => label !== UNCORRECTED)) return null;
  const pointRow = await gpu.read(voxels.pointRow, Uint32Array, voxels.points);
  return correctedVoxels(classes, pointRow, voxels.count);
}
