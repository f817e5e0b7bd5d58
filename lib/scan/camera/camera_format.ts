/**
 * The interface of camera formats. A file is read to {@link CameraSpec}s before the photographs are opened, since some
 * formats do not give the size of a photograph.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import type { WideLens } from "../lens/wide_lens.ts";
import type { Warning } from "../warning.ts";
import type { Pinhole } from "./camera.ts";
import type { OpenedFile } from "./camera_file.ts";
import { poseProblem } from "./pose.ts";

/**
 * Radial and tangential (p1, p2) lens distortion of Brown and Conrady, with OpenCV's coefficients: the radius r is
 * multiplied by (1 + k1 r² + k2 r⁴ + k3 r⁶) / (1 + k4 r² + k5 r⁴ + k6 r⁶). Other programs have a fourth coefficient above
 * the line, or that of A. Fitzgibbon's division model instead of all others.
 */
export interface LensDistortion {
  /** First radial coefficient. */
  k1: number;
  /** Second radial coefficient. */
  k2: number;
  /** First tangential coefficient. */
  p1: number;
  /** Second tangential coefficient. */
  p2: number;
  /** Third radial coefficient; 0 by default. */
  k3?: number;
  /** First radial coefficient below the line; 0 by default. */
  k4?: number;
  /** Second radial coefficient below the line; 0 by default. */
  k5?: number;
  /** Third radial coefficient below the line; 0 by default. */
  k6?: number;
  /** Fourth radial coefficient above the line, that of r⁸: k4 of nerfstudio and Metashape; 0 by default. */
  k4Above?: number;
  /** k of the division model: the radius r of the picture is that of the pinhole times 1 + k r²; 0 by default. */
  division?: number;
}

/** A camera whose photograph has not been opened yet. */
export interface CameraSpec {
  /** File name of the photograph; its name without extension in formats that do not have file names. */
  file: string;
  /** Name of the camera file. */
  source: string;
  /** Place in that file, for errors. */
  field: string;
  /** Calibrated size; null where the format leaves it to the photograph. */
  size: ImageSize | null;
  /** Gives the intrinsics for a photograph of that size. */
  pinhole: (size: ImageSize) => Pinhole;
  /**
   * Whether the intrinsics hold for whatever size the photograph has: angles do, pixels do not.
   */
  anySize?: boolean;
  /** Lens distortion; null where there is none. */
  distortion: LensDistortion | null;
  /** A lens that sees too much for one pinhole; left out for all others. */
  wideLens?: WideLens;
  /** [4][4] row-major, OpenCV axes. */
  worldToCamera: Float64Array;
}

/** What camera files say. */
export interface CameraReading {
  /** The cameras. */
  specs: CameraSpec[];
  /** What is doubtful about them. */
  warnings: Warning[];
  /** Whether the poses are of structure from motion, which has no scale unless it was given one. */
  isUnscaled?: boolean;
  /** Names of photographs that the files leave without a camera on purpose, and say so in a warning. */
  lost?: string[];
}

/** What a format may need beside its own files. */
export interface CameraContext {
  /** Names of the photographs that were sent. */
  photoNames: readonly string[];
  /** Name of the scan, where it is known. */
  scanName?: string | undefined;
}

/** A reader of one format. */
export interface CameraFormat {
  /** Name of the format in error messages. */
  name: string;
  /** Tells from the content of a file whether it is of this format. */
  accepts: (file: OpenedFile) => boolean;
  /**
   * Reads all files of the format together.
   *
   * @throws {CameraError}
   */
  read: (files: readonly OpenedFile[], context: CameraContext) => CameraReading;
}

/** Gives a distortion without the coefficients that are 0, or null where all are. */
export function distortionOf(
  k1: number,
  k2: number,
  p1: number,
  p2: number,
  rest: Readonly<Omit<LensDistortion, "k1" | "k2" | "p1" | "p2">> = {},
): LensDistortion | null {
  const others = Object.entries(rest).filter(([, value]) => value !== 0);
  return others.length === 0 && [k1, k2, p1, p2].every((value) => value === 0)
    ? null
    : { k1, k2, p1, p2, ...Object.fromEntries(others) };
}

/**
 * Refuses a camera file.
 *
 * @throws {CameraError}
 */
export function refuse(source: string, field: string, problem: string, mend: string): never {
  throw new CameraError({ file: source, field, problem, mend });
}

/**
 * Gives a matrix back if it is a rigid motion.
 *
 * @throws {CameraError} where it is not
 */
export function requireRigid(pose: Float64Array, source: string, field: string): Float64Array {
  const bad = poseProblem(pose);
  return bad ? refuse(source, field, bad.problem, bad.mend) : pose;
}

/** The intrinsics that stand for a panorama's: pixels for a radian, and the middle. */
export function panoramaPinhole({ width, height }: ImageSize): Pinhole {
  const focal = width / (2 * Math.PI);
  return { fx: focal, fy: focal, cx: width / 2 - 0.5, cy: height / 2 - 0.5 };
}

/** Reads words as numbers; gives null where one is no number. */
export function numbersOf(words: readonly string[]): number[] | null {
  const values = words.map((word) => word === "" ? NaN : Number(word));
  return values.every(Number.isFinite) ? values : null;
}

/** Tells whether the first entry of a list in a JSON file is an object with one of these fields. */
export function listsObjects(
  { json }: OpenedFile,
  list: string,
  fields: readonly string[],
): boolean {
  const entries = isRecord(json) ? json[list] : null;
  const [first] = Array.isArray(entries) ? entries : [];
  return isRecord(first) && fields.some((field) => field in first);
}

/** Tells whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names the first three of a list, and says how many there are beyond. */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
