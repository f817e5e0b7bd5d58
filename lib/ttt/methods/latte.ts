/**
 * Latte (Cao et al., ECCV 2024, github.com/AronCao49/Latte): photographs and geometry teach each other, and which of them
 * is to be believed is told by its entropy over larger voxels. Scale and shift of the norm layers learn from pseudo-labels
 * of both together, and from what the photographs say of each larger voxel. It is continual; the prediction is both
 * together, the network's being that of a moving average of its weights, from before the step.
 *
 * As in the original: entropies are divided by ln C and averaged over voxels of 0.2 m; a modality weighs e^(-entropy),
 * where entropies above the 90th percentile are those of the voxel itself; pseudo-labels are kept, class by class, down to
 * the median probability or 0.9; the second loss is the weighed Kullback-Leibler divergence from the photographs' mean
 * prediction of a larger voxel to the network's, without the least certain tenth of each class, and counts 0.3; Adam at
 * 1e-3; the average keeps 0.99; batch statistics.
 *
 * The port: the batch is one scan. The photographs' prediction is that of the 2D probe on the teacher's features, and
 * stays as it is: teacher and probe are shared by all scans and no gradient reaches them, so that the losses that teach
 * the 2D network are left out. Larger voxels hold one scan and not three, since scans here come without poses from one to
 * the next, and no range is cut off; classes are not weighed by how often they were trained on.
 *
 * @module
 */
import { z } from "zod";
import type { Binding, Gpu } from "../../gpu/mod.ts";
import { launchOverRanges, wholeBuffer } from "../../graph/optimizers/bindable_ranges.ts";
import { movingAverage } from "../../graph/optimizers/moving_average.ts";
import { AdamW } from "../../nn/adamw.ts";
import type { ParameterSpec } from "../../nn/parameter_spec.ts";
import type { Parameters } from "../../nn/parameters.ts";
import {
  type AdaptationContext,
  type AdaptationResult,
  defineMethod,
  photographsOf,
} from "../method.ts";
import { type HostLoss, HostLossPlan } from "../plans/host_loss.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { labelsOf, type Probabilities, rowEntropies } from "../probabilities.ts";
import { probeProbabilities } from "../probe_prediction.ts";
import { numberSetting } from "../settings.ts";

/** Quantile of the entropies from which on those of larger voxels are not believed. */
const SURE = 0.9;
/** Pseudo-labels of a class that are at least so likely are kept, whatever the median. */
const SURE_LABEL = 0.9;
/** Weight of the second loss. */
const CONSISTENCY = 0.3;
/** The least probability that the second loss reckons with. */
const LEAST = 1e-8;
/** The label of voxels that have none. */
const NONE = 255;

const settings = z.strictObject({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(1e-3, { min: 0, max: 1 }).describe("learning rate of Adam"),
  voxel: numberSetting(0.2, { min: 0.001, max: 100 }).describe(
    "edge in metres of the voxels that entropies are averaged over",
  ),
  teacherMomentum: numberSetting(0.99, { min: 0, max: 1 }).describe(
    "share of its weights that the moving average keeps at each step",
  ),
});

type LatteSettings = z.output<typeof settings>;

/** The method as the registry holds it. */
export const latte = defineMethod({
  name: "latte",
  about:
    "scale and shift of the norm layers, adapted to network and 2D probe, each as far as it is sure around a voxel (Latte)",
  checkpoint: "joint",
  usesPhotographs: true,
  online: true,
  lossName: "pseudo-label loss",
  unmoved: { learningRate: 0 },
  settings,
  grid: [
    { learningRate: 1e-4 },
    { learningRate: 1e-3 },
    { learningRate: 1e-3, teacherMomentum: 0.9 },
    { learningRate: 1e-3, voxel: 0.4 },
    { learningRate: 1e-2 },
    { learningRate: 1e-2, teacherMomentum: 0.9 },
  ],
  adapt,
});

async function adapt(
  context: AdaptationContext,
  settings: LatteSettings,
): Promise<AdaptationResult> {
  const { gpu, work, scan: { voxels } } = context;
  const { target, seen } = photographsOf(context);
  const pair = context.memory.recall(() => new StudentAndAverage(context));
  using owned = new DisposableStack();
  const [student, average, evidence] = await work.time("compile", async () => {
    const made = [
      owned.use(new HostLossPlan({ ...context, parameters: pair.student }, isAffine)),
      owned.use(new PredictionPlan({ ...context, parameters: pair.average }, "batch")),
    ] as const;
    const coords = await gpu.read(voxels.coords, Int32Array, 4 * voxels.count);
    const edge = Math.max(1, Math.round(settings.voxel / voxels.size));
    const probe = await probeProbabilities(context, target);
    return [...made, { probe, seen, cells: largerVoxels(coords, edge) }] as const;
  });
  const losses: number[] = [];
  let together: Probabilities | null = null;
  await work.time("adapt", async () => {
    for (let step = 1; step <= settings.steps; step++) {
      average.submit();
      const believed = believe(await average.read(), evidence);
      together = believed.together;
      const found = latteLoss(await student.predict(), evidence, believed);
      losses.push(found.loss);
      student.backward(found.gradient);
      pair.step(gpu, settings);
      await work.stepped(step, settings.steps, { values: () => Promise.resolve(losses) });
    }
  });
  return { probabilities: together!, steps: settings.steps, losses };
}

function isAffine({ part, kind }: ParameterSpec): boolean {
  return part === "backbone" && (kind === "scale" || kind === "shift");
}

/** What is known of a scan beside the network's prediction. */
export interface LatteEvidence {
  /** What the photographs say of each voxel. */
  readonly probe: Probabilities;
  /** [voxels]: 0 where no photograph looks. */
  readonly seen: ArrayLike<number>;
  /** The rows of each larger voxel. */
  readonly cells: readonly (readonly number[])[];
}

/** Both modalities together, and how unsure each is. */
export interface Believed {
  readonly together: Probabilities;
  /** [voxels] each: entropies, of larger voxels where these are believed. */
  readonly entropies: { readonly network: Float64Array; readonly probe: Float64Array };
}

/**
 * The rows of voxels that share a cube of `edge` voxels.
 *
 * @param coords i32 [voxels][4]: (x, y, z, 0).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const cells = largerVoxels(Int32Array.of(0, 0, 0, 0, 5, 0, 0, 0, 1, 1, 0, 0), 2);
 * assert.deepEqual(cells, [[0, 2], [1]]);
 * ```
 */
export function largerVoxels(coords: Int32Array, edge: number): number[][] {
  const cells = new Map<string, number[]>();
  for (let row = 0; row < coords.length / 4; row++) {
    const key = [0, 1, 2].map((axis) => Math.floor(coords[4 * row + axis]! / edge)).join();
    const rows = cells.get(key);
    if (rows) rows.push(row);
    else cells.set(key, [row]);
  }
  return [...cells.values()];
}

/** Weighs network and photographs by their entropies over larger voxels. */
export function believe(
  network: Probabilities,
  { probe, seen, cells }: LatteEvidence,
): Believed {
  const { rows, classes } = network;
  const all = new Uint8Array(rows).fill(1);
  const entropies = {
    network: entropiesOfCells(network, all, cells),
    probe: entropiesOfCells(probe, seen, cells),
  };
  const values = network.values.slice();
  for (let row = 0; row < rows; row++) {
    if (seen[row] === 0) continue;
    const weight = share(entropies.probe[row]!, entropies.network[row]!);
    for (let at = row * classes; at < (row + 1) * classes; at++) {
      values[at] = weight * probe.values[at]! + (1 - weight) * network.values[at]!;
    }
  }
  return { together: { rows, classes, values }, entropies };
}

/** How much a prediction weighs beside another one. */
function share(entropy: number, other: number): number {
  return 1 / (1 + Math.exp(entropy - other));
}

/** Entropies by voxel, 0 to 1: the mean over the larger voxel, or its own where that is among the least certain. */
function entropiesOfCells(
  prediction: Probabilities,
  mask: ArrayLike<number>,
  cells: LatteEvidence["cells"],
): Float64Array {
  const most = Math.log(Math.max(prediction.classes, 2));
  const own = rowEntropies(prediction).map((entropy) => entropy / most);
  const means = new Float64Array(own.length);
  for (const cell of cells) {
    const rows = cell.filter((row) => mask[row] !== 0);
    for (const row of rows) means[row] = meanOf(rows, own);
  }
  const limit = quantile([...means].filter((_, row) => mask[row] !== 0), SURE);
  return own.map((entropy, row) => mask[row] !== 0 && means[row]! <= limit ? means[row]! : entropy);
}

function meanOf(rows: readonly number[], values: ArrayLike<number>): number {
  return rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
}

/** A quantile with linear interpolation; of no values, infinite. */
function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) return Infinity;
  const sorted = Float64Array.from(values).sort();
  const place = at * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

/** The labels of a prediction, `NONE` where one is less likely than the median of its class and than 0.9. */
function pseudoLabels(prediction: Probabilities): Uint8Array {
  const { labels, confidence } = labelsOf(prediction);
  const kept = labels.slice();
  for (const rows of Map.groupBy(labels.keys(), (row) => labels[row]!).values()) {
    // The lower of two middle values, as torch.median gives it.
    const sorted = Float32Array.from(rows, (row) => confidence[row]!).sort();
    const limit = Math.min(sorted[(sorted.length - 1) >> 1]!, SURE_LABEL);
    for (const row of rows) if (confidence[row]! < limit) kept[row] = NONE;
  }
  return kept;
}

/**
 * Cross-entropy against pseudo-labels and 0.3 times the divergence over larger voxels, with the gradient by the student's
 * logits.
 */
export function latteLoss(
  student: Probabilities,
  evidence: LatteEvidence,
  believed: Believed,
): HostLoss {
  const { classes, values } = student;
  const labels = pseudoLabels(believed.together);
  const counted = labels.reduce((sum, label) => sum + Number(label !== NONE), 0);
  const gradient = new Float32Array(values.length);
  let loss = 0;
  labels.forEach((label, row) => {
    if (label === NONE) return;
    const first = row * classes;
    loss -= Math.log(Math.max(values[first + label]!, LEAST)) / counted;
    for (let c = 0; c < classes; c++) {
      gradient[first + c]! += (values[first + c]! - Number(c === label)) / counted;
    }
  });
  const sure = sureCells(evidence, believed);
  for (const { rows, target, weight } of sure) {
    const scale = CONSISTENCY * weight / sure.length;
    const mean = meanRows(student, rows);
    const byMean = target.map((t, c) => -t / Math.max(mean[c]!, LEAST) / rows.length);
    target.forEach((t, c) => {
      if (t > 0) loss += scale * t * Math.log(t / Math.max(mean[c]!, LEAST));
    });
    for (const row of rows) {
      const first = row * classes;
      let inner = 0;
      for (let c = 0; c < classes; c++) inner += values[first + c]! * byMean[c]!;
      for (let c = 0; c < classes; c++) {
        gradient[first + c]! += scale * values[first + c]! * (byMean[c]! - inner);
      }
    }
  }
  return { loss, gradient };
}

/** The larger voxels that photographs see, without the least certain tenth of each class, and what is said of them. */
function sureCells({ probe, seen, cells }: LatteEvidence, { entropies }: Believed) {
  const found = cells.flatMap((rows) => {
    const looked = rows.filter((row) => seen[row] !== 0);
    if (looked.length === 0) return [];
    const target = meanRows(probe, looked);
    const doubt = meanOf(looked, entropies.probe);
    return [{ rows, target, doubt, weight: share(doubt, meanOf(rows, entropies.network)) }];
  });
  const classOf = ({ target }: { target: Float64Array }) => target.indexOf(Math.max(...target));
  return [...Map.groupBy(found, classOf).values()].flatMap((same) => {
    const limit = quantile(same.map(({ doubt }) => doubt), SURE);
    return same.filter(({ doubt }) => doubt <= limit);
  });
}

/** The mean of some rows. */
function meanRows({ classes, values }: Probabilities, rows: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: classes },
    (_, c) => rows.reduce((sum, row) => sum + values[row * classes + c]!, 0) / rows.length,
  );
}

/** The student and the moving average of its weights, kept from scan to scan. */
class StudentAndAverage implements Disposable {
  readonly student: Parameters;
  readonly average: Parameters;
  readonly #optimizer: AdamW;
  readonly #owned: DisposableStack;

  constructor({ gpu, parameters }: AdaptationContext) {
    using owned = new DisposableStack();
    this.student = owned.use(parameters.clone());
    this.average = owned.use(parameters.clone());
    this.#optimizer = owned.use(new AdamW(gpu, this.student, 0));
    this.#owned = owned.move();
  }

  /** Updates the student by its gradient, and the average by the student. */
  step(gpu: Gpu, { learningRate, teacherMomentum }: LatteSettings): void {
    this.#optimizer.step(learningRate);
    gpu.run(
      launchOverRanges(
        { x: wholeBuffer(this.student.values), average: wholeBuffer(this.average.values) },
        (part, count) => movingAverage<Binding>(part, count, teacherMomentum),
      ),
      "Latte",
    );
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
