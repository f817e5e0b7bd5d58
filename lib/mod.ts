/**
 * Labels 3D scans from sites and sensors that the network has never seen, by test-time training with knowledge
 * distillation (TTT-KD). This module is the way into the program for programmers: open an engine, read a scan and
 * its photographs, have it labelled, write the labels back into the scan's own file.
 *
 * An engine takes one scan at a time. It needs a WebGPU adapter; Mesa's software driver is enough. The embedded
 * students know rooms, streets and land from the air; see {@link studentNames} and {@link teacherNames} for all models.
 *
 * Another Deno program links this project's folder in its own `deno.json` and imports the module by its name:
 *
 * ```json
 * {
 *   "links": ["../ttt-kd"],
 *   "imports": { "@ttt-kd/ttt-kd": "jsr:@ttt-kd/ttt-kd@^0.1.0" }
 * }
 * ```
 *
 * @example Labelling a scan with photographs
 * ```ts ignore
 * import {
 *   openEngine,
 *   readPhotographs,
 *   readScan,
 *   readViews,
 *   segmentOptions,
 *   writeScan,
 * } from "@ttt-kd/ttt-kd";
 *
 * const scan = await readScan(await Deno.readFile("site.ply"), "site.ply");
 * const { images, cameras } = await readPhotographs("images", "cameras.json");
 * const views = await readViews(images, cameras);
 *
 * await using engine = await openEngine({ student: "rooms-joint" });
 * const { labels, confidence, student, report } = await engine.segment({
 *   scan,
 *   ...views,
 *   options: segmentOptions({ method: "ttt-kd", steps: 5 }, views.photos.length > 0),
 * });
 * console.log(`${report.lossName}: ${report.losses[0]} before, ${report.losses.at(-1)} after`);
 *
 * await Deno.writeFile("labelled.ply", writeScan(scan, { labels, confidence, student }));
 * ```
 *
 * @example Writing labels into a scan's own file
 * ```ts
 * import assert from "node:assert/strict";
 * import { readScan, writeScan } from "@ttt-kd/ttt-kd";
 *
 * const ply = `ply
 * format ascii 1.0
 * element vertex 2
 * property float x
 * property float y
 * property float z
 * property float temperature
 * end_header
 * 0 0 0 21.5
 * 1 0 2 19
 * `;
 * const scan = await readScan(new TextEncoder().encode(ply), "room.ply");
 * assert.equal(scan.count, 2);
 *
 * const labels = Uint8Array.of(3, 7);
 * const bytes = writeScan(scan, { labels, confidence: Float32Array.of(0.9, 0.5) });
 * const text = new TextDecoder().decode(bytes);
 * // The labels were added; what the file said before is still there.
 * assert.match(text, /property float temperature/);
 * assert.deepEqual([...(await readScan(bytes, "labelled.ply")).labels!], [3, 7]);
 * ```
 *
 * @example Choosing a model and a method
 * ```ts
 * import assert from "node:assert/strict";
 * import { METHODS, readStudent, segmentOptions, studentNames } from "@ttt-kd/ttt-kd";
 *
 * assert.ok(studentNames().includes("rooms-joint"));
 * const { card } = await readStudent("rooms-joint");
 * assert.ok(card.classes.includes("chair"));
 *
 * assert.ok(METHODS.get("ttt-kd")!.usesPhotographs);
 * const options = segmentOptions({ method: "ttt-kd", voxelSize: card.voxelSize }, true);
 * assert.equal(options.settings.steps, 25);
 * ```
 *
 * @module
 */
import type { KernelChoice, RowPrecision } from "./gpu/mod.ts";
import { EngineSet } from "./segment/engine_set.ts";
import type { Segmenter } from "./segment/segmenter.ts";
import { type MethodInfo, METHODS as IMPLEMENTED } from "./ttt/methods/mod.ts";

export { CapacityError, GpuLostError, GpuMemoryError, GpuUnavailableError } from "./gpu/mod.ts";
export type { KernelChoice, RowPrecision } from "./gpu/mod.ts";
export { KernelError } from "./kernel_choice/mod.ts";
export type { Metrics } from "./metrics/confusion.ts";
export { readStudent, studentBytes, type StudentFile, studentNames } from "./models/students.ts";
export { readTeacher, teacherNames } from "./models/teachers.ts";
export type { PaletteColour, StudentCard, StudentTeacher } from "./nn/card.ts";
export { FEATURE_NAMES, type FeatureName } from "./nn/features.ts";
export { CheckpointError, type NamedTensor, type TensorData } from "./nn/safetensors.ts";
export type { CameraFile } from "./scan/camera/camera_file.ts";
export {
  type NamedFile,
  type PhotoFile,
  readViews,
  type ScanViews,
} from "./scan/camera/read_views.ts";
export { InputError, type InputErrorDetails } from "./scan/errors.ts";
export {
  type Camera,
  CameraError,
  type ChosenUnit,
  convertScan,
  type CoordinateUnits,
  type ImageSize,
  type LabelClasses,
  LENGTH_UNITS,
  type LengthUnit,
  type Photo,
  PhotoError,
  type Pinhole,
  type PointColumn,
  readScan,
  type Scan,
  SCAN_FORMATS,
  ScanError,
  type ScanFormat,
  type ScanLabels,
  UP_AXES,
  type UpAxis,
  type Warning,
  writeScan,
} from "./scan/mod.ts";
export { readNamed, readPhotographs } from "./scan/read_folder.ts";
export type { FormerFields, FormerOption } from "./segment/former_names.ts";
export { DEFAULT_METHOD, segmentOptions } from "./segment/options.ts";
export type {
  MeasureName,
  MeasureRange,
  PhotographDistance,
  StudentChoice,
  StudentDistance,
  StudentDomain,
} from "./domain/mod.ts";
export type { LoadedStudent } from "./segment/loaded_students.ts";
export type { ReportedScan, ReportedViews, ScanReport } from "./segment/report/report.ts";
export type {
  LabelReadout,
  LabelSnapshot,
  Segmenter,
  SegmentOptions,
  SegmentRequest,
  SegmentResult,
} from "./segment/segmenter.ts";
export type { Corrections } from "./segment/labels/corrections.ts";
export type { LabelMap, NamedClass } from "./segment/labels/label_map.ts";
export type { Unvoted } from "./segment/labels/unvoted.ts";
export { TeacherError, type TeacherErrorSource } from "./teacher/errors.ts";
export type { TeacherCard, TeacherFile } from "./teacher/mod.ts";
export type { CheckpointKind, MethodInfo, SettingsParser } from "./ttt/method.ts";
export type { Drift, OnlineState } from "./ttt/online_state.ts";
export type { RememberedCorrections } from "./ttt/corrections.ts";
export { OptionError } from "./ttt/option_error.ts";
export type { Progress } from "./ttt/progress.ts";

/**
 * All methods by name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const method = METHODS.get("tent")!;
 * assert.equal(method.lossName, "entropy");
 * assert.equal(method.usesPhotographs, false);
 * assert.deepEqual(method.settings.parse({ steps: 3 }), { steps: 3, learningRate: 0.003 });
 * ```
 */
export const METHODS: ReadonlyMap<string, MethodInfo> = IMPLEMENTED;

/** Which models an engine runs, and how. */
export interface OpenEngineOptions {
  /**
   * Name of an embedded student (`rooms` is short for `rooms-joint`), path of a checkpoint, or several of these, of which
   * the scan decides; `rooms-joint`, `streets-varied-joint` and `aerial-joint` by default.
   */
  student?: string | readonly string[];
  /** For a single student: name of a teacher, or path of its card; by default the one it was distilled from. */
  teacher?: string;
  /** Most voxels of a block; larger scans are cut. 65,536 by default, fewer where the adapter demands it. */
  blockVoxels?: number;
  /** Whether every scan is refused that is unlike those that its student was trained on. */
  strict?: boolean;
  /** The matrix kernels that the GPU runs: those that suit the adapter by default. */
  kernels?: KernelChoice;
  /** How the GPU stores activations: `f32` by default; `f16` takes half the bytes. */
  precision?: RowPrecision;
}

/** An engine that holds a GPU device and the students that were used last until it is disposed of. */
export interface OpenEngine extends Segmenter, AsyncDisposable {}

/**
 * Opens an engine: reads the models and opens the GPU. A student is loaded onto the GPU when a scan first needs it.
 * Dispose of the engine when done.
 *
 * @throws {CheckpointError} where a student cannot be read.
 * @throws {TeacherError} where a teacher cannot be read.
 * @throws {RangeError} where the student was distilled from another teacher than the given one, a teacher is given
 *   for several students, or two students have one name.
 * @throws {GpuUnavailableError} where no adapter answers.
 * @throws {KernelError} where no matrix kernels are right on it.
 */
export async function openEngine(options: OpenEngineOptions = {}): Promise<OpenEngine> {
  const { student, ...others } = options;
  return await EngineSet.open({
    ...others,
    ...(student === undefined ? {} : { students: [student].flat() }),
  });
}
