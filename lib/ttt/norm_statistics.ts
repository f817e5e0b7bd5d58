/**
 * Choosing the statistics of the norm layers by how well features agree with the photographs.
 *
 * @module
 */
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import type { NormStatistics, PlanContext } from "./plans/context.ts";
import { kdLossOf } from "./plans/prediction.ts";

/**
 * Returns the wanted statistics; for `auto`, those with the lower KD loss. A scan like those of training is read
 * best by the statistics of training, a shifted one by its own.
 */
export async function chooseStatistics(
  context: PlanContext,
  target: DistillationTarget,
  wanted: NormStatistics | "auto",
): Promise<NormStatistics> {
  if (wanted !== "auto") return wanted;
  const own = await kdLossOf(context, target, "batch");
  return await kdLossOf(context, target, "running") < own ? "running" : "batch";
}
