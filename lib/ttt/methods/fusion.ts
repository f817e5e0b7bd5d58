/**
 * A control: late fusion of the 2D probe with the network, without any adaptation: log p(network) + weight · log
 * p(probe). Where TTT-KD gains no more than this, the gain needed no test-time training.
 *
 * @module
 */
import { z } from "zod";
import { type AdaptationContext, defineMethod, photographsOf } from "../method.ts";
import { chooseStatistics } from "../norm_statistics.ts";
import type { NormStatistics } from "../plans/context.ts";
import { predictOnce } from "../predictor.ts";
import { fuse, type Probabilities } from "../probabilities.ts";
import { probeProbabilities } from "../probe_prediction.ts";
import { numberSetting } from "../settings.ts";
import { adaptStatistics } from "./block_statistics.ts";
import { networkSettings } from "./distillation/settings.ts";

/** The method as the registry holds it. */
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
    learn: (context, { statistics }) => adaptStatistics(context, statistics),
    read: (block, settings) => fusedPrediction(block, { ...settings, statistics: "running" }),
  },
});

/** How {@link fusedPrediction} combines network and probe. */
export interface FusionSettings {
  /** Weight of the probe; 0 leaves it out. */
  readonly weight: number;
  readonly statistics: NormStatistics | "auto";
  /** Augmented copies whose predictions are averaged with the scan's own. */
  readonly augmentations: number;
}

/** Predicts a scan with photographs by the network and the probe together. */
export async function fusedPrediction(
  context: AdaptationContext,
  { weight, statistics, augmentations }: FusionSettings,
): Promise<Probabilities> {
  const { target, seen } = photographsOf(context);
  const chosen = await chooseStatistics(context, target, statistics);
  const network = await predictOnce(context, { statistics: chosen, augmentations, target });
  if (weight === 0) return network;
  return fuse(network, await probeProbabilities(context, target), seen, weight);
}
