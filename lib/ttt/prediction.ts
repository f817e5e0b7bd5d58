/**
 * How weights that may be moving are asked for their prediction: by which statistics of the norm layers, and
 * of the scan alone or of several views of it.
 *
 * @module
 */
import type { DistillationTarget } from "../graph/ops/cosine_distillation.ts";
import { Random } from "../worlds/random.ts";
import type { AdaptationContext } from "./methods/method.ts";
import { LossHistory, type PlanContext, PredictionPlan, type Statistics } from "./plans.ts";
import type { Probabilities } from "./probabilities.ts";
import type { Points } from "./sparse_scan.ts";
import { drawView, ViewAverage } from "./view_average.ts";

/** Every scan is looked at from the same angles, whatever else draws random numbers. */
const COPIES_SEED = 2;

/** Asks the same weights again and again, on the same views. */
export class Predictor implements Disposable {
  readonly #context: AdaptationContext;
  readonly #statistics: Statistics;
  readonly #views: readonly Points[];
  readonly #owned = new DisposableStack();
  #plan: PredictionPlan | null = null;
  #average: ViewAverage | null = null;

  /** @param copies random views that are averaged with the scan itself; 0 for the scan alone. */
  constructor(context: AdaptationContext, statistics: Statistics, copies: number) {
    const { points, scan } = context;
    const random = new Random(COPIES_SEED);
    this.#context = context;
    this.#statistics = statistics;
    this.#views = Array.from(
      { length: copies },
      () => drawView(points, scan.voxels.size, random),
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
    const average = this.#average ??= this.#owned.use(new ViewAverage(context));
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
