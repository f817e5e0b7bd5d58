/**
 * What the methods that distil, or that fuse, can be told.
 *
 * @module
 */
import { z } from "zod";
import { choiceSetting, flagSetting, numberSetting } from "../method.ts";

/** How the network is asked for its prediction. */
export const networkSettings = {
  statistics: choiceSetting("batch", ["batch", "running", "auto"]).describe(
    "statistics of the norm layers: the scan's own, those of training, or whichever agree better with the photographs",
  ),
  augmentations: numberSetting(8, { min: 0, max: 64, integer: true }).describe(
    "turned and mirrored augmentations of the scan whose predictions are averaged with its own, each weighed by its consistency with the photographs where there are any",
  ),
};

/** Settings of one adaptation by distillation. */
export const distillationSettings = z.strictObject({
  steps: numberSetting(25, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on this scan",
  ),
  learningRate: numberSetting(0.1, { min: 0, max: 10 }).describe("of SGD"),
  momentum: numberSetting(0.9, { min: 0, max: 0.999 }).describe("of SGD"),
  ...networkSettings,
  average: flagSetting(false).describe(
    "whether to predict by the mean of the probabilities at all steps",
  ),
  stop: choiceSetting("never", ["never", "source-loss", "held-out"]).describe(
    "when to stop before the last step: `source-loss`, once the loss is as low as on source scenes; `held-out`, once the loss on held-out photographs no longer falls",
  ),
  guard: numberSetting(0, { min: 0, max: 100 }).describe(
    "where the loss before the first step is more than this many times that of source scenes, the photographs or their poses cannot be trusted: the scan is not adapted to, and the probe is not asked; 0 trusts always",
  ),
  fusion: numberSetting(0, { min: 0, max: 10 }).describe(
    "weight of the 2D probe in the prediction; 0 leaves it out",
  ),
  consistency: numberSetting(0, { min: 0, max: 10 }).describe(
    "weight of a second loss: cross-entropy of the class head against the fused prediction from before the first step, where photographs look; 0 leaves it out",
  ),
});

export type DistillationSettings = z.output<typeof distillationSettings>;
