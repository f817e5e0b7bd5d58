/**
 * How long a run still takes, from what its finished cells took. Cells differ widely, so each counts by its
 * expected work, not as one.
 *
 * @module
 */

/** An estimate that grows better with every finished cell. */
export class TimeLeft {
  #remaining: number;
  #done = 0;
  #seconds = 0;

  /** @param work the work of all cells that are to be done, in any unit. */
  constructor(work: number) {
    this.#remaining = work;
  }

  /** Notes a cell of this much work that took so long. */
  finished(work: number, seconds: number): void {
    this.#remaining -= work;
    this.#done += work;
    this.#seconds += seconds;
  }

  /** Seconds that are left; null as long as nothing is finished. */
  get seconds(): number | null {
    return this.#done > 0 ? Math.max(0, this.#remaining) * this.#seconds / this.#done : null;
  }
}
