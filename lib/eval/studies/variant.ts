/**
 * A way of labelling that a study compares with others: a method with its settings, the student and teacher
 * it starts from, and the views that it is shown. Placebos and ablations are variants like any other.
 *
 * @module
 */
import type { CheckpointKind } from "../../ttt/method.ts";

/** Values of a method's settings, as clients send them. */
export type MethodSettings = Readonly<Record<string, unknown>>;

/** A way of labelling. */
export interface Variant {
  /** Unique; part of the key of its cells. */
  id: string;
  /** Name in tables and charts. */
  label: string;
  /** Name of the method. */
  method: string;
  /** The settings that differ from the method's defaults. */
  settings: MethodSettings;
  /** How the student was trained. */
  checkpoint: CheckpointKind;
  /** Name of the teacher that describes the photographs and that the student was distilled from. */
  teacher: string;
  /** Whether weights are kept from scan to scan. */
  online: boolean;
  /**
   * Which views the method is shown: the scene's `photographs`, `virtual` views rendered of the scan itself, or
   * `none` where the method uses no views. Two are placebos: `swapped` gives every camera the photograph of
   * another one, `shuffled` assigns the targets to the wrong voxels.
   */
  views: "photographs" | "swapped" | "shuffled" | "virtual" | "none";
  /** At most this many photographs, spread evenly over the scene's list; null takes all. */
  images: number | null;
  /** Numbers of gradient steps at which a prediction is read, ascending; empty for the final one alone. */
  curve: readonly number[];
  /** Edge of a voxel as a multiple of the edge that the student was trained with; 1 by default. */
  voxelScale?: number;
}
