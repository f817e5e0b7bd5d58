/**
 * TTT-KD on a scan that is cut into blocks: every step is taken on another block.
 *
 * @module
 */
import type { Parameters } from "../../../nn/parameters.ts";
import { correctionTensor } from "../../corrections.ts";
import type { Learner } from "../../learner.ts";
import {
  type AdaptedWeights,
  type BlockContext,
  photographsOf,
  type UnpredictedBlock,
} from "../../method.ts";
import { chooseStatistics } from "../../norm_statistics.ts";
import { OptionError } from "../../option_error.ts";
import { nothingSeen } from "../../photographs.ts";
import { adaptationPlan } from "../../plans/adaptation.ts";
import type { NormStatistics } from "../../plans/context.ts";
import { LossHistory } from "../../plans/loss_history.ts";
import { kdLossOf } from "../../plans/prediction.ts";
import { adaptStatistics, drawBlocks, readyToPredict } from "../block_statistics.ts";
import { weighTargets } from "./target_weights.ts";
import type { DistillationSettings } from "./settings.ts";
import { mistrust, reachedSourceLoss, seenTooLittle } from "./guard.ts";

/** Losses whose mean is compared with the source KD loss: single blocks differ too much. */
const LOSSES_TO_STOP = 5;

/**
 * Adapts the learner's weights. Blocks are drawn without repetition until all were drawn, then anew; those that
 * no photograph shows are skipped.
 *
 * @param begin called with the first block that a photograph shows, before anything is measured.
 * @throws {OptionError} on settings that need the whole scan at once.
 * @throws {CameraError} where no photograph shows any block.
 */
export async function distilBlocks(
  context: BlockContext,
  settings: DistillationSettings,
  learner: Learner,
  others: readonly DistillationSettings[] = [],
  begin?: (block: UnpredictedBlock) => Promise<void>,
): Promise<AdaptedWeights> {
  refuseWholeScanSettings(context, settings);
  const readouts = [settings, ...others];
  const share = readouts.some(({ leastSeen }) => leastSeen) ? await shareSeen(context) : 1;
  const whyNoSteps = ({ leastSeen }: DistillationSettings) => seenTooLittle(share, leastSeen);
  const stays = (by: DistillationSettings) => whyNoSteps(by) !== undefined;
  if (readouts.every(stays)) {
    const still = await adaptStatistics(context, settings.statistics);
    return { ...still, unadapted: still.parameters, share, note: whyNoSteps(settings) };
  }
  using history = new LossHistory(context.gpu, settings.steps);
  const steps = new BlockSteps(context, settings, learner, history, begin);
  context.work.advanced("adapt", 0, settings.steps);
  let queue: number[] = [];
  for (let unseen = 0; !steps.isDone;) {
    if (queue.length === 0) queue = drawBlocks(context);
    const isSeen = await context.open(queue.pop()!, (block) => steps.take(block));
    unseen = isSeen ? 0 : unseen + 1;
    if (unseen === context.blocks) throw nothingSeen();
    await steps.stopAtSourceLoss();
  }
  const { taken, note, firstLoss, statistics } = steps;
  const losses = taken > 0 ? await history.values() : [firstLoss ?? NaN];
  using owned = new DisposableStack();
  const ready = async (weights: Parameters) =>
    owned.use(await readyToPredict(context, weights, statistics ?? "batch"));
  const parameters = await ready(learner.parameters);
  const unadapted = readouts.some((by) => (by.unadapted ?? 0) > 0 || stays(by))
    ? await ready(context.parameters)
    : undefined;
  const all = owned.move();
  return {
    ...{ parameters, unadapted, share, steps: taken, losses, note: note ?? whyNoSteps(settings) },
    [Symbol.dispose]: () => all.dispose(),
  };
}

/** Share of the points of all blocks that photographs see; points in the margins of several blocks count in each. */
async function shareSeen(context: BlockContext): Promise<number> {
  let [seen, points] = [0, 0];
  for (let index = 0; index < context.blocks; index++) {
    await context.open(index, (block) => {
      seen += block.scan.voxels.points * photographsOf(block).share;
      points += block.scan.voxels.points;
      return Promise.resolve();
    });
  }
  if (seen === 0) throw nothingSeen();
  return seen / points;
}

/** @throws {OptionError} naming a setting that needs the whole scan at once. */
function refuseWholeScanSettings({ blocks }: BlockContext, settings: DistillationSettings): void {
  const needWhole = [
    ["average", settings.average],
    ["consistency", settings.consistency > 0],
    ["stop", settings.stop === "held-out"],
  ] as const;
  for (const [name, isSet] of needWhole) {
    if (!isSet) continue;
    throw new OptionError(
      `Cannot set ${name} to ${settings[name]}: the scan is cut into ${blocks} blocks; ` +
        "leave it out, or set a larger voxelSize",
      name,
    );
  }
}

/** The steps on the blocks of one scan, and what was decided on the way. */
class BlockSteps {
  /** Steps taken. */
  taken = 0;
  /** Why the steps ended early, or were never begun. */
  note: string | undefined;
  /** KD loss of the first block before the first step. */
  firstLoss: number | null = null;
  /** Statistics of the norm layers; null until a block was seen. */
  statistics: NormStatistics | null = null;
  readonly #context: BlockContext;
  readonly #settings: DistillationSettings;
  readonly #learner: Learner;
  readonly #history: LossHistory;
  readonly #begin: ((block: UnpredictedBlock) => Promise<void>) | undefined;

  constructor(
    context: BlockContext,
    settings: DistillationSettings,
    learner: Learner,
    history: LossHistory,
    begin?: (block: UnpredictedBlock) => Promise<void>,
  ) {
    this.#begin = begin;
    this.#context = context;
    this.#settings = settings;
    this.#learner = learner;
    this.#history = history;
  }

  get isDone(): boolean {
    return this.taken >= this.#settings.steps || this.note !== undefined;
  }

  /** Takes one step on a block, unless the guard does not trust its photographs. False where none shows it. */
  async take(block: UnpredictedBlock): Promise<boolean> {
    const photographs = photographsOf(block);
    if (!photographs.seen.some(Boolean)) return false;
    const { learningRate, momentum, steps, guard, correctionWeight, targetTrust } = this.#settings;
    using owned = new DisposableStack();
    const target = await weighTargets(block.gpu, photographs.target, targetTrust ?? 0, owned);
    if (this.firstLoss === null) await this.#begin?.(block);
    const adapting = { ...block, parameters: this.#learner.parameters };
    const statistics = this.statistics ??= await chooseStatistics(
      adapting,
      target,
      this.#settings.statistics,
    );
    if (this.firstLoss === null) {
      this.firstLoss = await kdLossOf(adapting, target, statistics);
      this.note = mistrust(this.firstLoss, guard, this.#context.card);
      if (this.note !== undefined) return true;
    }
    const labels = correctionWeight > 0 && block.corrections
      ? correctionTensor(block.gpu, block.corrections, owned)
      : null;
    await this.#context.work.quiet.time("adapt", async () => {
      using plan = adaptationPlan(adapting, {
        target,
        ...(labels ? { corrections: { labels, weight: correctionWeight } } : {}),
        history: this.#history,
        velocity: this.#learner.velocity,
        sgd: { learningRate, momentum, weightDecay: 0 },
        statistics,
      });
      plan.submit();
      await this.#context.work.stepped(++this.taken, steps, this.#history);
    });
    return true;
  }

  /** Ends the steps once the mean of the last losses is that of source scenes, where the settings ask for it. */
  async stopAtSourceLoss(): Promise<void> {
    const { card } = this.#context;
    if (this.#settings.stop !== "source-loss" || card.teacher?.sourceKdLoss === undefined) return;
    if (this.taken < LOSSES_TO_STOP) return;
    const last = (await this.#history.values()).slice(-LOSSES_TO_STOP);
    if (last.reduce((sum, loss) => sum + loss) > card.teacher.sourceKdLoss * last.length) return;
    this.note = reachedSourceLoss(this.taken);
  }
}
