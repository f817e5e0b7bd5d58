/**
 * Times of passes by the GPU's own clock. Many passes are timed before anything is read back, so that the measurement
 * does not hold up what it measures.
 *
 * @module
 */
import type { GpuBuffer } from "./buffer.ts";

/** What a stopwatch needs of its device; implemented by `Gpu`. */
export interface StopwatchDevice {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** Optional features of the device. */
  readonly features: GPUSupportedFeatures;
  /** Makes a buffer that timestamp queries resolve into. */
  queryBuffer(label: string, bytes: number): GpuBuffer;
  /** Reads a buffer back to the host. */
  read(buffer: GpuBuffer, type: typeof Uint32Array): Promise<Uint32Array<ArrayBufferLike>>;
  /** Submits the commands that `encode` records. */
  submit(encode: (encoder: GPUCommandEncoder) => void, label: string): void;
}

/** Timestamps before and after each of some passes. */
export class Stopwatch implements Disposable {
  readonly #gpu: StopwatchDevice;
  readonly #queries: GPUQuerySet;
  readonly #passes: number;

  /** The most passes that one stopwatch can time: WebGPU allows 4096 timestamps in a set. */
  static readonly most = 2048;

  /**
   * Prepares to time `passes` passes, at most {@link Stopwatch.most}.
   *
   * @throws {RangeError} where the adapter has no timestamp queries.
   */
  constructor(gpu: StopwatchDevice, passes: number) {
    if (!gpu.features.has("timestamp-query")) {
      throw new RangeError("Cannot profile: the adapter has no timestamp-query feature");
    }
    this.#gpu = gpu;
    this.#passes = passes;
    this.#queries = gpu.device.createQuerySet({
      label: "stopwatch",
      type: "timestamp",
      count: passes * 2,
    });
  }

  /** What pass number `pass` (from 0) has to be begun with. */
  around(pass: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  /** Nanoseconds of each pass, once all have been submitted. */
  async nanoseconds(): Promise<number[]> {
    using stamps = this.#gpu.queryBuffer("timestamps", this.#passes * 16);
    this.#gpu.submit((encoder) => {
      encoder.resolveQuerySet(this.#queries, 0, this.#passes * 2, stamps.handle, 0);
    }, "timestamps");
    const read = new BigUint64Array((await this.#gpu.read(stamps, Uint32Array)).buffer);
    return Array.from(
      { length: this.#passes },
      (_, pass) => Number(read[2 * pass + 1]! - read[2 * pass]!),
    );
  }

  /** Frees the timestamps. */
  [Symbol.dispose](): void {
    this.#queries.destroy();
  }
}
