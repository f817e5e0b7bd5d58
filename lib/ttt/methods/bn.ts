/**
 * Batch statistics: every norm layer uses the scan's own mean and variance (AdaBN; Li et al. 2016, as `norm`
 * in TENT's code). It is step 0 of every method that adapts with batch statistics, so their gains are to be
 * read against it.
 */
import { PredictionPlan } from "../plans.ts";
import { defineMethod, NO_SETTINGS } from "./method.ts";

export const bn = defineMethod({
  name: "bn",
  about: "norm layers by the scan's own statistics; no gradient",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  adapts: false,
  settings: NO_SETTINGS,
  grid: [],
  async adapt(context) {
    const probabilities = await context.work.time("predict", async () => {
      using plan = new PredictionPlan(context, "batch");
      plan.submit();
      return await plan.read();
    });
    return { probabilities, steps: 0, losses: [] };
  },
});
