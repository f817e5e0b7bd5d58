/**
 * GPU buffers with an owner, and a ledger of the live ones, by which a test can show that a request left nothing
 * behind: Deno's own leak checks do not see GPU memory.
 *
 * @module
 */

/** The live buffers of a device and their bytes. */
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

  /** Most bytes that were live at once since {@link Ledger.resetPeak}. */
  get peak(): number {
    return this.#peak;
  }

  /** Labels of the live buffers, for messages. */
  labels(): string[] {
    return [...this.#live].map((buffer) => buffer.label);
  }

  /** Starts {@link Ledger.peak} again from the bytes that are live now. */
  resetPeak(): void {
    this.#peak = this.#bytes;
  }

  /** Counts a buffer that was made. */
  enter(buffer: GpuBuffer): void {
    this.#live.add(buffer);
    this.#bytes += buffer.size;
    this.#peak = Math.max(this.#peak, this.#bytes);
  }

  /** Counts a buffer that was destroyed. */
  leave(buffer: GpuBuffer): void {
    if (this.#live.delete(buffer)) this.#bytes -= buffer.size;
  }
}

/** One owned GPU buffer. `destroy()` hands its memory back; any use after that throws. */
export class GpuBuffer implements Disposable {
  /** Its name in messages. */
  readonly label: string;
  /** Bytes, a multiple of 16. */
  readonly size: number;
  #handle: GPUBuffer | null;
  readonly #release: (buffer: GpuBuffer, handle: GPUBuffer) => void;

  /** @param release takes the memory back on `destroy()`. */
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

  /** A placeholder without memory: a graph can be laid out over it, but not run. */
  static placeholder(label: string, size: number): GpuBuffer {
    return new GpuBuffer(label, size, null, () => {});
  }

  /**
   * The WebGPU buffer.
   *
   * @throws {TypeError} after `destroy()`, and for a placeholder.
   */
  get handle(): GPUBuffer {
    if (!this.#handle) {
      throw new TypeError(
        `Cannot use buffer "${this.label}": it was destroyed, or is a placeholder`,
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
