/**
 * The interface of camera formats. A file is read to {@link CameraSpec}s before the photographs are opened, since some
 * formats do not give the size of a photograph.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { poseProblem } from "./pose.ts";

/** A camera file as the client sent it. */
export interface CameraFile {
  /** Name of the file. */
  name: string;
  /** Its content. */
  text: string;
}

/** Intrinsics of a pinhole camera in pixels, with the centre of the first pixel at (0, 0). */
export interface Pinhole {
  /** Horizontal focal length. */
  fx: number;
  /** Vertical focal length. */
  fy: number;
  /** Column of the principal point. */
  cx: number;
  /** Row of the principal point. */
  cy: number;
}

/** Radial (k1, k2) and tangential (p1, p2) lens distortion of Brown and Conrady, with OpenCV's coefficients. */
export interface LensDistortion {
  /** First radial coefficient. */
  k1: number;
  /** Second radial coefficient. */
  k2: number;
  /** First tangential coefficient. */
  p1: number;
  /** Second tangential coefficient. */
  p2: number;
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
  /** Lens distortion; null where there is none. */
  distortion: LensDistortion | null;
  /** [4][4] row-major, OpenCV axes. */
  worldToCamera: Float64Array;
}

/** A reader of one format. */
export interface CameraFormat {
  /** Name of the format in error messages. */
  name: string;
  /** Tells from the content of a file whether it is of this format. */
  accepts: (file: CameraFile) => boolean;
  /**
   * Reads all files of the format together.
   *
   * @param photoNames names of the photographs that were sent, for formats that do not name them
   * @throws {CameraError}
   */
  read: (files: readonly CameraFile[], photoNames: readonly string[]) => CameraSpec[];
}

/** Gives a distortion, or null where all coefficients are 0. */
export function distortionOf(
  k1: number,
  k2: number,
  p1: number,
  p2: number,
): LensDistortion | null {
  return k1 === 0 && k2 === 0 && p1 === 0 && p2 === 0 ? null : { k1, k2, p1, p2 };
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

/** Reads words as numbers; gives null where one is no number. */
export function numbersOf(words: readonly string[]): number[] | null {
  const values = words.map((word) => word === "" ? NaN : Number(word));
  return values.every(Number.isFinite) ? values : null;
}

/** Gives the content of a JSON file; undefined where it is not JSON. */
export function jsonOf({ text }: CameraFile): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells whether a file is a JSON object with a field of that name. */
export function hasField(file: CameraFile, name: string): boolean {
  const json = jsonOf(file);
  return isRecord(json) && name in json;
}

/** Tells whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
