/**
 * Points without a position: depth cameras and exporters write NaN or infinities where they measured nothing. They are
 * no part of a scan, and keep their rows in its file.
 *
 * @module
 */
import { ScanError } from "./errors.ts";
import type { PointColumn, ScanLabels } from "./scan.ts";
import type { Warning } from "./warning.ts";

/** A coordinate beyond this does not survive float32. */
const FARTHEST = 1e38;

/**
 * Finds the points of which a coordinate is NaN, infinite or beyond float32.
 *
 * @param xyz [N][3] coordinates as stored
 * @param file name of the scan, for errors
 * @returns their indices in ascending order
 * @throws {ScanError} where no point has a position
 */
export function findLeftOut(xyz: Float64Array, file: string): number[] {
  const leftOut: number[] = [];
  for (let i = 0; i < xyz.length; i++) {
    if (Math.abs(xyz[i]!) <= FARTHEST) continue;
    const point = Math.floor(i / 3);
    if (leftOut.at(-1) !== point) leftOut.push(point);
  }
  if (3 * leftOut.length < xyz.length) return leftOut;
  const bad = xyz.findIndex((value) => !(Math.abs(value) <= FARTHEST));
  throw new ScanError({
    file,
    problem: `none of its points has a position: a coordinate of the first is ${xyz[bad]}`,
    mend: "send points with finite coordinates",
    field: "xyz"[bad % 3]!,
  });
}

/**
 * Takes points out of an array.
 *
 * @param values [N][width]
 * @param leftOut indices of points in ascending order
 * @returns the same array where none is left out
 */
export function withoutPoints<T extends Float64Array | Uint16Array | Uint8Array>(
  values: T,
  width: number,
  leftOut: readonly number[],
): T {
  if (leftOut.length === 0) return values;
  let next = 0;
  let to = 0;
  for (let point = 0; point < values.length / width; point++) {
    if (leftOut[next] === point) {
      next++;
      continue;
    }
    values.copyWithin(to, point * width, (point + 1) * width);
    to += width;
  }
  return values.subarray(0, to) as T;
}

/** The label of a point that is no part of the scan. */
export const UNLABELLED = 255;

/**
 * Gives every row of the file a value.
 *
 * @param values of the points of the scan, [points][width]
 * @param leftOut rows of the file that are no point of the scan, in ascending order
 * @param filler what those rows get
 */
export function spreadOverRows<T extends Uint8Array | Int32Array | Uint32Array | Float32Array>(
  values: T,
  leftOut: readonly number[],
  filler: number,
  width = 1,
): T {
  if (leftOut.length === 0) return values;
  const out = new (values.constructor as new (length: number) => T)(
    values.length + leftOut.length * width,
  );
  out.fill(filler);
  let next = 0;
  let from = 0;
  for (let row = 0; row < out.length / width; row++) {
    if (leftOut[next] === row) {
      next++;
      continue;
    }
    for (let i = 0; i < width; i++) out[row * width + i] = values[from++]!;
  }
  return out;
}

/**
 * The row of a point in the file.
 *
 * @param point number of the point in the scan, from 0
 * @param leftOut rows of the file that are no point of the scan, in ascending order
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 1, 2].map((point) => rowOfPoint(point, [1, 2])), [0, 3, 4]);
 * ```
 */
export function rowOfPoint(point: number, leftOut: readonly number[]): number {
  let [low, high] = [0, leftOut.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (leftOut[middle]! - middle <= point) low = middle + 1;
    else high = middle;
  }
  return point + low;
}

/** The labelling of every row of the file: rows without a position get {@link UNLABELLED}, and else 0. */
export function labellingOfRows<L extends Pick<ScanLabels, "labels" | "confidence" | "columns">>(
  labelling: L,
  leftOut: readonly number[],
): L {
  return {
    ...labelling,
    labels: spreadOverRows(labelling.labels, leftOut, UNLABELLED),
    confidence: spreadOverRows(labelling.confidence, leftOut, 0),
    ...(labelling.columns
      ? { columns: labelling.columns.map((column) => columnOfRows(column, leftOut)) }
      : {}),
  };
}

function columnOfRows(column: PointColumn, leftOut: readonly number[]): PointColumn {
  return { ...column, values: spreadOverRows(column.values, leftOut, 0) };
}

/** What is said of points without a position. */
export function leftOutWarnings(leftOut: readonly number[]): Warning[] {
  if (leftOut.length === 0) return [];
  const some = leftOut.slice(0, 3).join(", ") + (leftOut.length > 3 ? ", …" : "");
  return [{
    code: "points-left-out",
    text: `${leftOut.length} ${
      leftOut.length === 1 ? "point has" : "points have"
    } no position (a coordinate is NaN, infinite or beyond float32; number ${some}) and got no label; take them out of the scan if that is wrong.`,
    field: "scan",
  }];
}
