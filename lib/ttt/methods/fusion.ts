/**
 * A control: late fusion of the 2D probe with the network, without any adaptation: log p(network) + weight · log
 * p(probe). Where TTT-KD gains no more than this, the gain needed no test-time training.
 *
 * @module
 */
import { z } from "zod";
import { type AdaptationContext, defineMethod, photographsOf } from "../method.ts";
import { chooseStatistics } from "../norm_statistics.ts";
import type { Parameters } from "../../nn/parameters.ts";
import type { NormStatistics } from "../plans/context.ts";
import { predictOnce } from "../predictor.ts";
import { fused, fusionEvidence, type FusionSettings } from "../late_fusion.ts";
import type { Probabilities } from "../probabilities.ts";
import { numberSetting } from "../settings.ts";
import { adaptStatistics } from "./block_statistics.ts";
import { networkSettings, offByDefault, trustSettings } from "./distillation/settings.ts";

/** The method as the registry holds it. */
export const fusion = defineMethod({
  name: "fusion",
  about: "control: the network's and the 2D probe's predictions multiplied; no adaptation",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  takesCorrections: true,
  lossName: null,
  settings: z.strictObject({
    weight: numberSetting(2, { min: 0, max: 10 }).describe("weight of the 2D probe"),
    trust: offByDefault(trustSettings.trust),
    balance: offByDefault(trustSettings.balance),
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
  async adapt(context, { weight, ...rest }) {
    const probabilities = await context.work.time(
      "predict",
      () => fusedPrediction(context, { ...rest, fusion: weight }),
    );
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: {
    learn: (context, { statistics }) => adaptStatistics(context, statistics),
    // Classes are not balanced: the blocks of a scan would not agree.
    read: (block, { weight, trust, augmentations }) =>
      fusedPrediction(block, {
        ...{ fusion: weight, trust, augmentations },
        statistics: "running",
      }),
  },
});

/** How {@link fusedPrediction} predicts. */
export interface PredictionSettings extends FusionSettings {
  readonly statistics: NormStatistics | "auto";
  /** Augmentations whose predictions are averaged with the scan's own. */
  readonly augmentations: number;
}

/**
 * Predicts a scan with photographs by the network and the probe together.
 *
 * @param unadapted weights from before the steps, which have a say of their own where the settings give them a weight.
 */
export async function fusedPrediction(
  context: AdaptationContext,
  settings: PredictionSettings,
  unadapted?: Parameters,
): Promise<Probabilities> {
  const { target } = photographsOf(context);
  const { augmentations } = settings;
  const statistics = await chooseStatistics(context, target, settings.statistics);
  const predictBy = (parameters: Parameters) =>
    predictOnce({ ...context, parameters }, { statistics, augmentations, target });
  const network = await predictBy(context.parameters);
  const before = unadapted && settings.unadapted ? unadapted : null;
  return fused(
    network,
    before && (before === context.parameters ? network : await predictBy(before)),
    await fusionEvidence(context, [settings]),
    settings,
  );
}
