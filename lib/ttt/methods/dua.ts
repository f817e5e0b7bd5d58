/**
 * DUA (Mirza et al. 2022, github.com/jmiemirza/DUA): only the running statistics of the norm layers are adapted,
 * by forward passes over augmentations, with a momentum that decays. No gradient.
 *
 * The original feeds 64 augmentations (cropped, flipped, rotated by right angles) of one image a step, carries the
 * statistics over 80 images of a corruption, and reports the best of its 80 evaluations on the test set,
 * which only an oracle could choose. The port: one step is one augmentation of the scan (rotated about the vertical,
 * mirrored, jittered), which alone has thousands of voxels; every scan starts from the source statistics;
 * the prediction comes after the last augmentation.
 *
 * @module
 */
import { z } from "zod";
import { SparseScan } from "../../voxels/sparse_scan.ts";
import { type AugmentationRanges, drawAugmentation } from "../augmentation.ts";
import { type AdaptationResult, defineMethod } from "../method.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { statisticsPlan } from "../population_statistics.ts";
import { numberSetting } from "../settings.ts";

/** Standard deviation of an augmentation's jitter, in voxels. */
const JITTER = 0.1;

/** The method as the registry holds it. */
export const dua = defineMethod({
  name: "dua",
  about:
    "running statistics of the norm layers, updated by augmentations of the scan (DUA); no gradient",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  lossName: null,
  movesStatisticsOnly: true,
  settings: z.strictObject({
    augmentations: numberSetting(20, { min: 1, max: 1000, integer: true }).describe(
      "augmentations of the scan",
    ),
    momentum: numberSetting(0.1, { min: 0, max: 0.5 }).describe(
      "the i-th augmentation updates the statistics with momentum · decay^i + minimum",
    ),
    decay: numberSetting(1, { min: 0, max: 1 }).describe("see momentum"),
    minimum: numberSetting(0.005, { min: 0, max: 0.5 }).describe("see momentum"),
  }),
  grid: [
    { augmentations: 5 },
    { augmentations: 10 },
    { augmentations: 20 },
    { augmentations: 5, decay: 1 },
    { augmentations: 10, decay: 1 },
    { augmentations: 20, decay: 1 },
  ],
  async adapt(context, { augmentations, momentum, decay, minimum }): Promise<AdaptationResult> {
    const { gpu, student, card, points, random, work } = context;
    const voxelSize = context.scan.voxels.size;
    const ranges: AugmentationRanges = { jitter: JITTER * voxelSize, scale: 0, colour: 0 };
    using parameters = context.parameters.clone();
    for (let i = 1; i <= augmentations; i++) {
      await work.time("adapt", async () => {
        const augmented = drawAugmentation(points, ranges, random);
        using scan = await SparseScan.build(gpu, student, card.features, augmented, voxelSize);
        const rate = momentum * decay ** i + minimum;
        using plan = statisticsPlan({ ...context, scan, parameters }, rate);
        plan.submit();
        await gpu.finished();
      });
    }
    return await work.time("predict", async () => {
      using plan = new PredictionPlan({ ...context, parameters }, "running");
      plan.submit();
      return { probabilities: await plan.read(), steps: 0, losses: [] };
    });
  },
});
