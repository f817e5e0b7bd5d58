/**
 * Builders of LAS and PLY files for the tests of lib/scan, written after the specifications, independent of the code
 * under test.
 *
 * @module
 */
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** Bytes of a record of each LAS point format. */
export const LAS_RECORD = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67];
const LAS_RED: (number | null)[] = [null, null, 20, 28, null, 28, null, 30, 30, null, 30];

/** The content of a LAS file to build. */
export interface LasRecipe {
  minor?: number;
  format?: number;
  count?: number;
  /** Extra bytes of every record. */
  extra?: number;
  /** Variable-length records: [user id, record id, body]. */
  vlrs?: [string, number, Uint8Array][];
  /** Unused bytes between the records and the points. */
  gap?: number;
  /** Bodies of extended variable-length records (LAS 1.4), or [user id, record id, body]. */
  evlrs?: (Uint8Array | [string, number, Uint8Array])[];
  /** Largest colour value. */
  brightest?: number;
  seed?: number;
}

/** Builds a LAS file and gives the true values of its points, none of which is withheld; all other bits of the records are random. */
export function makeLas(recipe: LasRecipe = {}) {
  const { minor = 4, format = 7, count = 20, extra = 0, vlrs = [], gap = 0 } = recipe;
  const evlrs = (recipe.evlrs ?? []).map((evlr) =>
    evlr instanceof Uint8Array ? ["test", 0, evlr] as const : evlr
  );
  const { brightest = 65535, seed = 1 } = recipe;
  const next = mulberry32(seed);
  const headerBytes = minor === 4 ? 375 : minor === 3 ? 235 : 227;
  const vlrBytes = vlrs.reduce((sum, [, , body]) => sum + 54 + body.length, 0);
  const pointOffset = headerBytes + vlrBytes + gap;
  const recordBytes = LAS_RECORD[format]! + extra;
  const pointsEnd = pointOffset + count * recordBytes;
  const bytes = new Uint8Array(
    pointsEnd + evlrs.reduce((sum, [, , body]) => sum + 60 + body.length, 0),
  );
  const view = new DataView(bytes.buffer);
  const ascii = (text: string, at: number) => bytes.set(new TextEncoder().encode(text), at);
  ascii("LASF", 0);
  bytes[24] = 1;
  bytes[25] = minor;
  view.setUint16(94, headerBytes, true);
  view.setUint32(96, pointOffset, true);
  view.setUint32(100, vlrs.length, true);
  bytes[104] = format;
  view.setUint16(105, recordBytes, true);
  if (format < 6) view.setUint32(107, count, true);
  const scale = [0.001, 0.002, 0.0005];
  const offset = [652000.5, 6862000, -12.25];
  for (let axis = 0; axis < 3; axis++) {
    view.setFloat64(131 + 8 * axis, scale[axis]!, true);
    view.setFloat64(155 + 8 * axis, offset[axis]!, true);
  }
  let at = headerBytes;
  for (const [user, id, body] of vlrs) {
    ascii(user, at + 2);
    view.setUint16(at + 18, id, true);
    view.setUint16(at + 20, body.length, true);
    bytes.set(body, at + 54);
    at += 54 + body.length;
  }
  bytes.fill(0xa5, at, pointOffset);
  if (minor === 4) {
    view.setBigUint64(235, evlrs.length > 0 ? BigInt(pointsEnd) : 0n, true);
    view.setUint32(243, evlrs.length, true);
    view.setBigUint64(247, BigInt(count), true);
  }
  at = pointsEnd;
  for (const [user, id, body] of evlrs) {
    ascii(user, at + 2);
    view.setUint16(at + 18, id, true);
    view.setBigUint64(at + 20, BigInt(body.length), true);
    bytes.set(body, at + 60);
    at += 60 + body.length;
  }

  const positions = new Float64Array(3 * count);
  const colors = LAS_RED[format] === null ? null : new Uint16Array(3 * count);
  const intensity = new Uint16Array(count);
  const classes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const record = pointOffset + i * recordBytes;
    for (let b = 0; b < recordBytes; b++) bytes[record + b] = Math.floor(next() * 256);
    bytes[record + 15]! &= format < 6 ? 0x7f : 0xfb;
    for (let axis = 0; axis < 3; axis++) {
      const raw = Math.floor((next() - 0.5) * 200000);
      view.setInt32(record + 4 * axis, raw, true);
      positions[3 * i + axis] = raw * scale[axis]! + offset[axis]!;
    }
    intensity[i] = view.getUint16(record + 12, true);
    const classByte = bytes[record + (format < 6 ? 15 : 16)]!;
    classes[i] = format < 6 ? classByte & 31 : classByte;
    if (!colors) continue;
    for (let c = 0; c < 3; c++) {
      const value = Math.floor(next() * (brightest + 1));
      view.setUint16(record + LAS_RED[format]! + 2 * c, value, true);
      colors[3 * i + c] = value;
    }
  }
  return { bytes, positions, colors, intensity, classes, pointOffset, recordBytes, pointsEnd };
}

/** A property of a PLY element to build: type and name; a list has the type "list uchar int". */
export type PlyField = [type: string, name: string];

/** An element of a PLY file to build; the value of a list is an array. */
export interface PlyPart {
  name: string;
  fields: PlyField[];
  rows: (number | number[])[][];
}

/** Encodings of PLY. */
export const PLY_ENCODINGS = ["ascii", "binary_little_endian", "binary_big_endian"] as const;
/** An encoding of PLY. */
export type PlyEncoding = (typeof PLY_ENCODINGS)[number];

/** Builds a PLY file of these elements. */
export function makePly(encoding: PlyEncoding, parts: PlyPart[], newline = "\n"): Uint8Array {
  const header = [
    "ply",
    `format ${encoding} 1.0`,
    "comment made by a test",
    ...parts.flatMap(({ name, fields, rows }) => [
      `element ${name} ${rows.length}`,
      ...fields.map(([type, field]) => `property ${type} ${field}`),
    ]),
    "end_header",
    "",
  ].join(newline);
  const out = [...new TextEncoder().encode(header)];
  for (const { fields, rows } of parts) {
    for (const row of rows) {
      if (encoding === "ascii") {
        const words = row.map((value) =>
          Array.isArray(value) ? [value.length, ...value].join(" ") : String(value)
        );
        out.push(...new TextEncoder().encode(words.join(" ") + newline));
        continue;
      }
      const little = encoding === "binary_little_endian";
      for (const [index, [type]] of fields.entries()) {
        const value = row[index]!;
        if (!Array.isArray(value)) {
          out.push(...scalarBytes(type, value, little));
          continue;
        }
        const [, countType, itemType] = type.split(" ");
        out.push(...scalarBytes(countType!, value.length, little));
        for (const item of value) out.push(...scalarBytes(itemType!, item, little));
      }
    }
  }
  return Uint8Array.from(out);
}

function scalarBytes(type: string, value: number, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  const done = (length: number) => new Uint8Array(view.buffer, 0, length);
  switch (type) {
    case "char":
    case "int8":
      view.setInt8(0, value);
      return done(1);
    case "uchar":
    case "uint8":
      view.setUint8(0, value);
      return done(1);
    case "short":
    case "int16":
      view.setInt16(0, value, little);
      return done(2);
    case "ushort":
    case "uint16":
      view.setUint16(0, value, little);
      return done(2);
    case "int":
    case "int32":
      view.setInt32(0, value, little);
      return done(4);
    case "uint":
    case "uint32":
      view.setUint32(0, value, little);
      return done(4);
    case "float":
    case "float32":
      view.setFloat32(0, value, little);
      return done(4);
    case "double":
    case "float64":
      view.setFloat64(0, value, little);
      return done(8);
  }
  throw new TypeError(`no type ${type}`);
}

/** Gives the coordinates of a scan with its origin added, as float64. */
export function worldPositions(
  { origin, positions }: { origin: readonly number[]; positions: Float32Array },
): number[] {
  return Array.from(positions, (value, i) => value + origin[i % 3]!);
}

/** Gives the largest difference between two lists of numbers; Infinity where their lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
