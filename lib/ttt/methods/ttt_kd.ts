/**
 * TTT-KD (Weijler et al. 2025, arXiv 2403.11691), offline: N steps of SGD on the KD loss alone adapt the
 * backbone to one scan, then the weights are forgotten. What goes beyond the paper stands behind settings: the
 * mean over augmentations (on by default) or over steps, a choice of statistics, stopping by the source KD loss
 * or by held-out photographs, a guard, fusion with the 2D probe.
 *
 * @module
 */
import { Learner } from "../learner.ts";
import { type AdaptationContext, type AdaptedWeights, defineMethod } from "../method.ts";
import type { Probabilities } from "../probabilities.ts";
import { distilBlocks } from "./distillation/blocks.ts";
import { seenTooLittle } from "./distillation/guard.ts";
import { distil } from "./distillation/whole_scan.ts";
import { type DistillationSettings, distillationSettings } from "./distillation/settings.ts";
import { fusedPrediction } from "./fusion.ts";

/** The method as the registry holds it. */
export const tttKd = defineMethod({
  name: "ttt-kd",
  about: "gradient steps on the KD loss of each scan; the weights are then forgotten (TTT-KD)",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  takesCorrections: true,
  lossName: "KD loss",
  settings: distillationSettings,
  grid: [
    { learningRate: 0.05 },
    { learningRate: 0.1 },
    { learningRate: 0.2 },
    { learningRate: 0.4 },
    { learningRate: 0.2, steps: 50 },
    { learningRate: 0.1, statistics: "auto" },
  ],
  readouts: ["fusion", "leastSeen", "unadapted", "trust", "balance", "augmentations", "average"],
  async adapt(context, settings, others) {
    using learner = new Learner(context);
    return await distil(context, settings, learner, others);
  },
  blockwise: {
    async learn(context, settings, others) {
      using learner = new Learner(context);
      return await distilBlocks(context, settings, learner, others);
    },
    read: readDistilledBlock,
  },
});

/** Predicts a block of a large scan as {@link distil} predicts a whole one, but for `balance`, on which blocks would not agree. */
export function readDistilledBlock(
  block: AdaptationContext,
  { fusion, unadapted, trust, augmentations, leastSeen }: DistillationSettings,
  { unadapted: before, share = 1 }: Pick<AdaptedWeights, "unadapted" | "share">,
): Promise<Probabilities> {
  return fusedPrediction(
    before && seenTooLittle(share, leastSeen) ? { ...block, parameters: before } : block,
    { fusion, unadapted, trust, augmentations, statistics: "running" },
    before,
  );
}
