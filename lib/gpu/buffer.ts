/**
 * A storage buffer with an owner. The ledger counts the live ones, so that a test can say that a request
 * left nothing behind; Deno's own leak checks do not see GPU memory.
 *
 * @module
 */

/** Live buffers and their bytes. */
export class Ledger {
  #live = new Set<GpuBuffer>();
  #peak = 0;
  #bytes = 0;

  /** Number of live buffers. */
  get live(): number {
    return this.#live.size;
  }

  /** Bytes of all live buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Most bytes that were ever live at once since {@link Ledger.resetPeak}. */
  get peak(): number {
    return this.#peak;
  }

  /** Labels of the live buffers, for messages. */
  labels(): string[] {
    return [...this.#live].map((buffer) => buffer.label);
  }

  resetPeak(): void {
    this.#peak = this.#bytes;
  }

  enter(buffer: GpuBuffer): void {
    this.#live.add(buffer);
    this.#bytes += buffer.size;
    this.#peak = Math.max(this.#peak, this.#bytes);
  }

  leave(buffer: GpuBuffer): void {
    if (this.#live.delete(buffer)) this.#bytes -= buffer.size;
  }
}

/** One owned GPU buffer. `destroy()` hands its memory back; any use after that throws. */
export class GpuBuffer implements Disposable {
  readonly label: string;
  /** Bytes, a multiple of 16. */
  readonly size: number;
  #handle: GPUBuffer | null;
  readonly #release: (buffer: GpuBuffer, handle: GPUBuffer) => void;

  constructor(
    label: string,
    size: number,
    handle: GPUBuffer | null,
    release: (buffer: GpuBuffer, handle: GPUBuffer) => void,
  ) {
    this.label = label;
    this.size = size;
    this.#handle = handle;
    this.#release = release;
  }

  /** A buffer on paper: graphs are laid out over it as over any other, but it never holds memory. */
  static onPaper(label: string, size: number): GpuBuffer {
    return new GpuBuffer(label, size, null, () => {});
  }

  /**
   * The WebGPU buffer.
   *
   * @throws {TypeError} after `destroy()`, and where the buffer stands on paper only.
   */
  get handle(): GPUBuffer {
    if (!this.#handle) {
      throw new TypeError(
        `Cannot use buffer "${this.label}": it was destroyed, or stands on paper only`,
      );
    }
    return this.#handle;
  }

  /** Hands the memory back; calling it again does nothing. Queued work that uses the buffer still completes. */
  destroy(): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#handle = null;
    this.#release(this, handle);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
