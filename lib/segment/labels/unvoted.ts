/**
 * What a method made of a scan before corrected points voted. Where its steps do not learn from corrections, it is the same
 * whatever is corrected: kept, it answers the next corrections without taking the steps again. `keep_unvoted.ts` makes it.
 *
 * @module
 */

/** A prediction from before the votes, and how it came about. */
export interface Unvoted {
  /** What it depends on; see `basisOf`. */
  readonly basis: string;
  /** The frame that the scan was taken to be in. */
  readonly frame: string;
  /** By student, the KD loss that the photographs have in that frame, as far as it was measured. */
  readonly firstLosses: Readonly<Record<string, number>>;
  /** f32 [rows][classes], a row for each voxel. */
  readonly probabilities: {
    readonly rows: number;
    readonly classes: number;
    readonly values: Float32Array;
  };
  /** Gradient steps that were taken. */
  readonly steps: number;
  /** The method's loss before each step. */
  readonly losses: readonly number[];
  /** What the method decided by itself. */
  readonly note?: string | undefined;
  /** Points of voxels that a view sees. */
  readonly pointsSeen: number;
}
