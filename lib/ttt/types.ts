/**
 * What routes, command line and evaluation ask of the engine, and what it answers. Only types stand here,
 * so that a test can stand in for the engine without a GPU.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import type { TeacherCard } from "../teacher/mod.ts";

/**
 * How labels are made: `source` with the trained weights and running statistics, `bn` with the scan's own
 * batch statistics, `ttt-kd` after gradient steps on this scan alone, `ttt-kd-online` with weights kept
 * from scan to scan.
 */
export type Method = "source" | "bn" | "ttt-kd" | "ttt-kd-online";

/** Settings of one segmentation; `lib/ttt/options.ts` gives the defaults and checks what clients send. */
export interface SegmentOptions {
  method: Method;
  /** Gradient steps on this scan; the methods without adaptation take none. */
  steps: number;
  learningRate: number;
  momentum: number;
  /** Edge of a voxel in metres; by default the one the student was trained with. */
  voxelSize?: number;
  /**
   * Whether the labels in the scan are the student's classes, to be compared with the prediction in the
   * report. They are never shown to the adaptation.
   */
  evaluate: boolean;
}

/** What the engine is doing; steps count from 1. */
export interface Progress {
  phase: "read" | "teacher" | "voxelize" | "pair" | "compile" | "adapt" | "predict";
  step?: number;
  steps?: number;
  loss?: number;
}

/** One scan to label. */
export interface SegmentRequest {
  scan: Scan;
  /** `photos[i]` was taken by `cameras[i]`. */
  photos: readonly Photo[];
  cameras: readonly Camera[];
  options: SegmentOptions;
  /** Once aborted, the work stops before its next gradient step and throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** The labels of a scan and how they came about. */
export interface SegmentResult {
  /** Class index of every point, in the order of the scan. */
  labels: Uint8Array;
  /** Softmax probability of that class, 0 to 1. */
  confidence: Float32Array;
  /** What the source model says without adaptation. */
  sourceLabels: Uint8Array;
  report: Report;
}

/** Agreement of a prediction with the truth. */
export interface Metrics {
  /** Mean intersection over union, 0 to 1, over the classes that occur in truth or prediction. */
  miou: number;
  /** Intersection over union by class name; classes that occur in neither are left out. */
  perClass: Record<string, number>;
}

/** `report.json` of one scan. */
export interface Report {
  scan: { name: string; format: "las" | "ply"; points: number; voxels: number; voxelSize: number };
  views: { count: number; pointsSeen: number };
  /** Identifiers of the models. */
  student: string;
  teacher: string;
  /** The GPU's name as its driver gives it. */
  adapter: string;
  method: Method;
  /** Gradient steps taken. */
  steps: number;
  /** KD loss before each step and after the last one: `steps + 1` values; empty without targets. */
  kdLoss: number[];
  /** Milliseconds by phase. */
  phases: Partial<Record<Progress["phase"], number>>;
  /** Fraction of the points whose label differs from the source prediction. */
  changedPoints: number;
  /** Where the scan has labels that are the student's classes; `source` is always among them. */
  metrics?: Partial<Record<Method, Metrics>>;
}

/** The engine as its users see it; `engine.ts` implements it. */
export interface Segmenter {
  readonly student: StudentCard;
  readonly teacher: TeacherCard;
  /** Whether the GPU answers. */
  ready(): Promise<boolean>;
  /** Forgets what `ttt-kd-online` has learned, before another sequence of scans. */
  resetOnline(): void;
  /**
   * Labels one scan. Calls do not overlap: the caller waits for one before it starts the next.
   *
   * @throws {OptionError} on settings that this scan or student cannot have.
   */
  segment(request: SegmentRequest): Promise<SegmentResult>;
}
