/**
 * Writes a PLY file from arrays, for scans without one: those of procedural worlds, and conversions.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";

/** The content of a PLY file; N is the number of points. */
export interface PlyContents {
  /** [N][3] coordinates minus `origin`. */
  positions: Float32Array;
  /** Added to every coordinate; coordinates are written as double if it is not zero. */
  origin?: readonly [number, number, number];
  /** [N][3] red, green, blue from 0 to 1, written as uchar. */
  colors?: Float32Array | null;
  /** [N] 0 to 1. */
  intensity?: Float32Array | null;
  /** [N] labels. */
  labels?: Int32Array | Uint8Array | null;
  /** Comments in the header, one line each. */
  comments?: readonly string[];
}

/** One property of the vertex. */
interface PlyField {
  /** Its type and name. */
  line: string;
  bytes: number;
  write: (view: DataView, offset: number, point: number) => void;
}

/**
 * Writes a binary little-endian PLY file with x, y, z, and with red, green, blue, intensity and label where they are
 * given.
 *
 * @throws {TypeError} where the length of an array does not fit the number of points
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readScan, writePly } from "../mod.ts";
 *
 * const file = writePly({ positions: Float32Array.of(1, 2, 3), origin: [500_000, 0, 0] });
 * const { origin, positions } = await readScan(file, "a.ply");
 * assert.equal(origin[0] + positions[0]!, 500_001);
 * ```
 */
export function writePly(contents: PlyContents): Uint8Array {
  const { positions, comments = [] } = contents;
  const count = positions.length / 3;
  const fields = plyFields(contents);
  const header = [
    "ply",
    "format binary_little_endian 1.0",
    ...comments.map((text) => `comment ${text.replace(/[\r\n]+/g, " ")}`),
    `element vertex ${count}`,
    ...fields.map(({ line }) => `property ${line}`),
    "end_header\n",
  ];
  const head = new TextEncoder().encode(header.join("\n"));
  const stride = sumOf(fields, ({ bytes }) => bytes);
  const out = new Uint8Array(head.length + count * stride);
  out.set(head);
  const view = new DataView(out.buffer);
  let at = head.length;
  for (let i = 0; i < count; i++) {
    for (const { bytes, write } of fields) {
      write(view, at, i);
      at += bytes;
    }
  }
  return out;
}

function plyFields(
  { positions, origin = [0, 0, 0], colors, intensity, labels }: PlyContents,
): PlyField[] {
  const count = positions.length / 3;
  const check = (name: string, length: number, width: number) => {
    if (length !== width * count || !Number.isInteger(count)) {
      throw new TypeError(`Cannot write ${length} values of ${name} for ${count} points`);
    }
  };
  check("position", positions.length, 3);
  if (colors) check("colour", colors.length, 3);
  if (intensity) check("intensity", intensity.length, 1);
  if (labels) check("label", labels.length, 1);

  const isAtZero = origin.every((value) => value === 0);
  const fields: PlyField[] = ["x", "y", "z"].map((name, axis) =>
    isAtZero
      ? {
        line: `float ${name}`,
        bytes: 4,
        write: (view, at, i) => view.setFloat32(at, positions[3 * i + axis]!, true),
      }
      : {
        line: `double ${name}`,
        bytes: 8,
        write: (view, at, i) => view.setFloat64(at, positions[3 * i + axis]! + origin[axis]!, true),
      }
  );
  if (colors) {
    for (const [channel, name] of ["red", "green", "blue"].entries()) {
      fields.push({
        line: `uchar ${name}`,
        bytes: 1,
        write: (view, at, i) => view.setUint8(at, Math.round(colors[3 * i + channel]! * 255)),
      });
    }
  }
  if (intensity) {
    fields.push({
      line: "float intensity",
      bytes: 4,
      write: (view, at, i) => view.setFloat32(at, intensity[i]!, true),
    });
  }
  if (labels) {
    fields.push({
      line: "int label",
      bytes: 4,
      write: (view, at, i) => view.setInt32(at, labels[i]!, true),
    });
  }
  return fields;
}
