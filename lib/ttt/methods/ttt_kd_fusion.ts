/**
 * TTT-KD whose prediction is fused with the 2D probe: what adaptation adds to fusion.
 *
 * @module
 */
import { defineMethod } from "../method.ts";
import { numberSetting } from "../settings.ts";
import { distillationSettings, leastSeen, trustSettings } from "./distillation/settings.ts";
import { tttKd } from "./ttt_kd.ts";

/** The method as the registry holds it. */
export const tttKdFusion = defineMethod({
  ...tttKd,
  name: "ttt-kd-fusion",
  about:
    "TTT-KD, then its prediction fused with those of the 2D probe and of the unadapted network, each as far as it is sure",
  settings: distillationSettings.extend({
    fusion: numberSetting(3, { min: 0, max: 10 }).describe(
      "weight of the 2D probe in the prediction; 0 leaves it out",
    ),
    leastSeen,
    unadapted: trustSettings.unadapted,
    trust: trustSettings.trust,
  }),
  grid: [
    { learningRate: 0.05 },
    { learningRate: 0.05, fusion: 2 },
    { learningRate: 0.1 },
    { learningRate: 0.1, fusion: 2 },
    { learningRate: 0.2 },
    { learningRate: 0.2, fusion: 2 },
  ],
});
