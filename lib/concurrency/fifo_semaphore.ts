/**
 * A semaphore that is first in, first out, with a bounded number of reservations. It decides which scan works on
 * the GPU, and which other work must not overlap.
 *
 * `p-queue` keeps the order and drops waiters whose signal is aborted. What it lacks is here: a permit that `using`
 * releases, a bound that counts waiting and working clients alike, and the time for which permits were held.
 *
 * @module
 */
import PQueue from "p-queue";

/** Every reservation is taken; the client may try again later. */
export class BusyError extends Error {
  override name = "BusyError";
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}

/** The right to work. `using` releases it. */
export interface Permit extends Disposable {
  /** Gives the permit to the next waiter; further calls do nothing. */
  release(): void;
}

/** One of the limited number of clients that may wait or work. `using` releases it with its permit, if it has one. */
export interface Reservation extends Permit {
  /** Resolves once this reservation has a permit; rejects with the signal's reason if that is aborted before. */
  acquire(signal?: AbortSignal): Promise<void>;
}

/** Assumed seconds of work until the first permit was released. */
const GUESSED_SECONDS = 10;

/**
 * Hands out permits in the order in which they are asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BusyError, FifoSemaphore } from "./fifo_semaphore.ts";
 *
 * const semaphore = new FifoSemaphore(1, 2);
 * const order: string[] = [];
 * async function work(name: string) {
 *   using reservation = semaphore.reserve();
 *   await reservation.acquire();
 *   order.push(name);
 * }
 * const both = [work("first"), work("second")];
 * assert.throws(() => semaphore.reserve(), BusyError);
 * await Promise.all(both);
 * assert.deepEqual(order, ["first", "second"]);
 * ```
 */
export class FifoSemaphore {
  readonly #queue: PQueue;
  readonly #places: number;
  #reserved = 0;
  /** When each permit that is held now was acquired, in milliseconds. */
  readonly #acquiredAt = new Map<Permit, number>();
  #lastSeconds = GUESSED_SECONDS;
  #releasedSeconds = 0;

  /**
   * @param permits how many may work at once.
   * @param places how many may be reserved at once, waiting or working.
   */
  constructor(permits = 1, places = Infinity) {
    this.#queue = new PQueue({ concurrency: permits });
    this.#places = places;
  }

  /**
   * Takes one of the places, for work that is prepared before it needs a permit.
   *
   * @throws {BusyError} where every place is taken.
   */
  reserve(): Reservation {
    this.requirePlace();
    this.#reserved++;
    const owned = new DisposableStack();
    owned.defer(() => this.#reserved--);
    const release = () => owned.dispose();
    return {
      acquire: async (signal) => {
        const permit = await this.acquire(signal);
        if (owned.disposed) permit.release();
        else owned.use(permit);
      },
      release,
      [Symbol.dispose]: release,
    };
  }

  /**
   * Checks that there is a place, for work that may end before it needs one.
   *
   * @throws {BusyError} where every place is taken.
   */
  requirePlace(): void {
    if (this.#reserved < this.#places) return;
    throw new BusyError(
      `Cannot take another scan: ${this.#places} are already at work or waiting`,
      Math.ceil(this.#lastSeconds * this.#places),
    );
  }

  /**
   * Waits for a permit without taking a place, for work whose number is bounded elsewhere.
   *
   * @throws the signal's reason, where it is aborted before there is a permit.
   */
  async acquire(signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted();
    const acquired = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    // Not the caller's signal: p-queue would end the task, and so release the permit, while its holder still works.
    const waiting = new AbortController();
    const abort = () => waiting.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const hold = () => {
      acquired.resolve();
      return released.promise;
    };
    this.#queue.add(hold, { signal: waiting.signal }).catch(acquired.reject);
    try {
      await acquired.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    return this.#permit(released.resolve);
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Seconds for which permits were held so far, those that are held now included. */
  get busySeconds(): number {
    return this.#acquiredAt.values().reduce(
      (sum, since) => sum + secondsSince(since),
      this.#releasedSeconds,
    );
  }

  #permit(passOn: () => void): Permit {
    const release = () => {
      const since = this.#acquiredAt.get(permit);
      if (since === undefined) return;
      this.#acquiredAt.delete(permit);
      this.#lastSeconds = secondsSince(since);
      this.#releasedSeconds += this.#lastSeconds;
      passOn();
    };
    const permit: Permit = { release, [Symbol.dispose]: release };
    this.#acquiredAt.set(permit, performance.now());
    return permit;
  }
}

function secondsSince(milliseconds: number): number {
  return (performance.now() - milliseconds) / 1000;
}
