/**
 * Adaptation of one scan by distillation: what TTT-KD and its online form share.
 *
 * @module
 */
import type { GpuBuffer } from "../../../gpu/mod.ts";
import type { DistillationTarget } from "../../../graph/losses/cosine_distillation.ts";
import type { Plan } from "../../../graph/plan.ts";
import { paddedChannels, Tensor } from "../../../graph/tensor.ts";
import { correctionTensor } from "../../corrections.ts";
import type { Learner } from "../../learner.ts";
import {
  type AdaptationContext,
  type AdaptationResult,
  photographsOf,
  type ProbabilityReadout,
  type ProbabilitySnapshot,
} from "../../method.ts";
import { fused, type FusionEvidence, fusionEvidence, predictionsOf } from "../../late_fusion.ts";
import { chooseStatistics } from "../../norm_statistics.ts";
import { adaptationPlan, type AdaptationStep } from "../../plans/adaptation.ts";
import type { NormStatistics } from "../../plans/context.ts";
import { LossHistory } from "../../plans/loss_history.ts";
import { kdLossOf } from "../../plans/prediction.ts";
import { predictOnce, Predictor } from "../../predictor.ts";
import { fuse, onlyWhere, padded, type Probabilities, unpadded } from "../../probabilities.ts";
import { weighTargets } from "./target_weights.ts";
import type { DistillationSettings } from "./settings.ts";
import { mistrust, reachedSourceLoss, seenTooLittle } from "./guard.ts";
import { HeldOutPhotographs } from "./held_out.ts";

/** Steps between two checks whether to stop. */
const STEPS_PER_CHECK = 5;

/**
 * Takes gradient steps with a learner and predicts with its weights.
 *
 * @param others further settings to read the same adapted weights by.
 */
export async function distil(
  context: AdaptationContext,
  settings: DistillationSettings,
  learner: Learner,
  others: readonly DistillationSettings[] = [],
): Promise<AdaptationResult> {
  using owned = new DisposableStack();
  const setup = await setUp(context, settings, learner, others, owned);
  const { adapting, target, statistics } = setup;
  const snapshots: ProbabilitySnapshot[] = [];
  const snapshot = async (step: number) => {
    if (!context.snapshots.includes(step)) return;
    const probabilities = await fuseReadout(setup, await setup.predictor.predict(), settings);
    snapshots.push({ step, probabilities });
  };

  await snapshot(0);
  if (settings.guard > 0) {
    const loss = await kdLossOf(adapting, target, statistics);
    const note = mistrust(loss, settings.guard, context.card);
    if (note !== undefined) {
      // The probe reads the same photographs, so it is not trusted either.
      const predictions = await readOut(setup, (said) => Promise.resolve(said));
      return { ...predictions, steps: 0, losses: [loss], snapshots, note };
    }
  }
  const tooLittle = whyNoSteps(context, settings);
  if (setup.readouts.every((by) => whyNoSteps(context, by) !== undefined)) {
    // What the weights from before the steps say is what the network says.
    const predictions = await readOut(
      setup,
      (said, by) => Promise.resolve(fused(said, said, setup.evidence, by)),
    );
    const losses = [await kdLossOf(adapting, target, statistics)];
    return { ...predictions, steps: 0, losses, snapshots, ...noteOf(tooLittle) };
  }
  await setConsistencyTarget(setup);
  const { taken, note } = await context.work.time("adapt", () => takeSteps(setup, snapshot));
  return await context.work.time("predict", async () => {
    const losses = [...await setup.history.values(), await kdLossOf(adapting, target, statistics)];
    const average = await averageOverSteps(setup, taken);
    const predictions = await readOut(
      setup,
      (last, by) => fuseReadout(setup, by.average ? average(last) : last, by),
    );
    return {
      ...predictions,
      steps: taken,
      losses,
      snapshots,
      ...noteOf(note ?? tooLittle),
    };
  });
}

/** Why a readout is not to have any step; undefined where it is. */
function whyNoSteps(context: AdaptationContext, by: DistillationSettings): string | undefined {
  return seenTooLittle(photographsOf(context).share, by.leastSeen);
}

const noteOf = (note: string | undefined) => note === undefined ? {} : { note };

/** What the steps on one scan need. */
interface DistillationSetup {
  readonly settings: DistillationSettings;
  /** The settings to read the adapted weights by: the method's own first. */
  readonly readouts: readonly DistillationSettings[];
  /** The context with the weights from before the steps. */
  readonly context: AdaptationContext;
  /** The same with the learner's weights. */
  readonly adapting: AdaptationContext;
  readonly statistics: NormStatistics;
  readonly heldOut: HeldOutPhotographs | null;
  /** The targets of the steps: all, or those that are not held out. */
  readonly target: DistillationTarget;
  /** What predictions are fused with. */
  readonly evidence: FusionEvidence;
  readonly history: LossHistory;
  /** Sum of the probabilities at all steps; null where no setting needs it. */
  readonly total: Tensor | null;
  /** Target and weight of the consistency loss; null where it is left out. */
  readonly consistency: NonNullable<AdaptationStep["consistency"]> | null;
  readonly predictor: Predictor;
  readonly step: Plan;
}

/** Prepares everything before the first step; `owned` gets what has to be freed. */
async function setUp(
  context: AdaptationContext,
  settings: DistillationSettings,
  learner: Learner,
  others: readonly DistillationSettings[],
  owned: DisposableStack,
): Promise<DistillationSetup> {
  const { gpu, work } = context;
  const photographs = photographsOf(context);
  const readouts = [settings, ...others];
  const adapting = { ...context, parameters: learner.parameters };
  const statistics = await chooseStatistics(adapting, photographs.target, settings.statistics);
  const heldOut = settings.stop === "held-out"
    ? await HeldOutPhotographs.choose(context, statistics, owned)
    : null;
  const target = await weighTargets(
    gpu,
    heldOut?.rest ?? photographs.target,
    settings.targetTrust ?? 0,
    owned,
  );
  // The consistency loss needs the probe, too.
  const evidence = await fusionEvidence(context, [
    { fusion: settings.consistency },
    ...readouts,
  ]);
  const history = owned.use(new LossHistory(gpu, settings.steps));
  const total = readouts.some(({ average }) => average)
    ? classTensor(context, "summed probabilities", owned)
    : null;
  const consistency = settings.consistency > 0
    ? {
      probabilities: classTensor(context, "fused probabilities", owned),
      weight: settings.consistency,
    }
    : null;
  const { augmentations, learningRate, momentum, correctionWeight } = settings;
  const labels = correctionWeight > 0 && context.corrections
    ? correctionTensor(gpu, context.corrections, owned)
    : null;
  const predictor = owned.use(new Predictor(adapting, { statistics, augmentations, target }));
  const step = await work.time("compile", async () => {
    const plan = owned.use(adaptationPlan(adapting, {
      target,
      history,
      velocity: learner.velocity,
      sgd: { learningRate, momentum, weightDecay: 0 },
      statistics,
      ...(total ? { total } : {}),
      ...(labels ? { corrections: { labels, weight: correctionWeight } } : {}),
      ...(consistency ? { consistency } : {}),
    }));
    await gpu.finished();
    return plan;
  });
  return {
    ...{ context, settings, readouts, adapting, statistics, heldOut, target, evidence },
    ...{ history, total, consistency, predictor, step },
  };
}

/** A tensor of zeros [voxels][classes] in a buffer of its own. */
function classTensor(
  { gpu, scan, student }: AdaptationContext,
  label: string,
  owned: DisposableStack,
): Tensor {
  const bytes = scan.voxels.count * paddedChannels(student.classes) * 4;
  const binding = owned.use(gpu.zeros(label, bytes));
  return new Tensor(label, scan.voxels.count, student.classes, { binding });
}

/** Writes the fused prediction from before the first step, where photographs look, as the consistency target. */
async function setConsistencyTarget(setup: DistillationSetup): Promise<void> {
  const { consistency, evidence: { probe, seen }, predictor, adapting: { gpu } } = setup;
  if (!consistency || !probe) return;
  const network = { probabilities: await predictor.predict(), weight: seen };
  const first = fuse([network, { probabilities: probe, weight: seen }]);
  gpu.write(consistency.probabilities.binding as GpuBuffer, padded(onlyWhere(seen, first)));
}

/** Takes the steps until all are taken or a stop rule holds; `note` says which one. */
async function takeSteps(
  setup: DistillationSetup,
  snapshot: (step: number) => Promise<void>,
): Promise<{ taken: number; note: string | undefined }> {
  const { settings, step, history, adapting: { work } } = setup;
  let taken = 0;
  let note: string | undefined;
  while (taken < settings.steps && note === undefined) {
    step.submit();
    await work.stepped(++taken, settings.steps, history);
    await snapshot(taken);
    if (taken % STEPS_PER_CHECK === 0) note = await reasonToStop(setup, taken);
  }
  return { taken, note };
}

/** Checks the stop rule; returns the note where it holds. */
async function reasonToStop(
  { settings, adapting, history, heldOut }: DistillationSetup,
  taken: number,
): Promise<string | undefined> {
  const sourceKdLoss = adapting.card.teacher?.sourceKdLoss;
  if (settings.stop === "source-loss" && sourceKdLoss !== undefined) {
    const loss = (await history.values()).at(-1)!;
    return loss <= sourceKdLoss ? reachedSourceLoss(taken) : undefined;
  }
  if (heldOut && !(await heldOut.lossFell(adapting))) {
    return `stopped after ${taken} steps: the loss on held-out photographs no longer falls`;
  }
}

/** Fuses the prediction of the adapted weights with what a readout's settings ask for. */
async function fuseReadout(
  { context, evidence, statistics, target }: DistillationSetup,
  network: Probabilities,
  by: DistillationSettings,
): Promise<Probabilities> {
  const { augmentations, unadapted = 0 } = by;
  const stays = whyNoSteps(context, by) !== undefined;
  const before = stays || unadapted > 0
    ? await predictOnce(context, { statistics, augmentations, target }, { index: 1, count: 2 })
    : null;
  return fused(stays ? before! : network, before, evidence, by);
}

/** Predicts by the weights as they stand, once for each readout; `combine` makes its answer of the prediction. */
async function readOut(
  { readouts, adapting, statistics, target }: DistillationSetup,
  combine: (network: Probabilities, by: DistillationSettings) => Promise<Probabilities>,
): Promise<Pick<AdaptationResult, "probabilities" | "readouts">> {
  const found: ProbabilityReadout[] = [];
  for (const by of readouts) {
    const start = performance.now();
    const { augmentations } = by;
    const place = { index: 0, count: predictionsOf([by]) };
    const network = await predictOnce(adapting, { statistics, augmentations, target }, place);
    const probabilities = await combine(network, by);
    found.push({ probabilities, seconds: (performance.now() - start) / 1000 });
  }
  const [own, ...others] = found;
  return { probabilities: own!.probabilities, readouts: others };
}

/** Reads the sum of the probabilities at all steps; the function returned takes its mean with the last ones. */
async function averageOverSteps(
  { total, adapting: { gpu } }: DistillationSetup,
  steps: number,
): Promise<(last: Probabilities) => Probabilities> {
  if (!total) return (last) => last;
  const stored = await gpu.read(total.binding as GpuBuffer, Float32Array);
  return (last) => {
    const sum = unpadded(stored, last.rows, last.classes);
    const values = sum.values.map((value, i) => (value + last.values[i]!) / (steps + 1));
    return { ...last, values };
  };
}
