/**
 * The points of a PCD file: lines of text, records, or, where they are compressed, one array for each field.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { asciiNumber, textLines } from "../text/text_lines.ts";
import type { Word } from "../fields/answer_columns.ts";
import type { PcdField, PcdHeader } from "./header.ts";
import { decompressLzf, LzfError, MOST_LZF_GROWTH } from "./lzf.ts";

/** Points as numbers in memory. */
export interface BinaryPoints {
  /** Records or arrays; `header.encoding` says which. */
  data: Uint8Array;
  /** Gives the byte of the first number of a field of a point. */
  locate: (field: PcdField) => (point: number) => number;
}

const WHOLE_FILE = "send the whole file, or correct the header";

/**
 * Finds the points of a binary file, and decompresses them.
 *
 * @throws {ScanError} where they do not fit the file, or are damaged
 */
export function binaryPoints(bytes: Uint8Array, header: PcdHeader, file: string): BinaryPoints {
  const { points, pointBytes, bodyOffset, encoding } = header;
  const needed = points * pointBytes;
  if (encoding === "binary") {
    const room = bytes.length - bodyOffset;
    if (needed > room) {
      throw new ScanError({
        file,
        problem: `${points} points of ${pointBytes} bytes need ${needed}, the file has ${room}`,
        mend: WHOLE_FILE,
        offset: bytes.length,
        field: "POINTS",
      });
    }
    return {
      data: bytes.subarray(bodyOffset, bodyOffset + needed),
      locate: ({ offset }) => (point) => point * pointBytes + offset,
    };
  }
  return {
    data: decompressed(bytes, header, file),
    locate: ({ offset, size, count }) => (point) => points * offset + point * size * count,
  };
}

/** Bytes of the two sizes before compressed points. */
export const SIZES_BYTES = 8;

function decompressed(
  bytes: Uint8Array,
  { points, pointBytes, bodyOffset }: PcdHeader,
  file: string,
): Uint8Array {
  const refuse = (problem: string, offset: number): never => {
    throw new ScanError({ file, problem, mend: WHOLE_FILE, offset, field: "DATA" });
  };
  const start = bodyOffset + SIZES_BYTES;
  if (start > bytes.length) refuse("the file ends before its points", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const compressed = view.getUint32(bodyOffset, true);
  const size = view.getUint32(bodyOffset + 4, true);
  if (size !== points * pointBytes) {
    const problem = `${points} points of ${pointBytes} bytes are not the ${size} that it says`;
    refuse(problem, bodyOffset + 4);
  }
  if (start + compressed > bytes.length) {
    const problem = `${compressed} compressed bytes do not fit into ${bytes.length - start}`;
    refuse(problem, bytes.length);
  }
  if (size > MOST_LZF_GROWTH * compressed) {
    refuse(`${compressed} compressed bytes cannot become ${size}`, bodyOffset);
  }
  try {
    return decompressLzf(bytes.subarray(start, start + compressed), size);
  } catch (error) {
    if (!(error instanceof LzfError)) throw error;
    return refuse(`its compressed points are damaged: ${error.message}`, start + error.at);
  }
}

/** A line of points. */
export interface PcdLine {
  /** The line with its end. */
  text: string;
  /** Where its words are. */
  words: Word[];
  /** Byte of the file at which it begins. */
  offset: number;
  /** Its number in the file, from 1. */
  line: number;
}

/**
 * Yields the lines of the points of a text file. Each has a word for every number of a point.
 *
 * @throws {ScanError} with line and byte where words or points are missing or left over
 */
export function* asciiPoints(
  bytes: Uint8Array,
  header: PcdHeader,
  file: string,
): Generator<PcdLine> {
  const { points, fields, bodyOffset, lines } = header;
  const needed = fields.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const start = { offset: bodyOffset, lines, newline: "\n" } as const;
  for (const { text, offset, line } of textLines(bytes, start, file)) {
    const words = [...text.matchAll(/\S+/g)].map((word) => ({
      start: word.index,
      end: word.index + word[0].length,
    }));
    if (words.length === 0) continue;
    if (done === points || words.length !== needed) {
      throw new ScanError({
        file,
        problem: done === points
          ? `line ${line} comes after the last of ${points} points`
          : `line ${line} has ${words.length} values where a point has ${needed}`,
        mend: "write one point per line, as the header says",
        offset,
        field: done === points ? "POINTS" : "FIELDS",
      });
    }
    yield { text, words, offset, line };
    done++;
  }
  if (done < points) {
    throw new ScanError({
      file,
      problem: `the file ends after ${done} of ${points} points`,
      mend: WHOLE_FILE,
      offset: bytes.length,
      field: "POINTS",
    });
  }
}

/**
 * Reads the numbers of fields that have one for each point.
 *
 * @param groups each group of fields becomes one array, [N][fields of the group]
 * @throws {ScanError} where the points do not fit the file, or a word is no number
 */
export function pcdValues(
  bytes: Uint8Array,
  header: PcdHeader,
  groups: readonly (readonly PcdField[])[],
  file: string,
): Float64Array[] {
  const { points, fields, encoding, bodyOffset } = header;
  if (encoding === "ascii" && 2 * points * fields.length > bytes.length - bodyOffset + 1) {
    throw new ScanError({
      file,
      problem: `${points} points of ${fields.length} fields do not fit into ${bytes.length} bytes`,
      mend: WHOLE_FILE,
      offset: bytes.length,
      field: "POINTS",
    });
  }
  const out = groups.map((group) => new Float64Array(points * group.length));
  if (encoding !== "ascii") {
    const { data, locate } = binaryPoints(bytes, header, file);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (const [g, group] of groups.entries()) {
      for (const [index, field] of group.entries()) {
        const [read, at] = [numberReader(view, field), locate(field)];
        for (let i = 0; i < points; i++) out[g]![i * group.length + index] = read(at(i));
      }
    }
    return out;
  }
  const wordOf = new Map<PcdField, number>();
  fields.reduce((word, field) => (wordOf.set(field, word), word + field.count), 0);
  let point = 0;
  for (const { text, words, offset, line } of asciiPoints(bytes, header, file)) {
    for (const [g, group] of groups.entries()) {
      for (const [index, field] of group.entries()) {
        const { start, end } = words[wordOf.get(field)!]!;
        const value = asciiNumber(text.slice(start, end));
        if (value === null) {
          throw new ScanError({
            file,
            problem: `line ${line} has '${
              text.slice(start, Math.min(end, start + 40))
            }' where a number belongs`,
            mend: "write numbers like 1.5 or -2e3",
            offset: offset + start,
            field: field.name,
          });
        }
        out[g]![point * group.length + index] = value;
      }
    }
    point++;
  }
  return out;
}

function numberReader(view: DataView, { type, size }: PcdField): (at: number) => number {
  switch (`${type}${size}`) {
    case "I1":
      return (at) => view.getInt8(at);
    case "U1":
      return (at) => view.getUint8(at);
    case "I2":
      return (at) => view.getInt16(at, true);
    case "U2":
      return (at) => view.getUint16(at, true);
    case "I4":
      return (at) => view.getInt32(at, true);
    case "U4":
      return (at) => view.getUint32(at, true);
    case "I8":
      return (at) => Number(view.getBigInt64(at, true));
    case "U8":
      return (at) => Number(view.getBigUint64(at, true));
    case "F4":
      return (at) => view.getFloat32(at, true);
  }
  return (at) => view.getFloat64(at, true);
}

/** Gives a writer of numbers of a field. */
export function numberWriter(
  view: DataView,
  { type, size }: Pick<PcdField, "type" | "size">,
): (at: number, value: number) => void {
  switch (`${type}${size}`) {
    case "I1":
      return (at, value) => view.setInt8(at, value);
    case "U1":
      return (at, value) => view.setUint8(at, value);
    case "I2":
      return (at, value) => view.setInt16(at, value, true);
    case "U2":
      return (at, value) => view.setUint16(at, value, true);
    case "I4":
      return (at, value) => view.setInt32(at, value, true);
    case "U4":
      return (at, value) => view.setUint32(at, value, true);
    case "I8":
      return (at, value) => view.setBigInt64(at, BigInt(value), true);
    case "U8":
      return (at, value) => view.setBigUint64(at, BigInt(value), true);
    case "F4":
      return (at, value) => view.setFloat32(at, value, true);
  }
  return (at, value) => view.setFloat64(at, value, true);
}
