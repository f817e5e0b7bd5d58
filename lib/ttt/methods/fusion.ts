/**
 * A control: late fusion of the 2D probe with the network, without any adaptation,
 * log p(network) + weight · log p(probe). A gain of TTT-KD that fusion has too needed no test-time training.
 */
import { PredictionPlan } from "../plans.ts";
import { fuse } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import { choiceSetting, defineMethod, numberSetting, photographsOf } from "./method.ts";
import { z } from "zod";

export const fusion = defineMethod({
  name: "fusion",
  about: "control: the network's and the 2D probe's predictions multiplied; no adaptation",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  adapts: false,
  settings: z.strictObject({
    /** Weight of the probe. */
    weight: numberSetting(1, { min: 0, max: 10 }),
    /** Statistics of the network's norm layers. */
    statistics: choiceSetting("batch", ["batch", "running"]),
  }),
  grid: [
    { weight: 0.5 },
    { weight: 1 },
    { weight: 2 },
    { weight: 0.5, statistics: "running" },
    { weight: 1, statistics: "running" },
    { weight: 2, statistics: "running" },
  ],
  async adapt(context, { weight, statistics }) {
    const { target, seen } = photographsOf(context);
    const probabilities = await context.work.time("predict", async () => {
      const fromPhotographs = await probeProbabilities(context, target);
      if (statistics === "running") return fuse(context.source, fromPhotographs, seen, weight);
      using plan = new PredictionPlan(context, "batch");
      plan.submit();
      return fuse(await plan.read(), fromPhotographs, seen, weight);
    });
    return { probabilities, steps: 0, losses: [] };
  },
});
