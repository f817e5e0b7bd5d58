/**
 * What routes, command line and evaluation ask of the engine, and what it returns. This file holds types only, so
 * that a test can replace the engine without a GPU.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { Camera, ChosenUnit, Photo, Scan, UpAxis, Warning } from "../scan/mod.ts";
import type { OnlineState } from "../ttt/online_state.ts";
import type { Progress } from "../ttt/progress.ts";
import type { FormerOption } from "./former_names.ts";
import type { RememberedCorrections } from "../ttt/corrections.ts";
import type { Corrections } from "./labels/corrections.ts";
import type { LabelMap } from "./labels/label_map.ts";
import type { Unvoted } from "./labels/unvoted.ts";
import type { LoadedStudent } from "./loaded_students.ts";
import type { ScanReport } from "./report/report.ts";

/** Settings of one segmentation; `segmentOptions` checks what a client sent and fills in the defaults. */
export interface SegmentOptions {
  /** Name of the student, or `auto`, which leaves the choice to the scan; `auto` by default. */
  student?: string;
  /** Whether to refuse a scan that is unlike those that the student was trained on; `false` by default. */
  strict?: boolean;
  /** Name of a method; `lib/ttt/methods/` holds one file for each. */
  method: string;
  /** The method's own settings, as its schema gives them. */
  settings: Readonly<Record<string, unknown>>;
  /**
   * What to do instead where the student has no teacher or no batch norm for the method; present where the client did not
   * choose the method.
   */
  otherwise?: Pick<SegmentOptions, "method" | "settings">;
  /** What the client says that single points are: they vote for their class nearby, and stay as they are said to be. */
  corrections?: Corrections;
  /** Edge of a voxel in metres; by default the one that the student was trained with. */
  voxelSize?: number;
  /**
   * Unit of the scan's coordinates and of its cameras' poses, by name or as the metres of one unit; by default `auto`:
   * what the file's coordinate system says, or else metres.
   */
  unit?: "auto" | ChosenUnit;
  /**
   * The axis of the scan that points up; by default `auto`: z for LAS, and for PLY a guess from the cameras and the
   * surfaces, which is z unless much speaks against it.
   */
  up?: "auto" | UpAxis;
  /** What the teacher describes: the photographs that came (the default), or views rendered of the scan itself. */
  viewSource?: "photographs" | "virtual";
  /**
   * Whether the report compares the prediction with the labels of the scan: true where they are the student's
   * classes, false for never. By default they are compared where `labelMap` or the file says what they mean. They
   * are never shown to the method.
   */
  evaluate?: boolean;
  /** What the labels of the scan mean; see {@link LabelMap}. */
  labelMap?: LabelMap;
  /** Names of the scan's labels, in place of those in its file: what the student has too is compared. */
  labelNames?: Readonly<Record<string, string>>;
  /** Options that the client called by former names. */
  former?: readonly FormerOption[];
  /** Settings of a method that the client sent without naming one: the method that labels the scan may lack some. */
  sent?: readonly string[];
}

/** One scan to label. */
export interface SegmentRequest {
  /** The scan; its labels, if it has any, are used for the report only. */
  scan: Scan;
  /** Photographs of the scan: `photos[i]` was taken by `cameras[i]`. */
  photos: readonly Photo[];
  /** The cameras of the photographs, in the same order. */
  cameras: readonly Camera[];
  /** Whether the cameras are of structure from motion, whose unit may be any length. */
  isUnscaled?: boolean;
  /** What is doubtful about the photographs; the report repeats it after the scan's own warnings. */
  warnings?: readonly Warning[];
  /** What to do; see {@link SegmentOptions}. */
  options: SegmentOptions;
  /** Whether the result has the probabilities of all classes. */
  probabilities?: boolean;
  /** Whether the result says which object each point belongs to, for classes that have objects. */
  instances?: boolean;
  /** Most points that the result suggests to correct; none by default. */
  suggestions?: number;
  /** Steps after which labels are wanted too; 0 is before the first. */
  snapshots?: readonly number[];
  /**
   * Further settings of the method to read the same adapted weights by: they may differ from the options' own
   * only in what `MethodInfo.readouts` names.
   */
  readouts?: readonly SegmentOptions["settings"][];
  /**
   * The state of an online method after the scans before this one; null starts from the source weights. Left
   * out, the engine keeps the state itself from scan to scan.
   */
  learned?: OnlineState | null;
  /**
   * What was corrected in other scans, by the id of the student that labelled them: it votes. With `learned`, what that remembers
   * votes instead.
   */
  remembered?: ReadonlyMap<string, RememberedCorrections>;
  /**
   * What an earlier request came to for this scan before corrected points voted: where the same would come out of it, no steps
   * are taken again.
   */
  unvoted?: Unvoted;
  /** A control: targets are shuffled among the voxels. No method may gain from them. */
  placebo?: "shuffle";
  /** Once aborted, the work stops before its next gradient step and throws the signal's reason. */
  signal?: AbortSignal;
  /** Called when a phase begins and every few steps. */
  onProgress?: (progress: Progress) => void;
}

/** The labels after some step. */
export interface LabelSnapshot {
  /** Steps taken. */
  step: number;
  /** Class index of every point. */
  labels: Uint8Array;
}

/** The labels by further readout settings. */
export interface LabelReadout {
  /** Class index of every point. */
  labels: Uint8Array;
  /** f32 [points][classes]: softmax probabilities; present where the request wanted them. */
  probabilities?: Float32Array;
  /** Time that this readout took beside the steps. */
  seconds: number;
}

/** The labels of a scan and how they came about. */
export interface SegmentResult {
  /** Class index of every point, in the order of the scan. */
  labels: Uint8Array;
  /** Softmax probability of that class, 0 to 1. */
  confidence: Float32Array;
  /** f32 [points][classes]: softmax probabilities of all classes; present where the request wanted them. */
  probabilities?: Float32Array;
  /**
   * Object of every point, numbered from 1 in the order of their first points; 0 for none. Present where the request wanted
   * it.
   */
  instances?: Uint32Array;
  /** Class index of every point without adaptation. */
  sourceLabels: Uint8Array;
  /** What was corrected in this scan, as other scans remember it; present where something was. */
  corrected?: RememberedCorrections;
  /** Points that a person should correct first, the most useful first; present where the request wanted some. */
  suggestions?: Uint32Array;
  /** Labels after the requested steps, as far as they were reached. */
  snapshots: LabelSnapshot[];
  /** Labels by the requested readouts, in their order. */
  readouts: LabelReadout[];
  /** To be given with corrections of this scan, so that they are answered at once; absent where their steps have to be taken. */
  unvoted?: Unvoted;
  /** The card of the student that labelled the scan: it says what the labels mean. */
  student: StudentCard;
  /** The state to give with the next scan; present where the request gave one. */
  learned?: OnlineState;
  /** What was labelled, by what, and what adaptation did. */
  report: ScanReport;
}

/** The engine as its users see it. */
export interface Segmenter {
  /** The students that it labels with, at least one. */
  readonly students: readonly LoadedStudent[];
  /** Returns whether a scan can be labelled: the GPU answers. */
  ready(): Promise<boolean>;
  /** Forgets what online methods have learned, before another sequence of scans. */
  resetOnline(): void;
  /**
   * Labels one scan. Calls must not overlap: wait for one before starting the next.
   *
   * @throws {OptionError} on settings that this scan or student cannot have.
   * @throws {ScanError} where the scan lacks an input of the student or is too large.
   * @throws {CameraError} where no camera sees any point.
   */
  segment(request: SegmentRequest): Promise<SegmentResult>;
}
