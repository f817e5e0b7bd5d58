/**
 * TTT-MAE (Gandelsman et al. 2022; MATE, Mirza et al. 2023, for point clouds, github.com/jmiemirza/MATE): a
 * network that was trained on labels and masked reconstruction takes gradient steps on the reconstruction of
 * each scan alone, then labels the whole scan.
 *
 * The original masks 90 % of the patches of one object in 48 augmentations, reconstructs their points by a
 * transformer's decoder (Chamfer distance), updates all weights by AdamW for 20 steps with the norm layers'
 * running statistics, and forgets them. The port, for a sparse U-Net, which has no tokens for hidden patches:
 * blocks of voxels are hidden, and a linear head predicts at each visible voxel which cells around it hold a
 * hidden surface (see `lib/ttt/masking.ts`); every step draws another mask of the scan; the backbone is
 * adapted and the heads stay, as in TTT-KD. The norm layers use the scan's own statistics, as in the other
 * methods that adapt, or, as in the original, the running ones; steps and prediction use the same.
 *
 * @module
 */
import { z } from "zod";
import { type Binding, type GpuBuffer, lossScaleOf, Program } from "../../gpu/mod.ts";
import { sgdStep } from "../../graph/optimizers/sgd.ts";
import { launchOverRanges } from "../../graph/optimizers/bindable_ranges.ts";
import { AdamW } from "../../nn/adamw.ts";
import { Learner } from "../learner.ts";
import { MASK, Masker } from "../masking.ts";
import {
  type AdaptationContext,
  type AdaptationResult,
  defineMethod,
  type ProbabilitySnapshot,
} from "../method.ts";
import { LossHistory } from "../plans/loss_history.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { reconstructionPlan } from "../plans/reconstruction.ts";
import { choiceSetting, numberSetting } from "../settings.ts";

const settings = z.strictObject({
  steps: numberSetting(20, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on this scan",
  ),
  optimizer: choiceSetting("adamw", ["adamw", "sgd"]).describe(
    "the optimizer that takes the steps",
  ),
  learningRate: numberSetting(5e-5, { min: 0, max: 10 }).describe("learning rate of the optimizer"),
  momentum: numberSetting(0.9, { min: 0, max: 0.999 }).describe("momentum of SGD"),
  share: numberSetting(MASK.share, { min: 0, max: 1 }).describe(
    "share of the blocks that is hidden",
  ),
  statistics: choiceSetting("batch", ["batch", "running"]).describe(
    "statistics of the norm layers",
  ),
});

/** The method as the registry holds it. */
export const tttMae = defineMethod({
  name: "ttt-mae",
  about: "gradient steps on masked reconstruction for each scan, then forgotten (TTT-MAE, MATE)",
  checkpoint: "mae",
  usesPhotographs: false,
  online: false,
  lossName: "reconstruction loss",
  settings,
  grid: [
    { learningRate: 5e-5 },
    { learningRate: 2e-4 },
    { learningRate: 5e-4 },
    { learningRate: 5e-5, statistics: "running" },
    { optimizer: "sgd", learningRate: 0.02 },
    { optimizer: "sgd", learningRate: 0.1 },
  ],
  async adapt(context, { steps, share, statistics, ...rest }): Promise<AdaptationResult> {
    const { gpu, work, random, points, card } = context;
    using owned = new DisposableStack();
    const learner = owned.use(new Learner(context));
    const adapting = { ...context, parameters: learner.parameters };
    const update = updateOf(context, learner, rest, owned);
    const history = owned.use(new LossHistory(gpu, steps));
    const predict = owned.use(new PredictionPlan(adapting, statistics));
    const snapshots: ProbabilitySnapshot[] = [];
    const snapshot = async (step: number) => {
      if (!context.snapshots.includes(step)) return;
      predict.submit();
      snapshots.push({ step, probabilities: await predict.read() });
    };
    await work.time("adapt", async () => {
      const masker = await Masker.of({ ...context, points, features: card.features });
      await snapshot(0);
      for (let step = 1; step <= steps; step++) {
        using masked = await masker.draw({ ...MASK, share }, random);
        using plan = reconstructionPlan(adapting, masked, {
          statistics,
          trainable: ({ part }) => part === "backbone",
          weight: 1,
          history,
        });
        plan.submit();
        update();
        await work.stepped(step, steps, history);
        await snapshot(step);
      }
    });
    return await work.time("predict", async () => {
      predict.submit();
      const probabilities = await predict.read();
      return { probabilities, steps, losses: await history.values(), snapshots };
    });
  },
});

/** Returns the function that updates the weights by their gradients and sets these to zero. */
function updateOf(
  { gpu }: AdaptationContext,
  { parameters, velocity }: Learner,
  { optimizer, learningRate, momentum }: Pick<
    z.output<typeof settings>,
    "optimizer" | "learningRate" | "momentum"
  >,
  owned: DisposableStack,
): () => void {
  if (optimizer === "adamw") {
    // The original's weight decay of 0.05 takes 5e-5 · 0.05 of a weight a step: nothing in 20 steps.
    const adam = owned.use(new AdamW(gpu, parameters, 0));
    return () => adam.step(learningRate);
  }
  const sgd = { learningRate, momentum, weightDecay: 0 };
  const { offset, size } = parameters.range("backbone", "backbone");
  const range = (buffer: GpuBuffer) => ({ buffer, offset, size });
  const operands = {
    values: range(parameters.values),
    gradient: range(parameters.gradients),
    velocity: range(velocity),
  };
  const program = owned.use(
    new Program(
      gpu,
      launchOverRanges(
        operands,
        (part, count) => sgdStep<Binding>(part, count, sgd, lossScaleOf(gpu.kernels.precision)),
      ),
      "SGD",
    ),
  );
  return () => program.submit();
}
