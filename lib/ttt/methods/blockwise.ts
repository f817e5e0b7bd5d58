/**
 * How methods learn on scans that are cut into blocks: statistics over all blocks, and gradient steps on blocks
 * that are drawn.
 *
 * @module
 */
import type { Parameters } from "../../nn/parameters.ts";
import type { Learner } from "../learner.ts";
import { OptionError } from "../option_error.ts";
import { nothingSeen } from "../photographs.ts";
import { adaptationPlan, LossHistory, type Statistics } from "../plans.ts";
import { chooseStatistics, lossOf } from "../prediction.ts";
import { PopulationStatistics } from "../statistics.ts";
import { type BlockContext, type Learned, photographsOf } from "../method.ts";
import { mistrusted } from "./guard.ts";
import type { DistillationSettings } from "./distillation_settings.ts";

/** The last losses that tell whether the source KD loss is reached: single blocks differ. */
const LOSSES_PER_LOOK = 5;

/**
 * A copy of the weights by which all blocks are read alike. Where norm layers are to take the scan's own
 * statistics, those over all blocks become the running ones of the copy.
 */
export async function readyToRead(
  context: BlockContext,
  weights: Parameters,
  statistics: Statistics,
): Promise<Parameters> {
  const copy = weights.clone();
  try {
    if (statistics === "batch") {
      const population = new PopulationStatistics();
      for (let index = 0; index < context.blocks; index++) {
        await context.open(index, async (block) => {
          const { count } = block.scan.voxels;
          await context.work.time(
            "adapt",
            () => population.add({ ...block, parameters: copy }, count),
          );
        }, false);
      }
      copy.load(new Map([...await copy.stateDict(), ...population.tensors()]));
    }
    return copy;
  } catch (error) {
    copy.destroy();
    throw error;
  }
}

/** What was learned where nothing was but statistics. */
export async function learnStatistics(
  context: BlockContext,
  statistics: Statistics | "auto",
): Promise<Learned> {
  const chosen = statistics === "auto" ? await chooseByBlock(context) : statistics;
  const parameters = await readyToRead(context, context.parameters, chosen);
  return { parameters, steps: 0, losses: [], [Symbol.dispose]: () => parameters.destroy() };
}

/** The statistics by which the first block in sight agrees better with the photographs. */
async function chooseByBlock(context: BlockContext): Promise<Statistics> {
  for (const index of draw(context)) {
    const chosen = await context.open(index, async (block) => {
      const { target, seen } = photographsOf(block);
      return seen.some(Boolean) ? await chooseStatistics(block, target, "auto") : null;
    });
    if (chosen) return chosen;
  }
  throw nothingSeen();
}

/** All blocks in a random order. */
function draw({ random, blocks }: BlockContext): number[] {
  return [...random.sample(blocks, blocks)];
}

/**
 * TTT-KD on a large scan: every step is taken on another block, drawn without repetition until all were drawn;
 * blocks that no photograph shows are passed over. The learner's weights move.
 *
 * @throws {OptionError} on settings that need the whole scan at once.
 */
export async function distilBlocks(
  context: BlockContext,
  settings: DistillationSettings,
  learner: Learner,
): Promise<Learned> {
  const { gpu, work, card } = context;
  const whole = [
    ["average", settings.average],
    ["consistency", settings.consistency > 0],
    ["stop", settings.stop === "held-out"],
  ] as const;
  for (const [name, isAsked] of whole) {
    if (!isAsked) continue;
    throw new OptionError(
      `Cannot set ${name} to ${settings[name]}: the scan is cut into ${context.blocks} blocks; ` +
        "leave it out, or set a larger voxelSize",
      name,
    );
  }
  using history = new LossHistory(gpu, settings.steps);
  const { learningRate, momentum, steps, guard, stop } = settings;
  const sgd = { learningRate, momentum, weightDecay: 0 };
  const sourceKdLoss = card.teacher?.sourceKdLoss;
  let statistics: Statistics | null = null;
  let first: number | null = null;
  let taken = 0;
  let note: string | undefined;
  let queue: number[] = [];
  for (let unseen = 0; taken < steps && note === undefined;) {
    if (queue.length === 0) queue = draw(context);
    await context.open(queue.pop()!, async (block) => {
      const { target, seen } = photographsOf(block);
      if (!seen.some(Boolean)) {
        if (++unseen === context.blocks) throw nothingSeen();
        return;
      }
      unseen = 0;
      const moving = { ...block, parameters: learner.parameters };
      statistics ??= await chooseStatistics(moving, target, settings.statistics);
      if (first === null) {
        first = await lossOf(moving, target, statistics);
        note = mistrusted(first, guard, sourceKdLoss);
        if (note !== undefined) return;
      }
      await work.time("adapt", async () => {
        using plan = adaptationPlan(moving, target, history, learner.velocity, sgd, {
          statistics: statistics!,
        });
        plan.submit();
        await work.stepped(++taken, steps, history);
      });
    });
    if (stop === "source-loss" && sourceKdLoss !== undefined && taken >= LOSSES_PER_LOOK) {
      const last = (await history.values()).slice(-LOSSES_PER_LOOK);
      if (last.reduce((sum, loss) => sum + loss) <= sourceKdLoss * last.length) {
        note = `stopped after ${taken} steps: the loss is that of source scenes`;
      }
    }
  }
  const losses = taken > 0 ? await history.values() : [first ?? NaN];
  const parameters = await readyToRead(context, learner.parameters, statistics ?? "batch");
  return { parameters, steps: taken, losses, note, [Symbol.dispose]: () => parameters.destroy() };
}
