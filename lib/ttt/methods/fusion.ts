/**
 * A control: late fusion of the 2D probe with the network, without any adaptation,
 * log p(network) + weight · log p(probe). A gain of TTT-KD that fusion has too needed no test-time training.
 */
import { chooseStatistics, Predictor } from "../prediction.ts";
import { fuse, type Probabilities } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import type { Statistics } from "../plans.ts";
import { learnStatistics } from "./blockwise.ts";
import { type AdaptationContext, defineMethod, numberSetting, photographsOf } from "../method.ts";
import { networkSettings } from "./distillation_settings.ts";
import { z } from "zod";

export const fusion = defineMethod({
  name: "fusion",
  about: "control: the network's and the 2D probe's predictions multiplied; no adaptation",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  lossName: null,
  settings: z.strictObject({
    weight: numberSetting(2, { min: 0, max: 10 }).describe("weight of the 2D probe"),
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
  async adapt(context, settings) {
    const probabilities = await context.work.time(
      "predict",
      () => fusedPrediction(context, settings),
    );
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: {
    learn: (context, { statistics }) => learnStatistics(context, statistics),
    read: (block, settings) => fusedPrediction(block, { ...settings, statistics: "running" }),
  },
});

/** How {@link fusedPrediction} asks the network and the probe. */
export interface FusionSettings {
  /** Of the probe; 0 leaves it out. */
  readonly weight: number;
  readonly statistics: Statistics | "auto";
  readonly augmentations: number;
}

/** What the network and the probe say of a scan with photographs. */
export async function fusedPrediction(
  context: AdaptationContext,
  { weight, statistics, augmentations }: FusionSettings,
): Promise<Probabilities> {
  const { target, seen } = photographsOf(context);
  const chosen = await chooseStatistics(context, target, statistics);
  using network = new Predictor(context, chosen, augmentations, target);
  const said = await network.predict();
  if (weight === 0) return said;
  return fuse(said, await probeProbabilities(context, target), seen, weight);
}
