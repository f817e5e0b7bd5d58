/**
 * Gradient steps on the corrected points alone: what corrections teach where there are no photographs, and what
 * distillation beside them has to be better than.
 *
 * @module
 */
import { z } from "zod";
import { correctionTensor } from "../corrections.ts";
import { Learner } from "../learner.ts";
import {
  type AdaptationResult,
  type AdaptedWeights,
  type BlockContext,
  defineMethod,
  type UnpredictedBlock,
} from "../method.ts";
import { adaptationPlan } from "../plans/adaptation.ts";
import { LossHistory } from "../plans/loss_history.ts";
import { predictOnce } from "../predictor.ts";
import { numberSetting } from "../settings.ts";
import { drawBlocks, readyToPredict } from "./block_statistics.ts";

/** The method as the registry holds it. */
export const corrections = defineMethod({
  name: "corrections",
  about:
    "gradient steps on the cross-entropy of corrected points alone, for scans without photographs",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  takesCorrections: true,
  lossName: "cross-entropy",
  settings: z.strictObject({
    steps: numberSetting(25, { min: 1, max: 1000, integer: true }).describe(
      "gradient steps on this scan",
    ),
    learningRate: numberSetting(0.1, { min: 0, max: 10 }).describe("learning rate of SGD"),
    momentum: numberSetting(0.9, { min: 0, max: 0.999 }).describe("momentum of SGD"),
    augmentations: numberSetting(8, { min: 0, max: 64, integer: true }).describe(
      "rotated and mirrored augmentations of the scan whose predictions are averaged with its own",
    ),
  }),
  grid: [],
  async adapt(
    context,
    { steps, learningRate, momentum, augmentations },
  ): Promise<AdaptationResult> {
    const { gpu, work } = context;
    if (!context.corrections) throw new TypeError("Cannot adapt: no point is corrected");
    using owned = new DisposableStack();
    const learner = owned.use(new Learner(context));
    const history = owned.use(new LossHistory(gpu, steps));
    const adapting = { ...context, parameters: learner.parameters };
    const labels = correctionTensor(gpu, context.corrections, owned);
    const step = await work.time("compile", async () => {
      const plan = owned.use(adaptationPlan(adapting, {
        corrections: { labels, weight: 1 },
        history,
        velocity: learner.velocity,
        sgd: { learningRate, momentum, weightDecay: 0 },
      }));
      await gpu.finished();
      return plan;
    });
    await work.time("adapt", async () => {
      for (let taken = 1; taken <= steps; taken++) {
        step.submit();
        await work.stepped(taken, steps, history);
      }
    });
    return await work.time("predict", async () => ({
      probabilities: await predictOnce(adapting, {
        statistics: "batch",
        augmentations,
        target: null,
      }),
      steps,
      losses: await history.values(),
    }));
  },
  blockwise: {
    learn: learnFromBlocks,
    read: (block, { augmentations }) =>
      predictOnce(block, { statistics: "running", augmentations, target: null }),
  },
});

/** Takes every step on another of the blocks that have corrected points. */
async function learnFromBlocks(
  context: BlockContext,
  { steps, learningRate, momentum }: { steps: number; learningRate: number; momentum: number },
): Promise<AdaptedWeights> {
  using learner = new Learner(context);
  using history = new LossHistory(context.gpu, steps);
  const take = async (block: UnpredictedBlock, step: number): Promise<boolean> => {
    if (!block.corrections) return false;
    using owned = new DisposableStack();
    const labels = correctionTensor(block.gpu, block.corrections, owned);
    await context.work.quiet.time("adapt", async () => {
      using plan = adaptationPlan({ ...block, parameters: learner.parameters }, {
        corrections: { labels, weight: 1 },
        history,
        velocity: learner.velocity,
        sgd: { learningRate, momentum, weightDecay: 0 },
      });
      plan.submit();
      await context.work.stepped(step, steps, history);
    });
    return true;
  };
  context.work.advanced("adapt", 0, steps);
  const corrected = new Set(drawBlocks(context));
  for (let taken = 0; taken < steps;) {
    for (const index of corrected) {
      if (taken === steps) break;
      if (await context.open(index, (block) => take(block, taken + 1), false)) taken++;
      else corrected.delete(index);
    }
    if (corrected.size === 0) throw new TypeError("Cannot adapt: no point is corrected");
  }
  const losses = await history.values();
  const parameters = await readyToPredict(context, learner.parameters, "batch");
  return { parameters, steps, losses, [Symbol.dispose]: () => parameters.destroy() };
}
