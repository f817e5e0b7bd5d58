/**
 * TTT-KD (Weijler et al. 2025, arXiv 2403.11691), offline: N steps of SGD on the distillation loss alone move
 * the backbone, then the weights are forgotten. What goes beyond the paper stands behind settings that are
 * off: averaging over steps or over augmentations of the scan, a choice of statistics, stopping by the source KD loss or by held-out views, a
 * guard, fusion with the 2D probe.
 *
 * @module
 */
import type { GpuBuffer } from "../../gpu/mod.ts";
import { paddedChannels, Tensor } from "../../graph/tensor.ts";
import { Learner } from "../learner.ts";
import { adaptationPlan, LossHistory, type Statistics } from "../plans.ts";
import { chooseStatistics, lossOf, Predictor } from "../prediction.ts";
import { fuse, onlyWhere, padded, type Probabilities, unpadded } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import { type AdaptationContext, type Adapted, defineMethod, photographsOf } from "../method.ts";
import { distilBlocks } from "./blockwise.ts";
import { type DistillationSettings, distillationSettings } from "./distillation_settings.ts";
import { fusedPrediction } from "./fusion.ts";
import { mistrusted } from "./guard.ts";

/** Steps between two looks at a stop signal. */
const STEPS_PER_LOOK = 5;
/** One photograph in so many is held out. */
const HELD_OUT_ONE_IN = 4;

export const tttKd = defineMethod({
  name: "ttt-kd",
  about: "gradient steps on the distillation loss for each scan, then forgotten",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  lossName: "KD loss",
  settings: distillationSettings,
  grid: [
    { learningRate: 0.05 },
    { learningRate: 0.1 },
    { learningRate: 0.2 },
    { learningRate: 0.4 },
    { learningRate: 0.2, steps: 50 },
    { learningRate: 0.1, statistics: "auto" },
  ],
  readouts: ["fusion", "augmentations", "average"],
  async adapt(context, settings, others) {
    using learner = new Learner(context);
    return await distil(context, settings, learner, others);
  },
  blockwise: {
    async learn(context, settings) {
      using learner = new Learner(context);
      return await distilBlocks(context, settings, learner);
    },
    read: readDistilled,
  },
});

/** Reads a block of a large scan as {@link distil} reads a whole one. */
export function readDistilled(
  block: AdaptationContext,
  { fusion, augmentations }: DistillationSettings,
): Promise<Probabilities> {
  return fusedPrediction(block, { weight: fusion, statistics: "running", augmentations });
}

/** Takes the steps on a learner and predicts with it, by the settings and by others that read alone differ. */
export async function distil(
  context: AdaptationContext,
  settings: DistillationSettings,
  learner: Learner,
  others: readonly DistillationSettings[] = [],
): Promise<Adapted> {
  const { gpu, work, scan, student } = context;
  const photographs = photographsOf(context);
  using owned = new DisposableStack();
  const moving = { ...context, parameters: learner.parameters };
  const statistics = await chooseStatistics(moving, photographs.target, settings.statistics);
  const views = settings.stop === "held-out" ? await holdOut(context, statistics, owned) : null;
  const target = views?.kept ?? photographs.target;
  const wanted = [settings, ...others];
  const probe = settings.consistency > 0 || wanted.some(({ fusion }) => fusion > 0)
    ? await probeProbabilities(context, photographs.target)
    : null;
  const fused = (p: Probabilities, { fusion }: DistillationSettings) =>
    probe ? fuse(p, probe, photographs.seen, fusion) : p;
  const history = owned.use(new LossHistory(gpu, settings.steps));
  const byClass = (label: string) =>
    new Tensor(label, scan.voxels.count, student.classes, {
      binding: owned.use(
        gpu.zeros(label, scan.voxels.count * paddedChannels(student.classes) * 4),
      ),
    });
  const total = wanted.some(({ average }) => average) ? byClass("summed probabilities") : null;
  const consistency = settings.consistency > 0
    ? { probabilities: byClass("fused probabilities"), weight: settings.consistency }
    : null;
  const network = owned.use(new Predictor(moving, statistics, settings.augmentations, target));
  const step = await work.time("compile", async () => {
    const { learningRate, momentum } = settings;
    const sgd = { learningRate, momentum, weightDecay: 0 };
    const plan = owned.use(adaptationPlan(moving, target, history, learner.velocity, sgd, {
      statistics,
      ...(total ? { total } : {}),
      ...(consistency ? { consistency } : {}),
    }));
    await gpu.finished();
    return plan;
  });
  /** What the weights say as they stand, by all settings that are wanted. */
  const readAll = async (
    read: (said: Probabilities, by: DistillationSettings) => Probabilities,
  ) => {
    const found: { probabilities: Probabilities; seconds: number }[] = [];
    for (const by of wanted) {
      const start = performance.now();
      using asked = new Predictor(moving, statistics, by.augmentations, target);
      const probabilities = read(await asked.predict(), by);
      found.push({ probabilities, seconds: (performance.now() - start) / 1000 });
    }
    const [own, ...readouts] = found;
    return { probabilities: own!.probabilities, readouts };
  };
  const snapshots: { step: number; probabilities: Probabilities }[] = [];
  const snapshot = async (taken: number) => {
    if (!context.snapshots.includes(taken)) return;
    snapshots.push({ step: taken, probabilities: fused(await network.predict(), settings) });
  };

  await snapshot(0);
  const sourceKdLoss = context.card.teacher?.sourceKdLoss;
  if (settings.guard > 0) {
    const start = await lossOf(moving, target, statistics);
    const note = mistrusted(start, settings.guard, sourceKdLoss);
    if (note !== undefined) {
      // Nor can the probe be trusted, which reads the same photographs.
      return { ...await readAll((said) => said), steps: 0, losses: [start], snapshots, note };
    }
  }
  if (consistency && probe) {
    const first = fuse(await network.predict(), probe, photographs.seen, 1);
    const rows = padded(onlyWhere(photographs.seen, first));
    gpu.write(consistency.probabilities.binding as GpuBuffer, rows);
  }
  let taken = 0;
  let note: string | undefined;
  await work.time("adapt", async () => {
    while (taken < settings.steps && note === undefined) {
      step.submit();
      await work.stepped(++taken, settings.steps, history);
      await snapshot(taken);
      if (taken % STEPS_PER_LOOK !== 0) continue;
      if (settings.stop === "source-loss" && sourceKdLoss !== undefined) {
        const loss = (await history.values()).at(-1)!;
        if (loss <= sourceKdLoss) {
          note = `stopped after ${taken} steps: the loss is that of source scenes`;
        }
      } else if (views && !(await views.stillFalls(moving))) {
        note = `stopped after ${taken} steps: the loss on held-out photographs no longer falls`;
      }
    }
  });
  return await work.time("predict", async () => {
    const losses = [...await history.values(), await lossOf(moving, target, statistics)];
    const sum = total && await gpu.read(total.binding as GpuBuffer, Float32Array);
    return {
      ...await readAll((last, by) =>
        fused(
          sum && by.average ? meanOf(unpadded(sum, last.rows, last.classes), taken, last) : last,
          by,
        )
      ),
      steps: taken,
      losses,
      snapshots,
      ...(note === undefined ? {} : { note }),
    };
  });
}

/** The mean of the probabilities at `count` steps, given as their sum, and of the last ones. */
function meanOf(sum: Probabilities, count: number, last: Probabilities): Probabilities {
  const values = sum.values.map((value, i) => (value + last.values[i]!) / (count + 1));
  return { ...last, values };
}

/** Keeps some photographs back; null where there are too few. */
async function holdOut(
  context: AdaptationContext,
  statistics: Statistics,
  owned: DisposableStack,
) {
  const { views, pair } = photographsOf(context);
  if (views < HELD_OUT_ONE_IN) return null;
  const isHeld = (view: number) => view % HELD_OUT_ONE_IN === HELD_OUT_ONE_IN - 1;
  const all = Array.from({ length: views }, (_, view) => view);
  const kept = owned.use(await pair(all.filter((view) => !isHeld(view))));
  const held = owned.use(await pair(all.filter(isHeld)));
  let best = await lossOf(context, held, statistics);
  return {
    kept,
    /** Whether the loss on the photographs that were kept back is lower than ever. */
    stillFalls: async (moving: AdaptationContext) => {
      const loss = await lossOf(moving, held, statistics);
      const falls = loss < best;
      best = Math.min(best, loss);
      return falls;
    },
  };
}
