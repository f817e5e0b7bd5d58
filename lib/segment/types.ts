/**
 * What routes, command line and evaluation ask of the engine, and what it answers. Only types stand here,
 * so that a test can stand in for the engine without a GPU.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import type { TeacherCard } from "../teacher/mod.ts";
import type { Progress } from "../ttt/progress.ts";
import type { OnlineState } from "../ttt/online_state.ts";
import type { ScanReport } from "./report.ts";

/** Settings of one segmentation; `lib/segment/options.ts` gives the defaults and checks what clients send. */
export interface SegmentOptions {
  /** Name of a method; see `lib/ttt/methods/`. */
  method: string;
  /** The method's own settings, as its schema gives them. */
  settings: Readonly<Record<string, unknown>>;
  /** Edge of a voxel in metres; by default the one the student was trained with. */
  voxelSize?: number;
  /** What the teacher looks at: the photographs that came (the default), or pictures rendered of the scan itself. */
  viewSource?: "photographs" | "virtual";
  /**
   * Whether the labels in the scan are the student's classes, to be compared with the prediction in the
   * report. They are never shown to the method.
   */
  evaluate: boolean;
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
   * differ from the options' own in the names of `Method.readouts` alone.
   */
  readouts?: readonly SegmentOptions["settings"][];
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
  /** Labels by the readouts that were asked for, and what each took besides the steps. */
  readouts: { labels: Uint8Array; seconds: number }[];
  /** What the next scan is to be given; there where the request said what was learned before. */
  learned?: OnlineState;
  report: ScanReport;
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
