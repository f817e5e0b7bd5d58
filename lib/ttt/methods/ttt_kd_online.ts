/**
 * TTT-KD-O (arXiv 2403.11691), online: one step a scan, and the weights are kept over the sequence. Against
 * drift, the weights may be drawn back towards the source after every scan, or held within a bound, or a scan that
 * the guard does not trust may send them home. How far they went, and which of these held them, is reported.
 *
 * @module
 */
import { Learner, type LearnerSource } from "../learner.ts";
import type { Drift } from "../online_state.ts";
import { defineMethod, numberSetting } from "../method.ts";
import { distilBlocks } from "./blockwise.ts";
import { distil, readDistilled } from "./ttt_kd.ts";
import { distillationSettings } from "./distillation_settings.ts";

const settings = distillationSettings.extend({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(0.4, { min: 0, max: 10 }).describe("of SGD"),
  anchor: numberSetting(0, { min: 0, max: 1 }).describe(
    "share of the way back to the source weights after every scan; 0 leaves them",
  ),
  // Without a default: there is no bound.
  bound: numberSetting(0, { min: 0, max: 100 }).unwrap().optional().describe(
    "how far the weights may go from those of the source, as a share of their length; after a scan that took them further they are drawn back so far",
  ),
});

/** What holds the weights back. */
interface Guards {
  anchor: number;
  bound?: number | undefined;
}

export const tttKdOnline = defineMethod({
  name: "ttt-kd-online",
  about: "one gradient step on the distillation loss a scan, weights kept over the sequence",
  checkpoint: "joint",
  usesPhotographs: true,
  online: true,
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
  async adapt(context, { anchor, bound, ...rest }) {
    const learner = context.memory.recall(() => new Learner(context));
    const adapted = await distil(context, rest, learner);
    const drift = await keep(learner, context, adapted.steps, { anchor, bound });
    if (drift.reached !== null) return { ...adapted, drift };
    return { ...adapted, probabilities: context.source, drift, note: NO_NUMBERS };
  },
  blockwise: {
    async learn(context, { anchor, bound, ...rest }) {
      const learner = context.memory.recall(() => new Learner(context));
      const learned = await distilBlocks(context, rest, learner);
      const drift = await keep(learner, context, learned.steps, { anchor, bound });
      if (drift.reached !== null) return { ...learned, drift };
      learned.parameters.copyFrom(context.parameters);
      return { ...learned, drift, note: NO_NUMBERS };
    },
    read: readDistilled,
  },
});

const NO_NUMBERS =
  "not adapted: the weights were no numbers any more, and went back to the source; a lower learningRate may help";

/** What the next scan starts from: the source where the guard took no step, or a share of the way back. */
async function keep(
  learner: Learner,
  source: LearnerSource,
  steps: number,
  { anchor, bound }: Guards,
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
