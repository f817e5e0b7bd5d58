/**
 * Recycles raw GPU buffers by size class, under a cap in bytes: every scan differs in size, and allocating anew is slow
 * on real drivers.
 *
 * @module
 */

/**
 * The bytes of the size class that `bytes` bytes fall into. Classes are an eighth of an octave apart, so at most 12.5 %
 * of a buffer is slack.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1, 256, 5000, 1_000_000].map(sizeClass), [256, 256, 5120, 1_048_576]);
 * ```
 */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** Idle buffers by size class, oldest dropped first when the cap is reached. */
export class BufferPool {
  #idle = new Map<number, GPUBuffer[]>();
  #bytes = 0;
  /** What was made since {@link BufferPool.distrust}. */
  #trusted = new WeakSet<GPUBuffer>();
  readonly #create: (bytes: number) => GPUBuffer;
  /** Bytes that idle buffers may hold together. */
  readonly capacity: number;
  /** Bytes of the largest buffer that can be made, a multiple of 16. */
  readonly #largest: number;

  /**
   * Makes an empty pool.
   *
   * @param create makes a buffer of exactly as many bytes.
   * @param capacity bytes that idle buffers may hold together.
   * @param maxBufferSize bytes that the adapter allows for a buffer.
   */
  constructor(create: (bytes: number) => GPUBuffer, capacity: number, maxBufferSize: number) {
    this.#create = create;
    this.capacity = capacity;
    this.#largest = maxBufferSize - maxBufferSize % 16;
  }

  /** Bytes held by idle buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A buffer of at least `bytes` bytes; its content is undefined.
   *
   * @param bytes a multiple of 16 that the adapter allows; the last size class ends where the adapter's limit does.
   */
  take(bytes: number): GPUBuffer {
    const size = Math.min(sizeClass(bytes), this.#largest);
    const found = this.#idle.get(size)?.pop();
    if (!found) {
      const made = this.#create(size);
      this.#trusted.add(made);
      return made;
    }
    this.#bytes -= size;
    return found;
  }

  /** Takes a buffer back, or destroys it where it does not fit under the cap or is not trusted. */
  give(buffer: GPUBuffer): void {
    const trusted = this.#trusted.has(buffer);
    if (trusted && this.#bytes + buffer.size > this.capacity) this.clear(buffer.size);
    if (!trusted || this.#bytes + buffer.size > this.capacity) {
      buffer.destroy();
      return;
    }
    const idle = this.#idle.get(buffer.size);
    if (idle) idle.push(buffer);
    else this.#idle.set(buffer.size, [buffer]);
    this.#bytes += buffer.size;
  }

  /**
   * Destroys all idle buffers, and those in use once they come back: where the GPU had no memory, some of them are
   * buffers in name only, and nobody can tell which.
   */
  distrust(): void {
    this.clear();
    this.#trusted = new WeakSet();
  }

  /** Destroys idle buffers until `room` bytes fit under the cap (all of them by default). */
  clear(room: number = this.capacity): void {
    for (const [size, idle] of this.#idle) {
      while (idle.length > 0 && this.#bytes + room > this.capacity) {
        idle.pop()!.destroy();
        this.#bytes -= size;
      }
      if (idle.length === 0) this.#idle.delete(size);
    }
  }
}
