/**
 * Whether weights that were kept from earlier scans still serve: a new scan, which they have not learned from, tells.
 *
 * @module
 */
import type { Learner } from "../../learner.ts";
import { photographsOf, type UnpredictedBlock } from "../../method.ts";
import { chooseStatistics } from "../../norm_statistics.ts";
import { kdLossOf } from "../../plans/prediction.ts";
import { choiceSetting } from "../../settings.ts";
import type { DistillationSettings } from "./settings.ts";

/** When kept weights return to the source before a scan. */
export const resetSetting = choiceSetting("never", ["never", "kd-loss"]).unwrap().optional()
  .describe(
    "when the weights return to those of the source before a scan: `never`, or `kd-loss`, where their KD loss on the new scan is above that of the source weights",
  );

/**
 * Returns a learner to the source where its KD loss on a new scan is above that of the source weights, or is no number.
 *
 * @returns why it was reset; undefined where it was not.
 */
export async function resetWhereWorse(
  context: UnpredictedBlock,
  learner: Learner,
  wanted: DistillationSettings["statistics"],
): Promise<string | undefined> {
  const { target } = photographsOf(context);
  const lossBy = async (parameters: UnpredictedBlock["parameters"]) => {
    const by = { ...context, parameters };
    return await kdLossOf(by, target, await chooseStatistics(by, target, wanted));
  };
  const [kept, source] = [await lossBy(learner.parameters), await lossBy(context.parameters)];
  if (kept <= source) return undefined;
  learner.reset(context);
  return "the weights were reset to the source before this scan: " +
    `their KD loss ${kept.toFixed(3)} was above that of the source weights, ${source.toFixed(3)}`;
}
