/**
 * The statistics of the norm layers on a scan that is cut into blocks: one set for all blocks, so that seams do
 * not show.
 *
 * @module
 */
import type { Parameters } from "../../nn/parameters.ts";
import { type AdaptedWeights, type BlockContext, photographsOf } from "../method.ts";
import { chooseStatistics } from "../norm_statistics.ts";
import { nothingSeen } from "../photographs.ts";
import type { NormStatistics } from "../plans/context.ts";
import { PopulationStatistics } from "../population_statistics.ts";

/**
 * Clones weights so that all blocks can be predicted alike by running statistics: with `batch`, those of the clone
 * are measured over all blocks. The caller owns the clone.
 */
export async function readyToPredict(
  context: BlockContext,
  weights: Parameters,
  statistics: NormStatistics,
): Promise<Parameters> {
  const copy = weights.clone();
  try {
    if (statistics === "batch") {
      const population = new PopulationStatistics();
      context.work.advanced("statistics", 0, context.blocks);
      for (let index = 0; index < context.blocks; index++) {
        await context.open(index, async (block) => {
          const { count } = block.scan.voxels;
          await context.work.quiet.time(
            "statistics",
            () => population.add({ ...block, parameters: copy }, count),
          );
        }, false);
        context.work.advanced("statistics", index + 1, context.blocks);
      }
      copy.loadStatistics(population.tensors());
    }
    return copy;
  } catch (error) {
    copy.destroy();
    throw error;
  }
}

/** Adapts the statistics only: no gradient steps. */
export async function adaptStatistics(
  context: BlockContext,
  wanted: NormStatistics | "auto",
): Promise<AdaptedWeights> {
  const statistics = wanted === "auto" ? await chooseByBlock(context) : wanted;
  const parameters = await readyToPredict(context, context.parameters, statistics);
  return { parameters, steps: 0, losses: [], [Symbol.dispose]: () => parameters.destroy() };
}

/** Chooses the statistics by the first drawn block that a photograph shows. */
async function chooseByBlock(context: BlockContext): Promise<NormStatistics> {
  for (const index of drawBlocks(context)) {
    const chosen = await context.open(index, async (block) => {
      const { target, seen } = photographsOf(block);
      return seen.some(Boolean) ? await chooseStatistics(block, target, "auto") : null;
    });
    if (chosen) return chosen;
  }
  throw nothingSeen();
}

/** Draws all blocks in a random order. */
export function drawBlocks({ random, blocks }: BlockContext): number[] {
  return [...random.sample(blocks, blocks)];
}
