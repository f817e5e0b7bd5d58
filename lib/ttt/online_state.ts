/**
 * What online adaptation keeps from scan to scan, and how far that is from the source weights.
 *
 * @module
 */
import type { StudentFile } from "../models/students.ts";
import type { RememberedCorrections } from "./corrections.ts";
import type { NamedTensor } from "../nn/safetensors.ts";

/** What an online method keeps after a sequence of scans, off the GPU. */
export interface OnlineState {
  /** The adapted student, complete. */
  readonly student: StudentFile;
  /** SGD's momentum, by the names of the backbone's parameters. */
  readonly velocity: ReadonlyMap<string, NamedTensor>;
  /** What was corrected in these scans; null for nothing. */
  readonly remembered: RememberedCorrections | null;
}

/** How far online adaptation has carried the weights from the source, and what held them back. */
export interface Drift {
  /**
   * Distance of the backbone's weights from those of the source, as a share of the source weights' length, after
   * this scan's steps and before the guard; null where a weight was no longer a number.
   */
  reached: number | null;
  /** The same after the guard: where the next scan starts. */
  kept: number;
  /**
   * What the guard did: nothing; drew the weights back by the share `anchor`, or to the distance `bound`; or reset
   * them to the source, because it did not trust the photographs or a weight was no longer a number.
   */
  guard: "none" | "anchor" | "bound" | "reset";
}
