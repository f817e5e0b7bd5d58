/**
 * What online adaptation keeps from scan to scan, and how far that is from the source weights.
 *
 * @module
 */
import type { StudentFile } from "../models/models.ts";
import type { LearnerState } from "./learner.ts";

/** What an online method has learned on a sequence of scans, off the GPU. */
export interface OnlineState {
  /** The adapted student, whole. */
  readonly student: StudentFile;
  /** SGD's momentum, by the names of what it moves. */
  readonly velocity: LearnerState["velocity"];
}

/** How far online adaptation has carried the weights off, and what held it back. */
export interface Drift {
  /**
   * Length of the way from the source weights of the backbone, as a share of their own length, after this scan's
   * steps and before the guard; null where a weight was no number any more.
   */
  reached: number | null;
  /** The same after the guard: where the next scan starts. */
  kept: number;
  /**
   * What the guard did: nothing; drew the weights back by `anchor`, or to `bound`; or sent them home, because it did
   * not trust the photographs or the weights were no numbers any more.
   */
  guard: "none" | "anchor" | "bound" | "reset";
}
