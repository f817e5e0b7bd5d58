/**
 * ASR on ETA (Lim et al., ICLR 2026, github.com/YonseiML/asr; ETA: Niu et al. 2022): scale and shift of the norm layers
 * learn from voxels of which the network is sure and which are unlike what it mostly predicts; where its predictions
 * collapse into few classes, the layers near the output return to the source, the more of them the deeper the fall, and
 * what was learned before is consolidated. It is continual, and the prediction is that from before the step.
 *
 * As in the original: voxels with an entropy below 0.4 ln C whose cosine with the running mean prediction is small, each
 * weighed by e^(0.4 ln C - H); SGD with Nesterov's momentum; a collapse is measured where the entropy of the mean logits
 * falls below its running mean, which starts at ln(C / 2) and moves by 0.15 times the share of labels that are those of the
 * source; of the entries from the input on, the share max(0.5 - 20 depth, 0) is kept; Fisher information and weights are
 * gathered from reset to reset, and drawn towards with 5 times the square of the share of other labels. All constants are
 * the repository's.
 *
 * The port: the batch is one scan, and its voxels are the samples. A cosine of 0.4 is allowed by default, EATA's value for
 * ten classes: the repository's 0.05 is for a thousand, and hardly any voxel passes it here. Where none passes, no step is
 * taken, as in the original. The running mean starts at the entropy of the source's own mean logits less ln 2: a scan shows
 * few of the classes, and ln(C / 2), which a batch of all classes passes, would reset every scan.
 *
 * @module
 */
import { z } from "zod";
import { type BufferSlice, lossScaleOf } from "../../gpu/mod.ts";
import type { Parameters } from "../../nn/parameters.ts";
import type { ParameterSpec } from "../../nn/parameter_spec.ts";
import { type AdaptationContext, type AdaptationResult, defineMethod } from "../method.ts";
import { type HostLoss, HostLossPlan } from "../plans/host_loss.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { type Probabilities, rowEntropies } from "../probabilities.ts";
import { choiceSetting, numberSetting } from "../settings.ts";
import { changedShare, diversity } from "./distillation/collapse.ts";

/** Share of the greatest entropy from which on a voxel is left out. */
const MARGIN = 0.4;
/** Share that the running mean prediction keeps. */
const KEEP_PREDICTION = 0.9;
/** Momentum of SGD, and of what was consolidated. */
const MOMENTUM = 0.9;
/** ASR's m0, p0, a0, r0 and r1. */
const ASR = { memory: 0.15, pull: 5, start: 0.5, scope: 0.5, depth: 20 };

const settings = z.strictObject({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(2.5e-4, { min: 0, max: 10 }).describe("learning rate of SGD"),
  redundancy: numberSetting(0.4, { min: 0, max: 1 }).describe(
    "cosine with the running mean prediction from which on a voxel is left out",
  ),
  reset: choiceSetting("collapse", ["collapse", "never"]).describe(
    "when the layers near the output return to the source: where a collapse is measured, or never, which is ETA",
  ),
});

type AsrSettings = z.output<typeof settings>;

/** The method as the registry holds it. */
export const asr = defineMethod({
  name: "asr",
  about:
    "scale and shift of the norm layers, adapted to sure and unusual voxels, and reset where predictions collapse (ASR on ETA)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: true,
  lossName: "weighed entropy",
  settings,
  grid: [
    { learningRate: 2.5e-4 },
    { learningRate: 1e-3 },
    { learningRate: 1e-2 },
    { learningRate: 1e-2, redundancy: 0.05 },
    { learningRate: 1e-2, redundancy: 1 },
    { learningRate: 1e-2, reset: "never" },
  ],
  adapt,
});

async function adapt(
  context: AdaptationContext,
  settings: AsrSettings,
): Promise<AdaptationResult> {
  const { gpu, work } = context;
  const kept = context.memory.recall(() => new AffineLearner(context));
  using owned = new DisposableStack();
  const plan = await work.time("compile", async () => {
    const made = owned.use(
      new HostLossPlan({ ...context, parameters: kept.parameters }, isAffine),
    );
    await gpu.finished();
    return made;
  });
  const source = await work.time("predict", async () => {
    using plan = new PredictionPlan(context, "batch");
    plan.submit();
    return await plan.read();
  });
  const losses: number[] = [];
  const scopes: number[] = [];
  let probabilities: Probabilities | null = null;
  let taken = 0;
  await work.time("adapt", async () => {
    for (let step = 1; step <= settings.steps; step++) {
      probabilities = await plan.predict();
      const found = sureAndUnusual(probabilities, kept.usual, settings.redundancy);
      if (found) {
        losses.push(found.loss);
        plan.backward(found.gradient);
        await kept.step(context, settings.learningRate);
        kept.usual = found.usual;
        taken++;
      }
      await work.stepped(step, settings.steps, { values: () => Promise.resolve(losses) });
      if (settings.reset === "never") continue;
      const scope = kept.watch.see(
        diversity(probabilities),
        changedShare(probabilities, source),
        diversity(source),
      );
      if (scope === null) continue;
      kept.reset(context, scope);
      scopes.push(scope);
    }
  });
  return {
    probabilities: probabilities!,
    steps: taken,
    losses,
    ...(scopes.length > 0
      ? { note: `predictions collapsed: ${Math.round(100 * scopes.at(-1)!)} % of the layers kept` }
      : {}),
  };
}

function isAffine({ part, kind }: ParameterSpec): boolean {
  return part === "backbone" && (kind === "scale" || kind === "shift");
}

/**
 * ETA's loss: the mean over the voxels that count of e^(margin - H) H, whose weights have no gradient, with its gradient
 * by the logits and the running mean prediction after it; null where none counts.
 *
 * @param usual the running mean prediction; null before the first.
 */
export function sureAndUnusual(
  probabilities: Probabilities,
  usual: Float64Array | null,
  redundancy: number,
): HostLoss & { usual: Float64Array } | null {
  const { classes, values } = probabilities;
  const margin = MARGIN * Math.log(classes);
  const entropies = rowEntropies(probabilities);
  const rowOf = (row: number) => values.subarray(row * classes, (row + 1) * classes);
  const counted = [...entropies.keys()].filter((row) =>
    entropies[row]! < margin &&
    (usual === null || Math.abs(cosine(usual, rowOf(row))) < redundancy)
  );
  if (counted.length === 0) return null;
  const gradient = new Float32Array(values.length);
  const mean = new Float64Array(classes);
  let loss = 0;
  for (const row of counted) {
    const h = entropies[row]!;
    const weight = Math.exp(margin - h) / counted.length;
    loss += weight * h;
    rowOf(row).forEach((p, c) => {
      mean[c]! += p / counted.length;
      if (p > 0) gradient[row * classes + c] = -weight * p * (Math.log(p) + h);
    });
  }
  return {
    loss,
    gradient,
    usual: usual?.map((value, c) => KEEP_PREDICTION * value + (1 - KEEP_PREDICTION) * mean[c]!) ??
      mean,
  };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    ofA += a[i]! ** 2;
    ofB += b[i]! ** 2;
  }
  return dot / Math.sqrt(ofA * ofB);
}

/** Measures collapses over a sequence. */
export class CollapseWatch {
  /** Share of the labels of the last scan that are not those of the source. */
  changed = 0;
  #mean: number | null = null;

  /**
   * Takes note of one prediction.
   *
   * @param entropy of its mean logits.
   * @param changed share of its labels that are not those of the source.
   * @param before the entropy of the source's mean logits.
   * @returns the share of the layers that is kept, from the input on; null where nothing has collapsed.
   */
  see(entropy: number, changed: number, before: number): number | null {
    this.changed = changed;
    const mean = this.#mean ?? before + Math.log(ASR.start);
    if (entropy < mean) {
      this.#mean = null;
      return Math.max(ASR.scope - ASR.depth * (mean - entropy), 0);
    }
    const keep = 1 - ASR.memory * (1 - changed);
    this.#mean = keep * mean + (1 - keep) * entropy;
    return null;
  }
}

/** One entry of a norm layer, with what ASR keeps of it. */
interface AffineEntry {
  readonly slice: BufferSlice;
  readonly name: string;
  readonly source: Float32Array;
  values: Float32Array;
  velocity: Float32Array;
  /** Since the last reset: the sums of squared gradients and of values. */
  gathered: { fisher: Float64Array; values: Float64Array };
  /** Over all resets: Fisher information and the values that it belongs to; null before the first. */
  consolidated: { fisher: Float64Array; values: Float64Array } | null;
}

/** Weights whose norm layers learn. These have few numbers, so that the host moves them. Owns its buffers. */
class AffineLearner implements Disposable {
  readonly parameters: Parameters;
  readonly watch = new CollapseWatch();
  /** The running mean prediction of the voxels that were learned from; null before the first. */
  usual: Float64Array | null = null;
  #entries: AffineEntry[] | null = null;
  /** Steps since the last reset. */
  #steps = 0;

  constructor({ parameters }: AdaptationContext) {
    this.parameters = parameters.clone();
  }

  /** Moves the entries by the gradients, and sets these to zero. */
  async step({ gpu, parameters: source }: AdaptationContext, rate: number): Promise<void> {
    const entries = this.#entries ??= await affineEntries(source);
    const gradients = await this.parameters.gradientDict();
    gpu.clear(this.parameters.gradients);
    const scale = lossScaleOf(gpu.kernels.precision);
    const pull = ASR.pull * this.watch.changed ** 2;
    this.#steps++;
    for (const { slice, name, values, velocity, gathered, consolidated } of entries) {
      const own = gradients.get(name)!.data as Float32Array;
      values.forEach((value, i) => {
        const loss = own[i]! / scale;
        gathered.fisher[i]! += loss ** 2;
        gathered.values[i]! += value;
        const gradient = loss +
          (consolidated
            ? 2 * pull * consolidated.fisher[i]! * (value - consolidated.values[i]!)
            : 0);
        velocity[i] = MOMENTUM * velocity[i]! + gradient;
        values[i] = value - rate * (gradient + MOMENTUM * velocity[i]!);
      });
      gpu.write(this.parameters.values, values, slice.offset);
    }
  }

  /** Consolidates what was gathered, and returns all entries but a share from the input on to the source. */
  reset({ gpu }: AdaptationContext, scope: number): void {
    const entries = this.#entries ?? [];
    entries.forEach((entry, index) => {
      const { gathered, consolidated, slice } = entry;
      const taken = (of: "fisher" | "values") =>
        gathered[of].map((sum, i) => {
          const mean = sum / Math.max(this.#steps, 1);
          return consolidated ? MOMENTUM * consolidated[of][i]! + (1 - MOMENTUM) * mean : mean;
        });
      entry.consolidated = { fisher: taken("fisher"), values: taken("values") };
      entry.gathered = emptySums(gathered.fisher.length);
      entry.velocity.fill(0);
      if (index < scope * entries.length) return;
      entry.values = entry.source.slice();
      gpu.write(this.parameters.values, entry.values, slice.offset);
    });
    this.#steps = 0;
    this.usual = null;
  }

  [Symbol.dispose](): void {
    this.parameters.destroy();
  }
}

function emptySums(length: number): AffineEntry["gathered"] {
  return { fisher: new Float64Array(length), values: new Float64Array(length) };
}

/** The entries of the norm layers at their source values, in the order of the network. */
async function affineEntries(source: Parameters): Promise<AffineEntry[]> {
  const state = await source.stateDict();
  return source.specs.filter(isAffine).map(({ name }) => {
    const values = state.get(name)!.data as Float32Array;
    return {
      name,
      slice: source.parameter(name, true).values.binding as BufferSlice,
      source: values.slice(),
      values: values.slice(),
      velocity: new Float32Array(values.length),
      gathered: emptySums(values.length),
      consolidated: null,
    };
  });
}
