/**
 * Points without a position: depth cameras and exporters write NaN, infinities or zeros where they measured nothing. They
 * are no part of a scan, nor are points that a LAS withholds, and keep their rows in its file.
 *
 * @module
 */
import { ScanError } from "./errors.ts";
import { findNoReturns } from "./no_returns.ts";
import type { PointColumn, ScanLabels } from "./scan.ts";
import type { Warning } from "./warning.ts";

/** A coordinate beyond this does not survive float32. */
const FARTHEST = 1e38;

/** Rows of a file that are no points of its scan. */
export interface LeftOut {
  /** In ascending order. */
  leftOut: number[];
  /** What is said of them. */
  warnings: Warning[];
}

/**
 * Finds the points that have no position, which are those of which a coordinate is NaN, infinite or beyond float32, and
 * those at zero that are no returns; and the points that the file withholds.
 *
 * @param xyz [N][3] coordinates as stored
 * @param file name of the scan, for errors
 * @param withheld indices of the points that the file withholds, in ascending order
 * @throws {ScanError} where none is left
 */
export function findLeftOut(
  xyz: Float64Array,
  file: string,
  withheld: readonly number[] = [],
): LeftOut {
  const count = xyz.length / 3;
  const unplaced: number[] = [];
  for (let point = 0; point < count; point++) if (!isPlaced(xyz, point)) unplaced.push(point);
  const noReturns = findNoReturns(xyz);
  const leftOut = merged([unplaced, noReturns, withheld], count);
  if (leftOut.length === count) {
    throw withheld.length === count ? allWithheld(file) : nothingLeft(xyz, file);
  }
  return {
    leftOut,
    warnings: [
      ...warningsOf(
        unplaced,
        "no position (a coordinate is NaN, infinite or beyond float32; ",
        "take them out of the scan",
      ),
      ...warningsOf(
        noReturns,
        "the coordinates 0, 0, 0, as sensors write them where nothing came back (",
        "shift the scan",
      ),
      ...warningsOf(
        withheld,
        "the flag withheld, which LAS gives to deleted points (",
        "clear the flag",
      ),
    ],
  };
}

function isPlaced(xyz: Float64Array, point: number): boolean {
  return Math.abs(xyz[3 * point]!) <= FARTHEST && Math.abs(xyz[3 * point + 1]!) <= FARTHEST &&
    Math.abs(xyz[3 * point + 2]!) <= FARTHEST;
}

/** Lists of points, of which there are `count`, as one in ascending order. */
function merged(lists: readonly (readonly number[])[], count: number): number[] {
  const filled = lists.filter(({ length }) => length > 0);
  if (filled.length < 2) return [...filled[0] ?? []];
  const isIn = new Uint8Array(count);
  for (const list of filled) for (const point of list) isIn[point] = 1;
  const all: number[] = [];
  isIn.forEach((value, point) => value && all.push(point));
  return all;
}

function nothingLeft(xyz: Float64Array, file: string): ScanError {
  const bad = xyz.findIndex((value) => !(Math.abs(value) <= FARTHEST));
  return new ScanError({
    file,
    problem: `none of its points has a position: a coordinate of the first is ${
      bad < 0 ? "0 like those of all others" : xyz[bad]
    }`,
    mend: "send points with finite coordinates",
    field: "xyz"[Math.max(bad, 0) % 3]!,
  });
}

function allWithheld(file: string): ScanError {
  return new ScanError({
    file,
    problem: "all of its points are withheld, which means that they are deleted",
    mend: "clear the flag of those that are points",
    field: "withheld",
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

/**
 * What is said of points that were left out.
 *
 * @param what they have, up to the numbers of some of them
 * @param mend what to do where that is wrong
 */
function warningsOf(rows: readonly number[], what: string, mend: string): Warning[] {
  if (rows.length === 0) return [];
  const some = rows.slice(0, 3).join(", ") + (rows.length > 3 ? ", …" : "");
  return [{
    code: "points-left-out",
    text: `${rows.length} ${
      rows.length === 1 ? "point has" : "points have"
    } ${what}number ${some}) and got no label; ${mend} if that is wrong.`,
    field: "scan",
  }];
}
