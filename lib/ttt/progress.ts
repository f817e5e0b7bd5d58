/**
 * What work on a scan tells of itself while it runs.
 *
 * @module
 */

/** What the engine is doing; steps count from 1, in `predict` they are blocks of a large scan. */
export interface Progress {
  phase: "read" | "render" | "teacher" | "voxelize" | "pair" | "compile" | "adapt" | "predict";
  step?: number;
  steps?: number;
  loss?: number;
}
