/**
 * A control: late fusion of the 2D probe with the network, without any adaptation,
 * log p(network) + weight · log p(probe). A gain of TTT-KD that fusion has too needed no test-time training.
 */
import { chooseStatistics, Predictor } from "../prediction.ts";
import { fuse } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import { choiceSetting, defineMethod, numberSetting, photographsOf } from "./method.ts";
import { z } from "zod";

/** How the network is asked for its prediction. */
export const networkSettings = {
  /**
   * Statistics of the norm layers: the scan's own, those of training, or whichever agree better with the
   * photographs.
   */
  statistics: choiceSetting("batch", ["batch", "running", "auto"]),
  /**
   * Turned and mirrored copies of the scan whose predictions are averaged with its own, each
   * weighed by its agreement with the photographs where there are any.
   */
  copies: numberSetting(8, { min: 0, max: 64, integer: true }),
};

export const fusion = defineMethod({
  name: "fusion",
  about: "control: the network's and the 2D probe's predictions multiplied; no adaptation",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  adapts: false,
  settings: z.strictObject({
    /** Weight of the probe. */
    weight: numberSetting(2, { min: 0, max: 10 }),
    ...networkSettings,
  }),
  grid: [
    { weight: 0.5 },
    { weight: 1 },
    { weight: 2 },
    { weight: 0.5, statistics: "running" },
    { weight: 1, statistics: "running" },
    { weight: 2, statistics: "running" },
  ],
  async adapt(context, { weight, statistics, copies }) {
    const { target, seen } = photographsOf(context);
    const probabilities = await context.work.time("predict", async () => {
      const chosen = await chooseStatistics(context, target, statistics);
      using network = new Predictor(context, chosen, copies, target);
      const fromPhotographs = await probeProbabilities(context, target);
      return fuse(await network.predict(), fromPhotographs, seen, weight);
    });
    return { probabilities, steps: 0, losses: [] };
  },
});
