/**
 * Batch statistics: every norm layer uses the scan's own mean and variance (AdaBN; Li et al. 2016; `norm` in
 * TENT's code). It is step 0 of every method that adapts with batch statistics, so their gains are measured
 * against it.
 *
 * @module
 */
import { z } from "zod";
import { defineMethod } from "../method.ts";
import { predictOnce } from "../predictor.ts";
import { adaptStatistics } from "./block_statistics.ts";
import { networkSettings } from "./distillation/settings.ts";

/** The method as the registry holds it. */
export const bn = defineMethod({
  name: "bn",
  about: "norm layers with the scan's own statistics; no gradient",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  takesCorrections: true,
  lossName: null,
  movesStatisticsOnly: true,
  settings: z.strictObject({ augmentations: networkSettings.augmentations.default(0) }),
  grid: [],
  async adapt(context, { augmentations }) {
    const probabilities = await context.work.time(
      "predict",
      () => predictOnce(context, { statistics: "batch", augmentations, target: null }),
    );
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: {
    learn: (context) => adaptStatistics(context, "batch"),
    read: (block, { augmentations }) =>
      predictOnce(block, { statistics: "running", augmentations, target: null }),
  },
});
