/**
 * How weights that may be moving are asked for their prediction: by which statistics of the norm layers, and
 * of the scan alone or of several views of it.
 *
 * @module
 */
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import { Random } from "../random/random.ts";
import type { AdaptationContext } from "./method.ts";
import { LossHistory, type PlanContext, PredictionPlan, type Statistics } from "./plans.ts";
import type { Probabilities } from "./probabilities.ts";
import type { Points } from "../voxels/points.ts";
import { ViewAverage } from "./view_average.ts";
import { randomView } from "./views.ts";

/** Every scan is looked at from the same angles, whatever else draws random numbers. */
const AUGMENTATION_SEED = 2;
/** Copies are turned and mirrored alone: weights that a scan has moved know its own scale and noise. */
const COPY = { scale: 0, colour: 0, jitter: 0 };

/** Asks the same weights again and again, on the same views. */
export class Predictor implements Disposable {
  readonly #context: AdaptationContext;
  readonly #statistics: Statistics;
  readonly #target: DistillationTarget | null;
  readonly #views: readonly Points[];
  readonly #owned = new DisposableStack();
  #plan: PredictionPlan | null = null;
  #average: ViewAverage | null = null;

  /**
   * @param augmentations turned and mirrored views that are averaged with the scan itself; 0 for the scan alone.
   * @param target what the photographs say of the scan, by which views are weighed; null weighs them alike.
   */
  constructor(
    context: AdaptationContext,
    statistics: Statistics,
    augmentations: number,
    target: DistillationTarget | null,
  ) {
    const random = new Random(AUGMENTATION_SEED);
    this.#context = context;
    this.#statistics = statistics;
    this.#target = target;
    this.#views = Array.from(
      { length: augmentations },
      () => randomView(context.points, COPY, random),
    );
  }

  /** What the weights say as they stand. */
  async predict(): Promise<Probabilities> {
    const context = this.#context;
    if (this.#views.length === 0) {
      this.#plan ??= this.#owned.use(new PredictionPlan(context, this.#statistics));
      this.#plan.submit();
      return await this.#plan.read();
    }
    const average = this.#average ??= this.#owned.use(new ViewAverage(context, this.#target));
    average.clear();
    await average.add(context, this.#statistics);
    for (const view of this.#views) await average.add(context, this.#statistics, view);
    return await average.probabilities(context);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** The distillation loss as the weights stand. */
export async function lossOf(
  context: PlanContext,
  target: DistillationTarget,
  statistics: Statistics,
): Promise<number> {
  using history = new LossHistory(context.gpu, 1);
  using plan = new PredictionPlan(context, statistics, { target, history });
  plan.submit();
  return (await history.values())[0]!;
}

/**
 * The statistics asked for; `auto` takes those by which the network agrees better with the photographs: a
 * scan like those of training is read best by the statistics of training, a shifted one by its own.
 */
export async function chooseStatistics(
  context: PlanContext,
  target: DistillationTarget,
  wanted: Statistics | "auto",
): Promise<Statistics> {
  if (wanted !== "auto") return wanted;
  const own = await lossOf(context, target, "batch");
  return await lossOf(context, target, "running") < own ? "running" : "batch";
}
