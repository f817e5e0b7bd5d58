/**
 * Estimates how long work still takes from how long its finished parts took. Parts differ widely, so each counts by its
 * expected work.
 *
 * @module
 */

/**
 * An estimate that improves with every finished part.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TimeLeft } from "./time_left.ts";
 *
 * const left = new TimeLeft(100);
 * left.finished(10, 5);
 * assert.equal(left.seconds, 45);
 * ```
 */
export class TimeLeft {
  #remaining: number;
  #done = 0;
  #seconds = 0;

  /** @param work the expected work of all parts that are to be done, in any unit. */
  constructor(work: number) {
    this.#remaining = work;
  }

  /** Notes that a part is finished. */
  finished(work: number, seconds: number): void {
    this.#remaining -= work;
    this.#done += work;
    this.#seconds += seconds;
  }

  /** Notes that a part will not be needed after all. */
  spared(work: number): void {
    this.#remaining -= work;
  }

  /** Seconds that are left; null before the first part is finished. */
  get seconds(): number | null {
    return this.#done > 0 ? Math.max(0, this.#remaining) * this.#seconds / this.#done : null;
  }
}
