/**
 * What routes, command line and evaluation ask of the engine, and what it answers. Only types stand here,
 * so that a test can stand in for the engine without a GPU.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import type { TeacherCard } from "../teacher/mod.ts";
import type { LearnerState } from "../ttt/learner.ts";
import type { StudentFile } from "../models/models.ts";

/** Settings of one segmentation; `lib/segment/options.ts` gives the defaults and checks what clients send. */
export interface SegmentOptions {
  /** Name of a method; see `lib/ttt/methods/`. */
  method: string;
  /** The method's own settings, as its schema gives them. */
  settings: Readonly<Record<string, unknown>>;
  /** Edge of a voxel in metres; by default the one the student was trained with. */
  voxelSize?: number;
  /** What the teacher looks at: the photographs that came (the default), or pictures rendered of the scan itself. */
  views?: "own" | "virtual";
  /**
   * Whether the labels in the scan are the student's classes, to be compared with the prediction in the
   * report. They are never shown to the method.
   */
  evaluate: boolean;
}

/** What the engine is doing; steps count from 1, in `predict` they are blocks of a large scan. */
export interface Progress {
  phase: "read" | "render" | "teacher" | "voxelize" | "pair" | "compile" | "adapt" | "predict";
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
  /** Steps after which labels are wanted too; 0 is before the first. */
  snapshots?: readonly number[];
  /**
   * Further settings of the method that take the same steps and read the adapted weights otherwise: they
   * differ from the options' own in the names of `Method.readings` alone.
   */
  readings?: readonly SegmentOptions["settings"][];
  /**
   * What an online method has learned on the scans before this one; null begins at the source weights. Left out, the
   * engine keeps it by itself from scan to scan.
   */
  learned?: OnlineState | null;
  /** A control: targets dealt out to the wrong voxels. No method may gain from them. */
  placebo?: "shuffle";
  /** Once aborted, the work stops before its next gradient step and throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What an online method has learned on a sequence of scans, off the GPU. */
export interface OnlineState {
  /** The adapted student, whole. */
  readonly student: StudentFile;
  /** SGD's momentum, by the names of what it moves. */
  readonly velocity: LearnerState["velocity"];
}

/** The labels of a scan and how they came about. */
export interface SegmentResult {
  /** Class index of every point, in the order of the scan. */
  labels: Uint8Array;
  /** Softmax probability of that class, 0 to 1. */
  confidence: Float32Array;
  /** What the student says without adaptation. */
  sourceLabels: Uint8Array;
  /** Labels after the steps that were asked for, as far as they were reached. */
  snapshots: { step: number; labels: Uint8Array }[];
  /** Labels by the readings that were asked for, and what each took besides the steps. */
  readings: { labels: Uint8Array; seconds: number }[];
  /** What the next scan is to be given; there where the request said what was learned before. */
  learned?: OnlineState;
  report: Report;
}

/** Agreement of a prediction with the truth. */
export interface Metrics {
  /** Mean intersection over union, 0 to 1, over the classes that occur in truth or prediction. */
  miou: number;
  /** Intersection over union by class name; classes that occur in neither are left out. */
  perClass: Record<string, number>;
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

/** `report.json` of one scan. */
export interface Report {
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
  /**
   * The method's loss before each step and, where it knows it, after the last one: for TTT-KD the distillation
   * loss, `steps + 1` values; empty for methods without one.
   */
  kdLoss: number[];
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

/** The engine as its users see it; `engine.ts` implements it. */
export interface Segmenter {
  readonly student: StudentCard;
  /** Null where the student knows no teacher. */
  readonly teacher: TeacherCard | null;
  /** Whether the GPU answers. */
  ready(): Promise<boolean>;
  /** Forgets what online methods have learned, before another sequence of scans. */
  resetOnline(): void;
  /**
   * Labels one scan. Calls do not overlap: the caller waits for one before it starts the next.
   *
   * @throws {OptionError} on settings that this scan or student cannot have.
   */
  segment(request: SegmentRequest): Promise<SegmentResult>;
}
