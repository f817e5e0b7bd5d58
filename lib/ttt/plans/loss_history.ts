/**
 * Losses gathered on the GPU, so that a step needs no readback.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../../gpu/mod.ts";
import { Tensor } from "../../graph/tensor.ts";

/** A count of losses and up to `capacity` of them, on the GPU. Owns its buffer. */
export class LossHistory implements Disposable {
  readonly tensor: Tensor;
  readonly capacity: number;
  readonly #gpu: Gpu;
  readonly #buffer: GpuBuffer;

  /** @param capacity the most losses that it keeps. */
  constructor(gpu: Gpu, capacity: number) {
    this.#gpu = gpu;
    this.capacity = capacity;
    this.#buffer = gpu.zeros("loss history", (capacity + 1) * 4);
    this.tensor = new Tensor("loss history", 1, capacity + 1, { binding: this.#buffer });
  }

  /** Reads all losses so far: one readback. */
  async values(): Promise<number[]> {
    const words = await this.#gpu.read(this.#buffer, Uint32Array, this.capacity + 1);
    return [...new Float32Array(words.buffer, 4, words[0])];
  }

  [Symbol.dispose](): void {
    this.#buffer.destroy();
  }
}

/** Where progress reads the losses so far: a {@link LossHistory}, or those that the host worked out. */
export type LossReader = Pick<LossHistory, "values">;

/** Where a graph appends its losses: a {@link LossHistory}, or its layout alone. */
export type LossSink = Pick<LossHistory, "tensor" | "capacity">;
