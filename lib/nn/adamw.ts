/**
 * AdamW over all learned parameters of a network: one launch a step. Without weight decay, what gets no
 * gradient keeps its bits, so the parameters that a method moves are those it asked gradients for.
 *
 * @module
 */
import { type Gpu, Program } from "../gpu/mod.ts";
import { type AdamOptions, adamParams, adamStep } from "../graph/ops/optimizer.ts";
import type { Parameters } from "./parameters.ts";

/** Applies the gradients of `parameters` and leaves them zero. Owns the moments. */
export class AdamW implements Disposable {
  readonly #program: Program;
  readonly #owned: DisposableStack;
  readonly #options: Omit<AdamOptions, "learningRate">;
  readonly #count: number;
  #step = 0;

  constructor(gpu: Gpu, parameters: Parameters, weightDecay: number) {
    const { values, gradients: gradient } = parameters;
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    this.#count = values.size / 16;
    using owned = new DisposableStack();
    const first = owned.use(gpu.zeros("first moments", values.size));
    const second = owned.use(gpu.zeros("second moments", values.size));
    this.#program = owned.use(
      new Program(gpu, [
        adamStep({ values, gradient, first, second }, this.#count, 1, {
          ...this.#options,
          learningRate: 0,
        }),
      ], "AdamW"),
    );
    this.#owned = owned.move();
  }

  /** One step at this rate: one submit. */
  step(learningRate: number): void {
    this.#step++;
    this.#program.setParams(
      0,
      adamParams(this.#count, this.#step, { ...this.#options, learningRate }),
    );
    this.#program.submit();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
