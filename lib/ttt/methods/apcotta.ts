/**
 * APCoTTA (arXiv 2505.09971, github.com/Gaoyuan2/APCoTTA), made for lidar from the air: only layers that an even
 * prediction would hardly move may learn, where the network is sure it learns to say of a strongly augmented scan what it
 * says of the scan, and after the step a few of the numbers that moved go back to the source. It is continual: the weights
 * continue from scan to scan, and the prediction is that from before the step.
 *
 * As in the original: a layer (an entry of the state dict without its last name) may learn where the L1 norm of its
 * gradient, the mean over its entries, is at most 0.001 for the cross-entropy of an even distribution against
 * softmax(logits / 50); the loss is -sum p log q, its gradient flows into both predictions, and voxels with an entropy
 * above 0.8 nats are left out; plain SGD, whose momentum the original forgets at every step, with KPConv's weight decay;
 * batch statistics; 1 % of the numbers of the layers that learned are restored.
 *
 * The port: the batch is one scan; the loss is a mean over its voxels, and the augmentation's logits come back to them
 * point by point; the weak augmentation is the scan itself, which is what is labelled, and the strong one has the
 * original's scale (0.8 to 1.2) and noise (1 cm), with mirroring besides; numbers are restored entirely, where the
 * original keeps a thousandth of the way; heads that predict no classes stay. Where no voxel is sure, no step is taken:
 * the original's loss would be the mean of nothing.
 *
 * @module
 */
import { z } from "zod";
import { type Binding, type BufferSlice, type Gpu, lossScaleOf } from "../../gpu/mod.ts";
import { launchOverRanges } from "../../graph/optimizers/bindable_ranges.ts";
import { restoreStep } from "../../graph/optimizers/restore.ts";
import { sgdStep } from "../../graph/optimizers/sgd.ts";
import type { Parameters } from "../../nn/parameters.ts";
import type { ParameterSpec } from "../../nn/parameter_spec.ts";
import type { NamedTensor } from "../../nn/safetensors.ts";
import { SparseScan } from "../../voxels/sparse_scan.ts";
import { type AugmentationRanges, drawAugmentation } from "../augmentation.ts";
import { type AdaptationContext, type AdaptationResult, defineMethod } from "../method.ts";
import { type HostLoss, HostLossPlan } from "../plans/host_loss.ts";
import { type Probabilities, rowEntropies } from "../probabilities.ts";
import { numberSetting } from "../settings.ts";

/** The strong augmentation: the original's, but for mirroring, which all augmentations here have. */
const STRONG: AugmentationRanges = { scale: 0.2, jitter: 0.01, colour: 0 };
/** What logits are divided by before they are compared with an even distribution. */
const TEMPERATURE = 50;
/** KPConv's. */
const WEIGHT_DECAY = 1e-3;
/** The least probability whose logarithm is taken. */
const LEAST = 1e-30;

const settings = z.strictObject({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(1e-3, { min: 0, max: 10 }).describe("learning rate of SGD"),
  threshold: numberSetting(1e-3, { min: 0, max: 1e6 }).describe(
    "most that the gradient of a layer may measure for it to learn: the L1 norm for an even prediction",
  ),
  entropy: numberSetting(0.8, { min: 0, max: 10 }).describe(
    "entropy in nats from which on a voxel is left out",
  ),
  restore: numberSetting(0.01, { min: 0, max: 1 }).describe(
    "probability that a number of a layer that learned returns to its source value at each step",
  ),
});

type ApcottaSettings = z.output<typeof settings>;

/** The method as the registry holds it. */
export const apcotta = defineMethod({
  name: "apcotta",
  about:
    "layers with small gradients, adapted until strong augmentations get the scan's own predictions (APCoTTA)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: true,
  lossName: "consistency loss",
  settings,
  grid: [
    { learningRate: 1e-3 },
    { learningRate: 1e-2 },
    { learningRate: 1e-1 },
    { learningRate: 1e-2, threshold: 1e-2 },
    { learningRate: 1e-2, threshold: 1e-1 },
    { learningRate: 1e-1, threshold: 1e-2 },
  ],
  adapt,
});

async function adapt(
  context: AdaptationContext,
  settings: ApcottaSettings,
): Promise<AdaptationResult> {
  const { gpu, work, points, random, scan, student, card } = context;
  const { steps } = settings;
  const kept = context.memory.recall(() => new AdaptedNetwork(context));
  using owned = new DisposableStack();
  const losses: number[] = [];
  const [weak, strong, share] = await work.time("compile", async () => {
    const drawn = drawAugmentation(points, STRONG, random);
    const augmented = owned.use(
      await SparseScan.build(gpu, student, card.features, drawn, scan.voxels.size),
    );
    const parameters = kept.parameters;
    const plans = [scan, augmented].map((scan) =>
      owned.use(new HostLossPlan({ ...context, scan, parameters }, learns))
    ) as [HostLossPlan, HostLossPlan];
    const rows = await Promise.all(
      [scan, augmented].map(({ voxels }) => gpu.read(voxels.pointRow, Uint32Array, voxels.points)),
    ) as [Uint32Array, Uint32Array];
    await gpu.finished();
    return [...plans, new SharedPoints(...rows)] as const;
  });
  let probabilities: Probabilities | null = null;
  let [taken, moved] = [0, 0];
  await work.time("adapt", async () => {
    for (let step = 1; step <= steps; step++) {
      probabilities = await weak.predict();
      const found = consistency(probabilities, await strong.predict(), share, settings.entropy);
      if (!found) break;
      losses.push(found.loss);
      weak.backward(evenness(probabilities, TEMPERATURE));
      const selected = await kept.selectLayers(settings.threshold);
      moved += new Set(selected.map(layerOf)).size / steps;
      weak.backward(found.gradient);
      strong.backward(found.strongGradient);
      kept.step(gpu, selected, context.parameters, settings);
      taken = step;
      await work.stepped(step, steps, { values: () => Promise.resolve(losses) });
    }
  });
  return {
    probabilities: probabilities!,
    steps: taken,
    losses,
    note: taken < steps
      ? "not adapted: the network is sure of no voxel"
      : `${Math.round(moved)} of ${kept.layers} layers learned`,
  };
}

/** Heads that predict no classes have no part in the loss. */
function learns({ part, kind }: ParameterSpec): boolean {
  return kind !== "statistic" && (part === "backbone" || part === "classes");
}

/** The name of the layer that an entry belongs to. */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

/**
 * Chooses the layers that may learn: those whose entries' gradients have an L1 norm of at most `threshold` in their mean.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const gradients = new Map([["a.weight", [1, -1]], ["a.bias", [0, 0]], ["b.kernel", [3, -1]]]);
 * assert.deepEqual([...quietLayers(gradients, 1)], ["a"]);
 * ```
 */
export function quietLayers(
  gradients: ReadonlyMap<string, ArrayLike<number>>,
  threshold: number,
): Set<string> {
  const norms = new Map<string, { sum: number; entries: number }>();
  for (const [name, gradient] of gradients) {
    const { sum, entries } = norms.get(layerOf(name)) ?? { sum: 0, entries: 0 };
    let norm = 0;
    for (let i = 0; i < gradient.length; i++) norm += Math.abs(gradient[i]!);
    norms.set(layerOf(name), { sum: sum + norm, entries: entries + 1 });
  }
  const quiet = [...norms].filter(([, { sum, entries }]) => sum / entries <= threshold);
  return new Set(quiet.map(([layer]) => layer));
}

/**
 * The gradient by the logits of the cross-entropy of an even distribution against softmax(logits / temperature), the mean
 * over rows. f32 [rows][classes].
 */
export function evenness({ rows, classes, values }: Probabilities, temperature: number) {
  const gradient = new Float32Array(values.length);
  const soft = new Float64Array(classes);
  for (let first = 0; first < values.length; first += classes) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += soft[c] = Math.max(values[first + c]!, LEAST) ** (1 / temperature);
    }
    for (let c = 0; c < classes; c++) {
      gradient[first + c] = (soft[c]! / sum - 1 / classes) / temperature / rows;
    }
  }
  return gradient;
}

/** Which points two voxelisations of the same points have in common. */
export class SharedPoints {
  readonly #rows: Uint32Array;
  readonly #others: Uint32Array;
  /** Points of each voxel of the scan. */
  readonly #counts: Float64Array;

  /**
   * @param rows [points]: the scan's voxel of each point.
   * @param others [points]: the augmentation's voxel of each point.
   */
  constructor(rows: Uint32Array, others: Uint32Array) {
    this.#rows = rows;
    this.#others = others;
    this.#counts = new Float64Array(rows.reduce((most, row) => Math.max(most, row), 0) + 1);
    for (const row of rows) this.#counts[row]!++;
  }

  /** Means over the points of each voxel of the scan: [augmentation's voxels][C] to [scan's voxels][C]. */
  toScan(x: ArrayLike<number>, channels: number): Float64Array {
    const y = new Float64Array(this.#counts.length * channels);
    this.#eachPoint(channels, (at, other, count) => y[at]! += x[other]! / count);
    return y;
  }

  /** The gradient by the augmentation's rows, given that by what {@link SharedPoints.toScan} makes of them. */
  toAugmentation(gradient: ArrayLike<number>, channels: number, rows: number): Float32Array {
    const x = new Float32Array(rows * channels);
    this.#eachPoint(channels, (at, other, count) => x[other]! += gradient[at]! / count);
    return x;
  }

  #eachPoint(channels: number, use: (at: number, other: number, count: number) => void): void {
    for (let point = 0; point < this.#rows.length; point++) {
      const [row, other] = [this.#rows[point]!, this.#others[point]!];
      for (let c = 0; c < channels; c++) {
        use(row * channels + c, other * channels + c, this.#counts[row]!);
      }
    }
  }
}

/**
 * The mean over the voxels whose entropy is below `limit` of -sum p log q, p being the scan's prediction and q that of the
 * augmentation, with its gradients by the logits of both; null where there is no such voxel.
 */
export function consistency(
  weak: Probabilities,
  strong: Probabilities,
  points: SharedPoints,
  limit: number,
): HostLoss & { strongGradient: Float32Array } | null {
  const { classes } = weak;
  const entropies = rowEntropies(weak);
  const counted = entropies.reduce((sum, entropy) => sum + Number(entropy < limit), 0);
  if (counted === 0) return null;
  const logits = points.toScan(strong.values.map((p) => Math.log(Math.max(p, LEAST))), classes);
  const gradient = new Float32Array(weak.values.length);
  const byLogits = new Float64Array(weak.values.length);
  let loss = 0;
  entropies.forEach((entropy, row) => {
    if (entropy >= limit) return;
    const first = row * classes;
    const own = logits.subarray(first, first + classes);
    const top = own.reduce((most, value) => Math.max(most, value));
    const normaliser = top + Math.log(own.reduce((sum, value) => sum + Math.exp(value - top), 0));
    let term = 0;
    for (let c = 0; c < classes; c++) term += weak.values[first + c]! * (normaliser - own[c]!);
    loss += term / counted;
    for (let c = 0; c < classes; c++) {
      const p = weak.values[first + c]!;
      gradient[first + c] = p * (normaliser - own[c]! - term) / counted;
      byLogits[first + c] = (Math.exp(own[c]! - normaliser) - p) / counted;
    }
  });
  return {
    loss,
    gradient,
    strongGradient: points.toAugmentation(byLogits, classes, strong.rows),
  };
}

/** The weights, kept from scan to scan. */
class AdaptedNetwork implements Disposable {
  readonly parameters: Parameters;
  /** How many layers may learn at most. */
  readonly layers: number;
  readonly #gpu: Gpu;
  readonly #seed: number;
  readonly #owned: DisposableStack;
  #steps = 0;

  constructor({ gpu, parameters, random }: AdaptationContext) {
    using owned = new DisposableStack();
    this.parameters = owned.use(parameters.clone());
    this.layers = new Set(parameters.specs.filter(learns).map(({ name }) => layerOf(name))).size;
    this.#gpu = gpu;
    this.#seed = random.uint32();
    this.#owned = owned.move();
  }

  /** Reads the gradients, names the entries of the layers that may learn, and sets the gradients to zero. */
  async selectLayers(threshold: number): Promise<string[]> {
    const all = await this.parameters.gradientDict();
    this.#gpu.clear(this.parameters.gradients);
    const scale = lossScaleOf(this.#gpu.kernels.precision);
    const names = this.parameters.specs.filter(learns).map(({ name }) => name);
    const quiet = quietLayers(
      new Map(names.map((name) => [name, (all.get(name) as NamedTensor).data as Float32Array])),
      threshold * scale,
    );
    return names.filter((name) => quiet.has(layerOf(name)));
  }

  /** Moves the named entries against their gradients, restores some of their numbers, and sets all gradients to zero. */
  step(
    gpu: Gpu,
    names: readonly string[],
    source: Parameters,
    { learningRate, restore }: ApcottaSettings,
  ): void {
    const { parameters } = this;
    using velocity = gpu.zeros("velocity", parameters.gradients.size);
    const sgd = { learningRate, momentum: 0, weightDecay: WEIGHT_DECAY };
    const draw = { probability: restore, seed: this.#seed, step: this.#steps++ };
    const scale = lossScaleOf(gpu.kernels.precision);
    gpu.run(
      names.flatMap((name) => {
        const { offset, size } = parameters.parameter(name, true).values.binding as BufferSlice;
        const at = (buffer: BufferSlice["buffer"]) => ({ buffer, offset, size });
        const values = at(parameters.values);
        return [
          ...launchOverRanges(
            { values, gradient: at(parameters.gradients), velocity: at(velocity) },
            (part, count) => sgdStep<Binding>(part, count, sgd, scale),
          ),
          ...launchOverRanges(
            { source: at(source.values), values },
            (part, count, first) => restoreStep<Binding>(part, count, draw, offset / 16 + first),
          ),
        ];
      }),
      "APCoTTA",
    );
    gpu.clear(parameters.gradients);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
