/**
 * The prediction of weights that are being adapted, with or without test-time augmentation.
 *
 * @module
 */
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import { Random } from "../random/random.ts";
import type { Points } from "../voxels/points.ts";
import { AugmentationAverage } from "./augmentation_average.ts";
import { drawAugmentation } from "./augmentation.ts";
import type { AdaptationContext } from "./method.ts";
import type { NormStatistics } from "./plans/context.ts";
import { PredictionPlan } from "./plans/prediction.ts";
import type { Probabilities } from "./probabilities.ts";

/** Every scan gets the same rotations, whatever else draws random numbers. */
const AUGMENTATION_SEED = 2;
/** Augmentations are rotated and mirrored only: weights adapted to a scan know its own scale and noise. */
const RIGID = { scale: 0, colour: 0, jitter: 0 };

/** How a {@link Predictor} predicts. */
export interface PredictorOptions {
  readonly statistics: NormStatistics;
  /** Number of rotated and mirrored augmentations whose predictions are averaged with the scan's own; 0 for the scan alone. */
  readonly augmentations: number;
  /** The scan's targets, by which augmentations are weighed; null to weigh them alike. */
  readonly target: DistillationTarget | null;
}

/** Predicts by the same weights again and again, with the same augmentations. Owns its buffers. */
export class Predictor implements Disposable {
  readonly #context: AdaptationContext;
  readonly #options: PredictorOptions;
  readonly #augmentations: readonly Points[];
  readonly #owned = new DisposableStack();
  #plan: PredictionPlan | null = null;
  #average: AugmentationAverage | null = null;

  /** Draws the augmentations; plans are made when they are first needed. */
  constructor(context: AdaptationContext, options: PredictorOptions) {
    const random = new Random(AUGMENTATION_SEED);
    this.#context = context;
    this.#options = options;
    this.#augmentations = Array.from(
      { length: options.augmentations },
      () => drawAugmentation(context.points, RIGID, random),
    );
  }

  /**
   * Predicts with the weights as they stand.
   *
   * @param onPass called after every pass over the scan with the number that are done, and of all passes.
   */
  async predict(onPass?: (done: number, passes: number) => void): Promise<Probabilities> {
    const context = this.#context;
    const { statistics, target } = this.#options;
    if (this.#augmentations.length === 0) {
      this.#plan ??= this.#owned.use(new PredictionPlan(context, statistics));
      this.#plan.submit();
      return await this.#plan.read();
    }
    const average = this.#average ??= this.#owned.use(new AugmentationAverage(context, target));
    average.clear();
    const scans = [undefined, ...this.#augmentations];
    for (const [index, augmentation] of scans.entries()) {
      await average.add(context, statistics, augmentation);
      onPass?.(index + 1, scans.length);
    }
    return await average.probabilities(context);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/**
 * Predicts once, as the phase `predict`; see {@link Predictor}.
 *
 * @param place which of several predictions in a row it is, and how many there are.
 */
export async function predictOnce(
  context: AdaptationContext,
  options: PredictorOptions,
  place = { index: 0, count: 1 },
): Promise<Probabilities> {
  const { index, count } = place;
  using predictor = new Predictor(context, options);
  return await predictor.predict((done, passes) =>
    context.work.advanced("predict", index * passes + done, count * passes)
  );
}
