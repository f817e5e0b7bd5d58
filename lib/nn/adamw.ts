/**
 * AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) over the learned parameters of a network, or over some of its parts,
 * in one submit for each step. Without weight decay a parameter without a gradient keeps its bits, so a method changes
 * only the parameters that it asks gradients for.
 *
 * @module
 */
import { adam } from "../../kernels/optimizers/records.ts";
import { type Binding, type Gpu, type GpuBuffer, lossScaleOf, Program } from "../gpu/mod.ts";
import { type AdamOptions, adamParams, adamStep } from "../graph/optimizers/adam.ts";
import { launchOverRanges, wholeBuffer } from "../graph/optimizers/bindable_ranges.ts";
import type { Part } from "./parameter_spec.ts";
import type { Parameters } from "./parameters.ts";

/** What an optimizer remembers of its steps. */
export interface AdamWState {
  /** Steps taken. */
  readonly step: number;
  /** Moving averages of the gradients, laid out like the parameters. */
  readonly first: Float32Array;
  /** Those of their squares. */
  readonly second: Float32Array;
}

/** Applies the gradients of parameters, and sets them to zero. Owns the moments. */
export class AdamW implements Disposable {
  readonly #gpu: Gpu;
  readonly #first: GpuBuffer;
  readonly #second: GpuBuffer;
  readonly #program: Program;
  readonly #owned: DisposableStack;
  readonly #options: Omit<AdamOptions, "learningRate">;
  /** That of graphs which were made for the device. */
  readonly #lossScale: number;
  /** vec4f that each launch moves. */
  readonly #counts: number[] = [];
  #step = 0;

  /** @param parts the first and the last of the parts to change; all parts by default. */
  constructor(
    gpu: Gpu,
    parameters: Parameters,
    weightDecay: number,
    parts: readonly [first: Part, last: Part] = ["backbone", "reconstruction"],
  ) {
    const { offset, size } = parameters.range(...parts);
    const values = { buffer: parameters.values, offset, size };
    const gradient = { buffer: parameters.gradients, offset, size };
    this.#lossScale = lossScaleOf(gpu.kernels.precision);
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    using owned = new DisposableStack();
    const first = owned.use(gpu.zeros("first moments", size));
    const second = owned.use(gpu.zeros("second moments", size));
    this.#gpu = gpu;
    this.#first = first;
    this.#second = second;
    this.#program = owned.use(
      new Program(
        gpu,
        launchOverRanges(
          { values, gradient, first: wholeBuffer(first), second: wholeBuffer(second) },
          (part, count) => {
            this.#counts.push(count);
            return adamStep<Binding>(
              part,
              count,
              1,
              { ...this.#options, learningRate: 0 },
              this.#lossScale,
            );
          },
        ),
        "AdamW",
      ),
    );
    this.#owned = owned.move();
  }

  /** Takes one step at a learning rate. */
  step(learningRate: number): void {
    this.#step++;
    const options = { ...this.#options, learningRate };
    this.#counts.forEach((count, i) =>
      this.#program.setParams(i, adam, adamParams(count, this.#step, options, this.#lossScale))
    );
    this.#program.submit();
  }

  /** Reads what it remembers. */
  async state(): Promise<AdamWState> {
    const first = await this.#gpu.read(this.#first, Float32Array);
    return { step: this.#step, first, second: await this.#gpu.read(this.#second, Float32Array) };
  }

  /** Goes on from what an optimizer of the same parameters remembered. */
  restore({ step, first, second }: AdamWState): void {
    this.#step = step;
    this.#gpu.write(this.#first, first);
    this.#gpu.write(this.#second, second);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
