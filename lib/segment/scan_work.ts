/**
 * The work on one scan, in passes of the network over a block of it, and how long the rest of it will take.
 *
 * @module
 */
import type { Progress } from "../ttt/progress.ts";
import { TimeLeft } from "./time_left.ts";

/** A gradient step is a pass forward and a pass backward, which costs two. */
const PASSES_PER_STEP = 3;

/** What is known of the work on a scan before it begins. */
export interface ScanWorkSize {
  /** Blocks that the scan is cut into; 1 where it is labelled in one piece. */
  blocks: number;
  /** Gradient steps. */
  steps: number;
  /** Test-time augmentations of every prediction. */
  augmentations: number;
  /** Predictions that are read from the adapted weights. */
  readouts: number;
}

/** The phases that take passes, in their order. */
const PHASES = ["adapt", "statistics", "predict"] as const;
type CountedPhase = typeof PHASES[number];

/**
 * Follows the work on a scan.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ScanWork } from "./scan_work.ts";
 *
 * let seconds = 0;
 * const work = new ScanWork({ blocks: 1, steps: 10, augmentations: 4, readouts: 1 }, () => seconds);
 * seconds = 15; // five steps, and so 15 of 35 passes
 * assert.equal(work.secondsLeft("adapt", 5, 10), 20);
 * ```
 */
export class ScanWork {
  readonly #passes: Readonly<Record<CountedPhase, number>>;
  readonly #now: () => number;
  readonly #left: TimeLeft;
  #last: number;
  #phase = 0;
  /** Passes of the phase that are finished. */
  #done = 0;

  /** @param now seconds of a clock that never goes back. */
  constructor({ blocks, steps, augmentations, readouts }: ScanWorkSize, now: () => number) {
    const inBlocks = blocks > 1;
    this.#passes = {
      adapt: PASSES_PER_STEP * steps,
      statistics: inBlocks ? blocks : 0,
      // A scan in one piece was predicted by the source weights before.
      predict: blocks * (readouts * (1 + augmentations) + (inBlocks ? 1 : 0)),
    };
    this.#now = now;
    this.#last = now();
    this.#left = new TimeLeft(PHASES.reduce((sum, phase) => sum + this.#passes[phase], 0));
  }

  /**
   * Notes that a part of a phase is done.
   *
   * @returns the seconds that all phases still take; null where that cannot be told yet.
   */
  secondsLeft(phase: Progress["phase"], done: number, total: number): number | null {
    const index = PHASES.findIndex((name) => name === phase);
    if (index < this.#phase || total === 0) return this.#left.seconds;
    while (this.#phase < index) {
      // The rest of a phase that ended early, or was not needed.
      this.#left.spared(this.#passes[PHASES[this.#phase]!] - this.#done);
      this.#phase++;
      this.#done = 0;
    }
    const passes = this.#passes[PHASES[index]!] * Math.min(done / total, 1);
    const now = this.#now();
    if (passes > this.#done) {
      this.#left.finished(passes - this.#done, now - this.#last);
      this.#done = passes;
      this.#last = now;
    }
    return this.#left.seconds;
  }
}
