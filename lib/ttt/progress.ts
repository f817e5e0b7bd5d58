/**
 * How far the work on a scan has come.
 *
 * @module
 */

/** What the engine is doing. */
export interface Progress {
  /** The phase that has begun, or that `step` belongs to. */
  phase: "read" | "render" | "teacher" | "voxelize" | "pair" | "compile" | "adapt" | "predict";
  /** Gradient steps taken or, in phase `predict`, blocks of a large scan labelled; counted from 1. */
  step?: number;
  /** How many there will be. */
  steps?: number;
  /** The loss before the last step. */
  loss?: number;
}
