/**
 * The report of one scan: what was labelled, by what, and what adaptation did.
 *
 * @module
 */
import type { Metrics } from "../metrics/confusion.ts";
import type { Drift } from "../ttt/online_state.ts";
import type { Progress } from "../ttt/progress.ts";

/** `report.json` of one scan. */
export interface ScanReport {
  scan: {
    name: string;
    format: "las" | "ply";
    points: number;
    voxels: number;
    /** Metres. */
    voxelSize: number;
    /** Parts that the scan was cut into; 1 where it was labelled in one piece. */
    blocks: number;
  };
  /**
   * `pointsSeen` counts points that a view sees; of a scan in blocks, points of voxels that a view sees. `virtual` says
   * that the views were rendered of the scan itself, and from what.
   */
  views: { count: number; pointsSeen: number; virtual?: "colour" | "intensity" | "shape" };
  /** Identifiers of the models. */
  student: string;
  teacher: string | null;
  /** The GPU's name as its driver gives it. */
  adapter: string;
  method: string;
  /** Gradient steps taken. */
  steps: number;
  /** What the loss of the method is called; null for methods that take no gradient steps. */
  lossName: string | null;
  /** The loss before each step and, where the method knows it, after the last one: `steps + 1` values for TTT-KD. */
  losses: number[];
  /** Milliseconds by phase. */
  phases: Partial<Record<Progress["phase"], number>>;
  /** What the method decided by itself: why it stopped, or that it did not trust the photographs. */
  note?: string;
  /** Of online methods that measure it. */
  drift?: Drift;
  /** Fraction of the points whose label differs from the source prediction. */
  changedPoints: number;
  /** Where the scan has labels that are the student's classes; `source` is always among them. */
  metrics?: Record<string, Metrics>;
}
