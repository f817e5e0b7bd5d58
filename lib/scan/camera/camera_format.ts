/**
 * What every camera format is read to, before the photographs are opened: some formats leave the size of a
 * picture to the picture.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { poseProblem } from "./pose.ts";

/** A camera file as it came. */
export interface CameraFile {
  name: string;
  text: string;
}

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A pinhole in pixels, the centre of the first one at (0, 0). */
export interface Pinhole {
  fx: number;
  fy: number;
  cx: number;
  cy: number;
}

/** Radial and tangential distortion after Brown and Conrady, as OpenCV counts it. */
export interface Lens {
  k1: number;
  k2: number;
  p1: number;
  p2: number;
}

/** A camera whose photograph has not been looked at. */
export interface CameraSpec {
  /** File name of the photograph, in formats without one its name without extension. */
  file: string;
  /** Name of the camera file. */
  source: string;
  /** Place in that file, for errors. */
  field: string;
  /** Calibrated size; null where the format leaves it to the photograph. */
  size: Size | null;
  pinhole: (size: Size) => Pinhole;
  /** Null without distortion. */
  lens: Lens | null;
  /** [4][4] row-major, OpenCV axes. */
  worldToCamera: Float64Array;
}

/** A reader of one format. */
export interface CameraFormat {
  name: string;
  /** Whether a file, by its content, belongs to the format. */
  accepts: (file: CameraFile) => boolean;
  /**
   * Reads all files of the format together.
   *
   * @param photoNames the photographs that were sent, for formats that name none
   * @throws {CameraError}
   */
  read: (files: readonly CameraFile[], photoNames: readonly string[]) => CameraSpec[];
}

/** A distortion, or null where it does nothing. */
export function lensOf(k1: number, k2: number, p1: number, p2: number): Lens | null {
  return k1 === 0 && k2 === 0 && p1 === 0 && p2 === 0 ? null : { k1, k2, p1, p2 };
}

/** Ends in a {@link CameraError}. */
export function fail(source: string, field: string, problem: string, mend: string): never {
  throw new CameraError({ file: source, field, problem, mend });
}

/** The matrix, if it is a rigid motion. */
export function requireRigid(pose: Float64Array, source: string, field: string): Float64Array {
  const bad = poseProblem(pose);
  return bad ? fail(source, field, bad.problem, bad.mend) : pose;
}

/** Words of a line as numbers; null where one is none. */
export function numbersOf(words: readonly string[]): number[] | null {
  const values = words.map((word) => word === "" ? NaN : Number(word));
  return values.every(Number.isFinite) ? values : null;
}
