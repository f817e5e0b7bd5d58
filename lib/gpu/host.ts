/**
 * A device can be lost at any time (driver reset, sleep). The host hands out the one in use, and opens a fresh one when
 * it is asked again after a loss.
 *
 * @module
 */
import { Gpu, type GpuOptions } from "./gpu.ts";

/** Holds one {@link Gpu} and replaces it once it is lost. */
export class GpuHost {
  readonly #options: GpuOptions;
  readonly #open: (options: GpuOptions) => Promise<Gpu>;
  #current: Promise<Gpu> | null = null;

  /** Opens nothing yet; `options` are those of every device that `open` opens. */
  constructor(
    options: GpuOptions,
    open: (options: GpuOptions) => Promise<Gpu> = (options) => Gpu.open(options),
  ) {
    this.#options = options;
    this.#open = open;
  }

  /** The device in use. Calls that come while it opens wait for the same one. */
  get(): Promise<Gpu> {
    if (this.#current) return this.#current;
    const opening = this.#open(this.#options);
    this.#current = opening;
    const forget = () => {
      if (this.#current === opening) this.#current = null;
    };
    opening.then((gpu) => gpu.lost.then(forget), forget);
    return opening;
  }

  /** Destroys the device, if one is open. */
  async close(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    (await current?.catch(() => null))?.destroy();
  }
}
