/**
 * TTT-KD-O (arXiv 2403.11691), online: one step a scan, and the weights are kept over the sequence. Against
 * drift, the weights may be drawn back towards the source after every scan, or a scan that the guard does not
 * trust may send them home.
 *
 * @module
 */
import { Learner, type LearnerSource } from "../learner.ts";
import { defineMethod, numberSetting } from "./method.ts";
import { distilBlocks } from "./blockwise.ts";
import { distil, distillationSettings, readDistilled } from "./ttt_kd.ts";

const settings = distillationSettings.extend({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(0.4, { min: 0, max: 10 }).describe("of SGD"),
  anchor: numberSetting(0, { min: 0, max: 1 }).describe(
    "share of the way back to the source weights after every scan; 0 leaves them",
  ),
});

export const tttKdOnline = defineMethod({
  name: "ttt-kd-online",
  about: "one gradient step on the distillation loss a scan, weights kept over the sequence",
  checkpoint: "joint",
  usesPhotographs: true,
  online: true,
  adapts: true,
  settings,
  grid: [
    { learningRate: 0.05 },
    { learningRate: 0.1 },
    { learningRate: 0.2 },
    { learningRate: 0.4 },
    { learningRate: 0.2, anchor: 0.05 },
    { learningRate: 0.4, anchor: 0.05 },
  ],
  async adapt(context, { anchor, ...rest }) {
    const learner = context.memory.recall(() => new Learner(context));
    const adapted = await distil(context, rest, learner);
    keep(learner, context, adapted.steps, anchor);
    return adapted;
  },
  blockwise: {
    async learn(context, { anchor, ...rest }) {
      const learner = context.memory.recall(() => new Learner(context));
      const learned = await distilBlocks(context, rest, learner);
      keep(learner, context, learned.steps, anchor);
      return learned;
    },
    read: readDistilled,
  },
});

/** What the next scan starts from: the source where the guard took no step, or a share of the way back. */
function keep(learner: Learner, source: LearnerSource, steps: number, anchor: number): void {
  if (steps === 0) learner.reset(source);
  else if (anchor > 0) learner.drawBack(source, anchor);
}
