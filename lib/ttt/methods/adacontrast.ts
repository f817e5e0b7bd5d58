/**
 * AdaContrast (Chen et al. 2022, github.com/DianCh/AdaContrast): the network learns from pseudo-labels that
 * its nearest neighbours in feature space agree on, and from contrast between augmentations.
 *
 * Each step draws three augmentations of the scan: a weak one (rotated, mirrored) and two strong ones (also scaled,
 * jittered and recoloured). The key encoder, a moving average of the network, encodes the weak one: a point's
 * pseudo-label is the class of the highest mean probability over the ten nearest rows of a memory bank. The network
 * encodes the first strong one. Three losses train it: cross-entropy against the pseudo-label; InfoNCE
 * (T = 0.07), which pulls a point's feature towards the key encoder's for the same point in the second strong
 * one and away from keys of other pseudo-labels; and diversity, which asks for all classes in the mean. As in
 * the original the three weigh alike, and all weights of backbone and class head are adapted, the head at ten
 * times the rate, by SGD with momentum 0.9 and weight decay 1e-4.
 *
 * The original makes epochs over a data set, one image a sample. The port: the data set is one scan, a sample
 * is a voxel, a batch 1024 of them; the memory bank and the queue of negatives are another 1024, sampled and
 * encoded anew at every step; norm layers use the statistics of each augmentation; no Nesterov momentum, a constant
 * rate; the key encoder follows faster, because steps are few. Every scan starts from the source weights, and
 * the prediction comes after the last step.
 *
 * @module
 */
import { z } from "zod";
import { type Binding, type Gpu, type GpuBuffer, lossScaleOf, Program } from "../../gpu/mod.ts";
import { Graph } from "../../graph/graph.ts";
import { crossEntropy } from "../../graph/losses/cross_entropy.ts";
import { diversity } from "../../graph/losses/diversity.ts";
import { convert } from "../../graph/ops/convert.ts";
import { gather, type PointRows } from "../../graph/ops/gather.ts";
import { infoNce } from "../../graph/losses/info_nce.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { movingAverage } from "../../graph/optimizers/moving_average.ts";
import { largestBank, nearestVote } from "../../graph/losses/nearest_vote.ts";
import { normaliseRows } from "../../graph/ops/normalise_rows.ts";
import { sgdStep } from "../../graph/optimizers/sgd.ts";
import { launchOverRanges } from "../../graph/optimizers/bindable_ranges.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { Plan } from "../../graph/plan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { indexTensor, type Layers } from "../../nn/layers.ts";
import type { Parameters } from "../../nn/parameters.ts";
import { SparseScan } from "../../voxels/sparse_scan.ts";
import { type AugmentationRanges, drawAugmentation } from "../augmentation.ts";
import {
  type AdaptationContext,
  type AdaptationResult,
  defineMethod,
  type ProbabilitySnapshot,
} from "../method.ts";
import { frozenLayers, layersOf } from "../plans/context.ts";
import { LossHistory } from "../plans/loss_history.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { numberSetting } from "../settings.ts";

/** Voxels that a step learns from. */
const QUERIES = 1024;
/** Voxels of the memory bank, which are the negatives too, save those with the pseudo-label of the query. */
const BANK = 1024;
const TEMPERATURE = 0.07;
const WEIGHT_DECAY = 1e-4;
/** Rate of the class head over that of the backbone. */
const HEAD_RATE = 10;
/** Ranges of the augmentations; the jitter is in voxels. */
const WEAK: AugmentationRanges = { jitter: 0, scale: 0, colour: 0 };
const STRONG: AugmentationRanges = { jitter: 0.2, scale: 0.1, colour: 0.3 };
/** The ignored label: none, since every pseudo-label counts. */
const NO_IGNORED_LABEL = 0xffffffff;

const settings = z.strictObject({
  steps: numberSetting(10, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on this scan",
  ),
  learningRate: numberSetting(3e-4, { min: 0, max: 10 }).describe("learning rate of the backbone"),
  momentum: numberSetting(0.9, { min: 0, max: 0.999 }).describe("momentum of SGD"),
  keyMomentum: numberSetting(0.9, { min: 0, max: 1 }).describe(
    "share of its weights that the key encoder keeps at each step",
  ),
  contrast: numberSetting(1, { min: 0, max: 100 }).describe(
    "weight of InfoNCE beside the cross-entropy",
  ),
  diversity: numberSetting(1, { min: 0, max: 100 }).describe("weight of the diversity loss"),
});

type AdaContrastSettings = z.output<typeof settings>;

/** The method as the registry holds it. */
export const adacontrast = defineMethod({
  name: "adacontrast",
  about: "pseudo-labels refined by neighbours, and contrast between augmentations (AdaContrast)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  lossName: "contrastive loss",
  settings,
  grid: [
    { learningRate: 3e-4 },
    { learningRate: 1e-3 },
    { learningRate: 3e-3 },
    { learningRate: 1e-3, diversity: 0 },
    { learningRate: 1e-3, steps: 25 },
    { learningRate: 1e-3, steps: 25, keyMomentum: 0.99 },
  ],
  async adapt(context, settings): Promise<AdaptationResult> {
    const { gpu, work } = context;
    const { steps } = settings;
    using owned = new DisposableStack();
    const query = owned.use(context.parameters.clone());
    const key = owned.use(context.parameters.clone());
    const update = owned.use(updateProgram(gpu, query, key, settings, owned));
    const terms = {
      class: owned.use(new LossHistory(gpu, steps)),
      contrast: owned.use(new LossHistory(gpu, steps)),
      diversity: owned.use(new LossHistory(gpu, steps)),
    };
    const predict = owned.use(new PredictionPlan({ ...context, parameters: query }, "batch"));
    const snapshots: ProbabilitySnapshot[] = [];
    const snapshot = async (step: number) => {
      if (!context.snapshots.includes(step)) return;
      predict.submit();
      snapshots.push({ step, probabilities: await predict.read() });
    };
    await work.time("adapt", async () => {
      const candidates = await firstPoints(context);
      await snapshot(0);
      for (let step = 1; step <= steps; step++) {
        await addGradients(context, { query, key, candidates, terms, settings });
        update.submit();
        await work.stepped(step, steps, terms.class);
        await snapshot(step);
      }
    });
    return await work.time("predict", async () => {
      predict.submit();
      const probabilities = await predict.read();
      const contrast = await terms.contrast.values();
      const diverse = await terms.diversity.values();
      const losses = (await terms.class.values()).map((loss, i) =>
        loss + settings.contrast * contrast[i]! + settings.diversity * diverse[i]!
      );
      return { probabilities, steps, losses, snapshots };
    });
  },
});

/** Compiles SGD on backbone and class head, then the moving average of the key encoder. */
function updateProgram(
  gpu: Gpu,
  query: Parameters,
  key: Parameters,
  { learningRate, momentum, keyMomentum }: AdaContrastSettings,
  owned: DisposableStack,
): Program {
  const backbone = query.endOf("backbone");
  const all = query.endOf("classes");
  const velocity = owned.use(gpu.zeros("velocity", all));
  const sgd = (offset: number, end: number, rate: number) => {
    const range = (buffer: GpuBuffer) => ({ buffer, offset, size: end - offset });
    const options = { learningRate: rate, momentum, weightDecay: WEIGHT_DECAY };
    return launchOverRanges(
      {
        values: range(query.values),
        gradient: range(query.gradients),
        velocity: range(velocity),
      },
      (part, count) => sgdStep<Binding>(part, count, options, lossScaleOf(gpu.kernels.precision)),
    );
  };
  const moved = (buffer: GpuBuffer) => ({ buffer, offset: 0, size: all });
  return new Program(gpu, [
    ...sgd(0, backbone, learningRate),
    ...sgd(backbone, all, HEAD_RATE * learningRate),
    ...launchOverRanges(
      { x: moved(query.values), average: moved(key.values) },
      (part, count) => movingAverage<Binding>(part, count, keyMomentum),
    ),
  ], "AdaContrast update");
}

/** Finds the first point of each voxel, so that a sample of these points is a sample of voxels. */
async function firstPoints({ gpu, scan: { voxels } }: AdaptationContext): Promise<Uint32Array> {
  const order = await gpu.read(voxels.order, Uint32Array, voxels.points);
  const starts = await gpu.read(voxels.starts, Uint32Array, voxels.count);
  return starts.map((start) => order[start]!);
}

/** What one step needs. */
interface ContrastStep {
  /** The network, which gets the gradients. */
  readonly query: Parameters;
  readonly key: Parameters;
  /** Points to sample from. */
  readonly candidates: Uint32Array;
  readonly terms: Readonly<Record<"class" | "contrast" | "diversity", LossHistory>>;
  readonly settings: AdaContrastSettings;
}

/** Draws augmentations and samples and adds the gradients of the three losses. */
async function addGradients(context: AdaptationContext, step: ContrastStep): Promise<void> {
  const { gpu, student, card, points, random, scan: { voxels } } = context;
  using owned = new DisposableStack();
  const draw = async (ranges: AugmentationRanges) => {
    const jitter = ranges.jitter * voxels.size;
    const augmentation = drawAugmentation(points, { ...ranges, jitter }, random);
    return owned.use(
      await SparseScan.build(gpu, student, card.features, augmentation, voxels.size),
    );
  };
  const drawn = { weak: await draw(WEAK), first: await draw(STRONG), second: await draw(STRONG) };
  const { candidates } = step;
  const sample = (count: number) => {
    const chosen = random.sample(candidates.length, count).map((index) => candidates[index]!);
    return sampleRows(gpu, chosen.sort(), voxels.points, owned);
  };
  const bankSize = Math.min(BANK, largestBank(student.network.featureChannels));
  const plan = owned.use(
    contrastPlan(context, step, drawn, { queries: sample(QUERIES), bank: sample(bankSize) }),
  );
  plan.submit();
  await gpu.finished();
}

/** Describes sampled points of a scan, ascending, as {@link gather} takes them. */
function sampleRows(
  gpu: Gpu,
  chosen: Uint32Array,
  points: number,
  owned: DisposableStack,
): PointRows {
  const starts = new Uint32Array(points + 1);
  for (const point of chosen) starts[point + 1] = 1;
  for (let point = 0; point < points; point++) starts[point + 1]! += starts[point]!;
  const words = (label: string, values: Uint32Array) =>
    indexTensor(owned.use(gpu.upload(label, values)));
  return {
    points: chosen.length,
    pointRow: words("sampled points", chosen),
    order: words("sample order", chosen.map((_, i) => i)),
    starts: words("sample starts", starts),
  };
}

/** Compiles the losses of one step over its augmentations and their gradients by the network. */
function contrastPlan(
  context: AdaptationContext,
  { query, key, terms, settings }: ContrastStep,
  drawn: Readonly<Record<"weak" | "first" | "second", SparseScan>>,
  samples: Readonly<Record<"queries" | "bank", PointRows>>,
): Plan {
  const { gpu, student } = context;
  const graph = new Graph(gpu.kernels);
  /** Contrastive learning works in float32. */
  const backbone = (layers: Layers, x: Tensor) =>
    convert(graph, student.backbone(graph, layers, x), "f32");
  /** Rows of an augmentation's voxels at the sampled points. */
  const at = (x: Tensor, augmentation: SparseScan, sample: PointRows) =>
    gather(graph, gather(graph, x, augmentation.pointRows), sample);
  const { weak, first, second } = drawn;
  const { queries, bank } = samples;

  const weakLayers = frozenLayers({ ...context, parameters: key, scan: weak }, "batch");
  const weakFeatures = backbone(weakLayers, weak.features);
  const weakLogits = student.classHead(graph, weakLayers, weakFeatures);
  const memory = normaliseRows(graph, at(weakFeatures, weak, bank));
  const votes = softmax(graph, at(weakLogits, weak, bank));
  const asked = normaliseRows(graph, at(weakFeatures, weak, queries));
  const labels = nearestVote(graph, asked, memory, votes);
  const keyLabels = nearestVote(graph, memory, memory, votes);

  const keyLayers = frozenLayers({ ...context, parameters: key, scan: second }, "batch");
  const keyFeatures = backbone(keyLayers, second.features);

  const layers = layersOf({ ...context, parameters: query, scan: first }, {
    statistics: "batch",
    momentum: 0,
    trainable: ({ part }) => part === "backbone" || part === "classes",
  });
  const features = at(backbone(layers, first.features), first, queries);
  const logits = student.classHead(graph, layers, features);
  const losses = {
    class: crossEntropy(graph, logits, labels, { ignore: NO_IGNORED_LABEL, weight: 1 }),
    contrast: infoNce(graph, normaliseRows(graph, features), {
      positives: normaliseRows(graph, at(keyFeatures, second, queries)),
      keys: normaliseRows(graph, at(keyFeatures, second, bank)),
      labels,
      keyLabels,
      temperature: TEMPERATURE,
    }, settings.contrast),
    diversity: diversity(graph, logits, settings.diversity),
  };
  for (const name of ["class", "contrast", "diversity"] as const) {
    recordLoss(graph, losses[name], terms[name].tensor, terms[name].capacity);
  }
  graph.backward();
  return new Plan(gpu, graph, [], "AdaContrast");
}
