/**
 * One scan at a time on the GPU, first come first served, with a bounded number waiting.
 *
 * No promise chain links one job to the next: a job that fails, or a client that leaves, gives its turn
 * on by leaving the scope of its `using`.
 *
 * @module
 */

/** All places are taken; try again later. */
export class BusyError extends Error {
  override name = "BusyError";
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}

interface Waiter {
  place: Place;
  start: () => void;
}

/** Hands out turns on the GPU in the order in which they are asked for. */
export class GpuTurns {
  readonly #places: number;
  readonly #counted = new Set<Place>();
  readonly #waiting: Waiter[] = [];
  #holder: Place | null = null;
  #heldSince = 0;
  #lastTurnSeconds = 10;
  #endedTurnsSeconds = 0;

  /** @param places how many may be inside at once, the one that has its turn included. */
  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Takes a place; leave it by `using`, whether or not its turn ever came.
   *
   * @throws {BusyError} when all places are taken.
   */
  enter(): Place {
    if (this.#counted.size >= this.#places) {
      throw new BusyError(
        `Cannot take another scan: ${this.#places} are already at work or waiting`,
        Math.ceil(this.#lastTurnSeconds * this.#places),
      );
    }
    const place = this.enterAlways();
    this.#counted.add(place);
    return place;
  }

  /** Takes a place that does not count, for those whose number is bounded elsewhere. */
  enterAlways(): Place {
    const place: Place = new Place(
      (signal) => this.#turn(place, signal),
      () => this.#leave(place),
    );
    return place;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Seconds in all turns so far, the one that lasts included. */
  get busySeconds(): number {
    return this.#endedTurnsSeconds + (this.#holder ? this.#heldSeconds() : 0);
  }

  async #turn(place: Place, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#holder === null) return this.#grant(place);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#forget(place);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.push({ place, start: resolve });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #grant(place: Place): void {
    this.#holder = place;
    this.#heldSince = performance.now();
  }

  #heldSeconds(): number {
    return (performance.now() - this.#heldSince) / 1000;
  }

  #forget(place: Place): void {
    const index = this.#waiting.findIndex((waiter) => waiter.place === place);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #leave(place: Place): void {
    this.#counted.delete(place);
    this.#forget(place);
    if (this.#holder !== place) return;
    this.#lastTurnSeconds = this.#heldSeconds();
    this.#endedTurnsSeconds += this.#lastTurnSeconds;
    this.#holder = null;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#grant(next.place);
    next.start();
  }
}

/** A place among those who wait for the GPU. */
export class Place implements Disposable {
  /** Resolves when the turn has come; rejects with the signal's reason once that is aborted. */
  readonly turn: (signal?: AbortSignal) => Promise<void>;
  readonly #leave: () => void;

  constructor(turn: (signal?: AbortSignal) => Promise<void>, leave: () => void) {
    this.turn = turn;
    this.#leave = leave;
  }

  [Symbol.dispose](): void {
    this.#leave();
  }
}
