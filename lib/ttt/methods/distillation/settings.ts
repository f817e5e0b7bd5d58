/**
 * Settings of the methods that distil or fuse.
 *
 * @module
 */
import { z } from "zod";
import { choiceSetting, flagSetting, numberSetting } from "../../settings.ts";

/** Settings of the network's prediction. */
export const networkSettings = {
  statistics: choiceSetting("batch", ["batch", "running", "auto"]).describe(
    "statistics of the norm layers: the scan's own (`batch`), those of training (`running`), or whichever agree better with the photographs (`auto`)",
  ),
  augmentations: numberSetting(8, { min: 0, max: 64, integer: true }).describe(
    "rotated and mirrored augmentations of the scan whose predictions are averaged with its own, each weighed by how well it agrees with the photographs where there are any",
  ),
};

/** How fusion weighs predictions, with what is good on validation scenes of both worlds (`fixtures/fusion`). */
export const trustSettings = {
  unadapted: numberSetting(0.5, { min: 0, max: 10 }).describe(
    "weight in the prediction of what the source weights say, with the same statistics and augmentations; 0 leaves it out",
  ),
  trust: numberSetting(2, { min: 0, max: 20 }).describe(
    "how much less each of the predictions that are fused counts where it is unsure around a voxel: e^(−trust · entropy) times its weight; 0 takes the weights as they are",
  ),
  balance: numberSetting(0, { min: 0, max: 1 }).describe(
    "how strongly classes that are rare in the scan are favoured, where it is labelled in one piece; 0 does not",
  ),
};

/**
 * Where photographs see little of a scan, steps fit the network to that part and cost more elsewhere, on validation scenes with one
 * photograph; with half of the photographs they pay.
 */
export const leastSeen = numberSetting(0.4, { min: 0, max: 1 }).describe(
  "share of the points that photographs have to see for steps to be taken; where they see less, the scan is labelled without a step; 0 always takes them",
);

/** A setting that is off unless it is given; journals of evaluations from before there was such a setting go on. */
export function offByDefault<T extends z.ZodType>(setting: z.ZodDefault<T>) {
  return setting.unwrap().optional().describe(setting.description ?? "");
}

/**
 * How much corrected points teach, besides their votes. Steps on them cost the votes more than they bring, on validation parts
 * of both worlds, so that only what is carried from scan to scan learns from them by default.
 */
export function correctionWeight(otherwise: number) {
  return numberSetting(otherwise, { min: 0, max: 100 }).describe(
    "weight of the cross-entropy of corrected points beside the KD loss; with 0 they vote, and no step learns from them",
  );
}

/** Settings of one adaptation by distillation. */
export const distillationSettings = z.strictObject({
  steps: numberSetting(25, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on this scan",
  ),
  learningRate: numberSetting(0.1, { min: 0, max: 10 }).describe("learning rate of SGD"),
  momentum: numberSetting(0.9, { min: 0, max: 0.999 }).describe("momentum of SGD"),
  ...networkSettings,
  average: flagSetting(false).describe(
    "whether to predict the mean of the probabilities at all steps",
  ),
  stop: choiceSetting("never", ["never", "source-loss", "held-out"]).describe(
    "when to stop before the last step: `source-loss`, once the loss is as low as on source scenes; `held-out`, once the loss on held-out photographs no longer falls",
  ),
  guard: numberSetting(0, { min: 0, max: 100 }).describe(
    "how many times the loss of source scenes the loss before the first step may be; beyond that the photographs or their poses are not trusted: no steps are taken and the probe is left out; 0 always trusts",
  ),
  leastSeen: offByDefault(leastSeen),
  targetTrust: offByDefault(
    numberSetting(0, { min: 0, max: 4 }).describe(
      "how much less a target counts in the KD loss where the photographs of a voxel disagree: its weight is the length of their mean to this power; 0 has all count alike",
    ),
  ),
  fusion: numberSetting(0, { min: 0, max: 10 }).describe(
    "weight of the 2D probe in the prediction; 0 leaves it out",
  ),
  unadapted: offByDefault(trustSettings.unadapted),
  trust: offByDefault(trustSettings.trust),
  balance: offByDefault(trustSettings.balance),
  correctionWeight: correctionWeight(0),
  consistency: numberSetting(0, { min: 0, max: 10 }).describe(
    "weight of a second loss, where photographs look: cross-entropy of the class head against the fused prediction from before the first step; 0 leaves it out",
  ),
});

/** Settings of one adaptation by distillation, parsed. */
export type DistillationSettings = z.output<typeof distillationSettings>;
