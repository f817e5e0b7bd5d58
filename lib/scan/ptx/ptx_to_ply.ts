/**
 * Converts PTX to PLY, in which labels can be written: points of all scans in the coordinates of the file, in their order,
 * with intensities and colours.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import { countLines } from "../csv/rows.ts";
import { ScanError } from "../errors.ts";
import type { ScanMemory } from "../scan.ts";
import type { Warning } from "../warning.ts";
import { type PtxScan, readPtx } from "./read_ptx.ts";

/** A converted file. */
export interface ConvertedPtx {
  ply: Uint8Array;
  /** What became of it. */
  warnings: Warning[];
}

/** Bytes of x, y, z and intensity as doubles. */
const POINT_BYTES = 32;
/** Bytes of a colour: whole numbers, or floats. */
const COLOR_BYTES = { uchar: 3, float: 12 };
/** Bytes of the number of the scan. */
const SCAN_BYTES = 2;
const LITTLE_ENDIAN = true;

/**
 * Converts a file. A point at 0, 0, 0 of its scanner is a direction from which nothing came back, and has no position.
 *
 * @throws {ScanError} where it is malformed, ends too early, or has no points
 */
export function ptxToPly(bytes: Uint8Array, file: string): ConvertedPtx {
  const scans = readPtx(bytes, file);
  const count = sumOf(scans, pointsOf);
  if (count === 0) {
    const mend = "send a scan with points";
    throw new ScanError({ file, problem: "the scan is empty (0 points)", mend, offset: 0 });
  }
  const color = colorType(scans);
  const head = new TextEncoder().encode([
    "ply",
    "format binary_little_endian 1.0",
    "comment converted from PTX",
    ...scans.map(({ columns, rows, position, matrix }, index) =>
      `comment scan ${index} columns ${columns}, rows ${rows}, position ${
        position.join(" ")
      }, matrix ${matrix.join(" ")}`
    ),
    `element vertex ${count}`,
    ...["x", "y", "z", "intensity"].map((name) => `property double ${name}`),
    ...(color ? ["red", "green", "blue"].map((name) => `property ${color} ${name}`) : []),
    ...(scans.length > 1 ? ["property ushort scan"] : []),
    "end_header\n",
  ].join("\n"));
  const pointBytes = POINT_BYTES + (color ? COLOR_BYTES[color] : 0) +
    (scans.length > 1 ? SCAN_BYTES : 0);
  const out = new Uint8Array(head.length + pointBytes * count);
  out.set(head);
  const view = new DataView(out.buffer);
  let at = head.length;
  let noReturns = 0;
  for (const [index, scan] of scans.entries()) {
    const { width, values } = scan;
    for (let from = 0; from < values.length; from += width, at += pointBytes) {
      const place = placeOf(scan, from);
      if (place === null) noReturns++;
      for (let axis = 0; axis < 3; axis++) {
        view.setFloat64(at + 8 * axis, place?.[axis] ?? NaN, LITTLE_ENDIAN);
      }
      view.setFloat64(at + 24, values[from + 3]!, LITTLE_ENDIAN);
      for (let channel = 0; color && channel < 3; channel++) {
        const value = width === 7 ? values[from + 4 + channel]! : 0;
        if (color === "uchar") view.setUint8(at + POINT_BYTES + channel, value);
        else view.setFloat32(at + POINT_BYTES + 4 * channel, value, LITTLE_ENDIAN);
      }
      if (scans.length > 1) view.setUint16(at + pointBytes - SCAN_BYTES, index, LITTLE_ENDIAN);
    }
  }
  return { ply: out, warnings: [conversionWarning(scans.length, noReturns)] };
}

/**
 * Computes what reading a PTX file takes; see `scanMemory`.
 *
 * @param bytes the whole file, which has no more points than lines
 */
export function ptxMemory(bytes: Uint8Array): ScanMemory {
  const points = countLines(bytes, 0);
  const ply = points * (POINT_BYTES + COLOR_BYTES.float + SCAN_BYTES);
  // The numbers of all lines, the PLY, and what reading that takes.
  return { points, readingBytes: 8 * 7 * points + ply + 160 * points, fileBytes: ply };
}

function pointsOf({ columns, rows }: PtxScan): number {
  return columns * rows;
}

/** The type that holds all colours; null where there are none. Some programs write them as 0 to 1. */
function colorType(scans: readonly PtxScan[]): "uchar" | "float" | null {
  const colored = scans.filter(({ width }) => width === 7);
  if (colored.length === 0) return null;
  const areBytes = colored.every(({ values }) =>
    values.every((value, i) => i % 7 < 4 || Number.isInteger(value) && value >= 0 && value <= 255)
  );
  return areBytes ? "uchar" : "float";
}

/** The place of a point in the coordinates of the file; null where nothing came back. */
function placeOf({ values, matrix }: PtxScan, from: number): number[] | null {
  const [x, y, z] = [values[from]!, values[from + 1]!, values[from + 2]!];
  if (x === 0 && y === 0 && z === 0) return null;
  return [0, 1, 2].map((axis) =>
    x * matrix[axis]! + y * matrix[4 + axis]! + z * matrix[8 + axis]! + matrix[12 + axis]!
  );
}

function conversionWarning(scans: number, noReturns: number): Warning {
  return {
    code: "ptx",
    text: `The scan came as PTX, which is answered as PLY: ${
      scans === 1 ? "its points" : `the points of its ${scans} scans`
    } in the coordinates of the file, in their order.${
      noReturns > 0
        ? ` Of its points, ${noReturns} lay at 0, 0, 0 of their scanner, as where nothing came back, and have no position.`
        : ""
    }`,
    field: "scan",
  };
}
