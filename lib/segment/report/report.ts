/**
 * The report of one scan: what was labelled, by what, and what adaptation did.
 *
 * @module
 */
import type { StudentChoice } from "../../domain/mod.ts";
import type { Metrics } from "../../metrics/confusion.ts";
import type { ScanFormat, UpAxis, Warning } from "../../scan/mod.ts";
import type { Drift } from "../../ttt/online_state.ts";
import type { Progress } from "../../ttt/progress.ts";
import type { FormerFields } from "../former_names.ts";

/** The scan of a {@link ScanReport}. */
export interface ReportedScan {
  /** Name of the file as the client gave it. */
  name: string;
  /** Format of the file; LAZ counts as "las". */
  format: ScanFormat;
  /** Number of points. */
  points: number;
  /** Number of voxels. */
  voxels: number;
  /** Edge of a voxel in metres. */
  voxelSize: number;
  /** Name of the unit of x and y that the file's coordinates were taken to be in. */
  unit: string;
  /** Name of the unit of z, where it is another one. */
  verticalUnit?: string;
  /** The axis of the file that was taken to point up. */
  up: UpAxis;
  /** What was done with labels that the file came with; left out where it has none. */
  labels?: "scored" | "not-scored";
  /** Blocks that the scan was cut into; 1 where it was labelled in one piece. */
  blocks: number;
}

/** The views of a {@link ScanReport}. */
export interface ReportedViews {
  /** Number of views. */
  count: number;
  /** Points that a view sees; for a scan in blocks, points of voxels that a view sees. */
  pointsSeen: number;
  /** What the views were rendered from, where they are virtual. */
  virtual?: "colour" | "intensity" | "shape";
}

/** `report.json` of one scan. */
export interface ScanReport extends FormerFields {
  /** What was labelled. */
  scan: ReportedScan;
  /** What the teacher described. */
  views: ReportedViews;
  /** Identifier of the student. */
  student: string;
  /** Why this student, and whether the scan is of the kind that it was trained on. */
  studentChoice?: StudentChoice;
  /** Identifier of the teacher; null where the student knows none. */
  teacher: string | null;
  /** The GPU's name as its driver gives it. */
  adapter: string;
  /** The matrix kernels that ran, with `-f16` where activations were stored in float16; others give other last bits. */
  kernels: string;
  /** Name of the method. */
  method: string;
  /** Gradient steps taken. */
  steps: number;
  /** Name of the method's loss; null for methods that take no gradient steps. */
  lossName: string | null;
  /** The loss before each step and, where the method measures it, after the last one: `steps + 1` values for TTT-KD. */
  losses: number[];
  /** What is doubtful about the scan, its photographs or its labels. */
  warnings: Warning[];
  /** Milliseconds by phase. */
  phases: Partial<Record<Progress["phase"], number>>;
  /** What the method decided by itself: why it stopped early, or why it did not adapt. */
  note?: string;
  /** How far the weights are from the source; given by online methods that measure it. */
  drift?: Drift;
  /** Fraction of the points whose label differs from the source prediction. */
  changedPoints: number;
  /** How many objects were found, by class; present where the request wanted them. */
  instances?: Record<string, number>;
  /** Scores by method against the labels of the scan, where these are the student's classes; `source` is among them. */
  metrics?: Record<string, Metrics>;
}
