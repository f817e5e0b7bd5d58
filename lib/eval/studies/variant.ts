/**
 * A way of labelling that is compared with others: a method with its settings, the student and teacher it
 * starts from, and what it is shown of the photographs. Placebos and ablations are variants like any other.
 *
 * @module
 */

import type { CheckpointKind } from "../../ttt/method.ts";

/** Values of a method's settings, as clients send them. */
export type Settings = Readonly<Record<string, unknown>>;

/** A way of labelling. */
export interface Variant {
  /** Unique, and part of the key of its cells. */
  id: string;
  /** What tables and charts call it. */
  label: string;
  method: string;
  /** What differs from the method's defaults. */
  settings: Settings;
  checkpoint: CheckpointKind;
  /** Name of the teacher that describes the photographs and that the student was distilled from. */
  teacher: string;
  /** Whether weights are kept from scan to scan. */
  online: boolean;
  /**
   * `none` where the method does not look at any; `virtual` are pictures rendered of the scan itself. Two are
   * placebos: `swapped` gives every camera the
   * photograph of another one, `shuffled` deals the targets out to the wrong voxels.
   */
  photographs: "own" | "swapped" | "shuffled" | "virtual" | "none";
  /** At most this many photographs, spread evenly; null takes all. */
  images: number | null;
  /** Gradient steps after which predictions are looked at, rising. */
  curve: readonly number[];
  /** How many times as large as the student's the voxels are; 1 by default. */
  voxelScale?: number;
}
