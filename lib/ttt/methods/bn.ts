/**
 * Batch statistics: every norm layer uses the scan's own mean and variance (AdaBN; Li et al. 2016, as `norm`
 * in TENT's code). It is step 0 of every method that adapts with batch statistics, so their gains are to be
 * read against it.
 */
import { z } from "zod";
import { Predictor } from "../prediction.ts";
import { learnStatistics } from "./blockwise.ts";
import { networkSettings } from "./distillation_settings.ts";
import { defineMethod } from "../method.ts";

export const bn = defineMethod({
  name: "bn",
  about: "norm layers by the scan's own statistics; no gradient",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  lossName: null,
  settings: z.strictObject({ augmentations: networkSettings.augmentations.default(0) }),
  grid: [],
  async adapt(context, { augmentations }) {
    const probabilities = await context.work.time("predict", async () => {
      using network = new Predictor(context, "batch", augmentations, null);
      return await network.predict();
    });
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: {
    learn: (context) => learnStatistics(context, "batch"),
    async read(block, { augmentations }) {
      using network = new Predictor(block, "running", augmentations, null);
      return await network.predict();
    },
  },
});
