/**
 * TTT-KD-O (arXiv 2403.11691), online: one step a scan, and the weights are kept over the sequence. Against
 * drift, the weights can be drawn back towards the source after every scan, held within a bound, reset by a
 * scan that the guard does not trust, or reset before a scan on which they do worse than the source. The report says how far
 * they drifted, and which of these held them.
 *
 * @module
 */
import { Learner, type LearnerSource } from "../learner.ts";
import type { Drift } from "../online_state.ts";
import { defineMethod } from "../method.ts";
import { numberSetting } from "../settings.ts";
import { distilBlocks } from "./distillation/blocks.ts";
import { resetSetting, resetWhereWorse } from "./distillation/reset.ts";
import { distil } from "./distillation/whole_scan.ts";
import { correctionWeight, distillationSettings } from "./distillation/settings.ts";
import { readDistilledBlock } from "./ttt_kd.ts";

const settings = distillationSettings.extend({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(0.4, { min: 0, max: 10 }).describe("learning rate of SGD"),
  anchor: numberSetting(0, { min: 0, max: 1 }).describe(
    "share of their distance from the source by which the weights are drawn back after every scan; 0 leaves them",
  ),
  // Without a default: there is no bound.
  bound: numberSetting(0, { min: 0, max: 100 }).unwrap().optional().describe(
    "how far the weights may drift from those of the source, as a share of the source weights' length; after a scan that took them further they are drawn back to this distance",
  ),
  // About as much as the KD loss moves the weights: with 1, a few steps on right clicks in one room ruin the labels of the next.
  correctionWeight: correctionWeight(0.02),
  reset: resetSetting,
});

/** The settings that hold the weights back. */
interface DriftLimits {
  anchor: number;
  bound?: number | undefined;
}

/** The method as the registry holds it. */
export const tttKdOnline = defineMethod({
  name: "ttt-kd-online",
  about:
    "one gradient step on the KD loss of each scan; the weights are kept over the sequence (TTT-KD-O)",
  checkpoint: "joint",
  usesPhotographs: true,
  online: true,
  takesCorrections: true,
  lossName: "KD loss",
  settings,
  grid: [
    { learningRate: 0.05 },
    { learningRate: 0.1 },
    { learningRate: 0.2 },
    { learningRate: 0.4 },
    { learningRate: 0.2, anchor: 0.05 },
    { learningRate: 0.4, anchor: 0.05 },
  ],
  async adapt(context, { anchor, bound, reset, ...rest }) {
    const learner = context.memory.recall(() => new Learner(context));
    const begun = reset === "kd-loss"
      ? await resetWhereWorse(context, learner, rest.statistics)
      : undefined;
    const adapted = await distil(context, rest, learner);
    const drift = await limitDrift(learner, context, adapted.steps, { anchor, bound });
    if (drift.reached !== null) return { ...adapted, drift, ...noteOf(begun, adapted.note) };
    return { ...adapted, probabilities: context.source, drift, note: NOT_FINITE };
  },
  blockwise: {
    async learn(context, { anchor, bound, reset, ...rest }, others) {
      const learner = context.memory.recall(() => new Learner(context));
      let begun: string | undefined;
      const learned = await distilBlocks(
        context,
        rest,
        learner,
        others,
        reset === "kd-loss"
          ? async (block) => void (begun = await resetWhereWorse(block, learner, rest.statistics))
          : undefined,
      );
      const drift = await limitDrift(learner, context, learned.steps, { anchor, bound });
      if (drift.reached !== null) return { ...learned, drift, ...noteOf(begun, learned.note) };
      learned.parameters.copyFrom(context.parameters);
      return { ...learned, drift, note: NOT_FINITE };
    },
    read: readDistilledBlock,
  },
});

/** What was decided, as a note of the report. */
function noteOf(...decided: readonly (string | undefined)[]): { note?: string } {
  const notes = decided.filter((note) => note !== undefined);
  return notes.length > 0 ? { note: notes.join("; ") } : {};
}

/** The note of a scan after which the weights were reset. */
const NOT_FINITE =
  "not adapted: a weight was no longer a number, so the weights were reset to the source; a lower learningRate may help";

/** Draws the weights back, or resets them where no step was taken or a weight is not a number. */
async function limitDrift(
  learner: Learner,
  source: LearnerSource,
  steps: number,
  { anchor, bound }: DriftLimits,
): Promise<Drift> {
  const reached = await learner.distance(source);
  if (steps === 0 || reached === null) {
    learner.reset(source);
    return { reached, kept: 0, guard: "reset" };
  }
  const isBeyond = bound !== undefined && reached * (1 - anchor) > bound;
  const share = isBeyond ? 1 - bound / reached : anchor;
  if (share === 0) return { reached, kept: reached, guard: "none" };
  learner.drawBack(source, share);
  return { reached, kept: reached * (1 - share), guard: isBeyond ? "bound" : "anchor" };
}
