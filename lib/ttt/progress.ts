/**
 * How far the work on a scan has come.
 *
 * @module
 */
import type { Warning } from "../scan/mod.ts";

/** What the engine is doing. */
export interface Progress {
  /** The phase that has begun, or that `step` belongs to. */
  phase:
    | "read"
    | "render"
    | "teacher"
    | "voxelize"
    | "pair"
    | "compile"
    | "adapt"
    | "statistics"
    | "predict";
  /**
   * How much of the phase is done: photographs in `teacher`, gradient steps in `adapt`, blocks of a large scan in
   * `statistics`, blocks or augmentations in `predict`.
   */
  step?: number;
  /** How many there will be. */
  steps?: number;
  /** Estimated seconds until the scan is labelled. */
  secondsLeft?: number;
  /** The loss before the last step. */
  loss?: number;
  /** What is doubtful, as far as it is known yet; left out where nothing is. */
  warnings?: readonly Warning[];
}
