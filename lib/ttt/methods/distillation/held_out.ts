/**
 * Photographs that are held out of the steps, so that their loss shows when adaptation stops helping.
 *
 * @module
 */
import type { DistillationTarget } from "../../../graph/losses/cosine_distillation.ts";
import { type AdaptationContext, photographsOf } from "../../method.ts";
import type { NormStatistics } from "../../plans/context.ts";
import { kdLossOf } from "../../plans/prediction.ts";

/** One photograph in this many is held out. */
const HELD_OUT_ONE_IN = 4;

/** A split of a scan's photographs, with the lowest KD loss on the held-out ones so far. */
export class HeldOutPhotographs {
  /** Targets from the photographs that are not held out. */
  readonly rest: DistillationTarget;
  readonly #held: DistillationTarget;
  readonly #statistics: NormStatistics;
  #lowest: number;

  private constructor(
    rest: DistillationTarget,
    held: DistillationTarget,
    statistics: NormStatistics,
    lowest: number,
  ) {
    this.rest = rest;
    this.#held = held;
    this.#statistics = statistics;
    this.#lowest = lowest;
  }

  /**
   * Holds out every fourth photograph and measures their loss with the source weights. Null where there are too
   * few to split.
   *
   * @param owned gets the targets of both parts.
   */
  static async choose(
    context: AdaptationContext,
    statistics: NormStatistics,
    owned: DisposableStack,
  ): Promise<HeldOutPhotographs | null> {
    const { views, pair } = photographsOf(context);
    if (views < HELD_OUT_ONE_IN) return null;
    const isHeld = (view: number) => view % HELD_OUT_ONE_IN === HELD_OUT_ONE_IN - 1;
    const all = Array.from({ length: views }, (_, view) => view);
    const rest = owned.use(await pair(all.filter((view) => !isHeld(view))));
    const held = owned.use(await pair(all.filter(isHeld)));
    const lowest = await kdLossOf(context, held, statistics);
    return new HeldOutPhotographs(rest, held, statistics, lowest);
  }

  /** Measures the held-out loss with the weights of `adapting`; true where it is lower than ever before. */
  async lossFell(adapting: AdaptationContext): Promise<boolean> {
    const loss = await kdLossOf(adapting, this.#held, this.#statistics);
    const fell = loss < this.#lowest;
    this.#lowest = Math.min(this.#lowest, loss);
    return fell;
  }
}
