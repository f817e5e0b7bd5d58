/**
 * Writes labels into a client's PLY file, in the file's own encoding. Everything that is no label stays as
 * it is, byte for byte.
 *
 * @module
 */
import { ByteWriter } from "./byte_writer.ts";
import { ScanError } from "../errors.ts";
import { asciiRows } from "./ascii_rows.ts";
import { binaryLayout } from "./binary_layout.ts";
import {
  parsePlyHeader,
  type PlyHeader,
  type PlyProperty,
  type PlyScalar,
  SCALAR_BYTES,
  vertexOf,
} from "./header.ts";
import type { ScanLabels } from "../scan.ts";

/** Largest and smallest value of the integer types; a float32 holds integers up to 2^24. */
const RANGES: Readonly<Record<PlyScalar, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  float32: [-16777216, 16777216],
  float64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** One column of the answer. */
interface Column {
  name: string;
  type: PlyScalar;
  /** Index among the vertex properties of the file; null where the column is new. */
  index: number | null;
  values: ArrayLike<number>;
}

/**
 * The client's file with labels.
 *
 * A vertex property `label` that is there already gets new values in place, and so does a float
 * `confidence` right behind it, as a file has that was labelled before. A `confidence` elsewhere is the
 * client's own (3D scanners write one), and ours is then called `label_confidence`. What is not there is
 * added at the end of the vertex: `label` as int, the confidence as float.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where a property of the file cannot hold the labels or confidences
 */
export function labelPly(bytes: Uint8Array, labelling: ScanLabels, file: string): Uint8Array {
  const header = parsePlyHeader(bytes, file);
  const columns = answerColumns(vertexOf(header).properties, labelling, file);
  return header.encoding === "ascii"
    ? labelAscii(bytes, header, columns, file)
    : labelBinary(bytes, header, columns, file);
}

function answerColumns(
  properties: readonly PlyProperty[],
  { labels, confidence }: ScanLabels,
  file: string,
): Column[] {
  const column = (name: string, type: PlyScalar, values: ArrayLike<number>): Column => {
    const index = properties.findIndex((property) => property.name === name);
    return index < 0
      ? { name, type, index: null, values }
      : { name, type: properties[index]!.type, index, values };
  };
  const refuse = (problem: string, mend: string, field: string): never => {
    throw new ScanError({ file, action: "write labels into", problem, mend, field });
  };
  const label = column("label", "int32", labels);
  const [least, most] = RANGES[label.type];
  const bad = labels.findIndex((value: number) => value < least || value > most);
  if (bad >= 0) {
    refuse(
      `its property label (${label.type}) cannot hold ${labels[bad]}`,
      "make it an int",
      "label",
    );
  }
  const own = label.index === null ? undefined : properties[label.index + 1];
  const named = properties.some(({ name }) => name === "confidence");
  const isOurs = own?.name === "confidence" && own.type.startsWith("float");
  const name = named && !isOurs ? "label_confidence" : "confidence";
  const sureness = column(name, "float32", confidence);
  if (!sureness.type.startsWith("float")) {
    refuse(
      `its property ${name} (${sureness.type}) cannot hold fractions`,
      "make it a float",
      name,
    );
  }
  return [label, sureness].sort((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity));
}

/** The header with lines for the columns that are new. */
function answerHeader(bytes: Uint8Array, header: PlyHeader, added: readonly Column[]): Uint8Array {
  const at = vertexOf(header).endOffset;
  const lines = added.map(({ name, type }) =>
    `property ${type === "float32" ? "float" : "int"} ${name}${header.newline}`
  );
  const insert = new TextEncoder().encode(lines.join(""));
  const out = new Uint8Array(header.bodyOffset + insert.length);
  out.set(bytes.subarray(0, at));
  out.set(insert, at);
  out.set(bytes.subarray(at, header.bodyOffset), at + insert.length);
  return out;
}

function labelBinary(
  bytes: Uint8Array,
  header: PlyHeader,
  columns: readonly Column[],
  file: string,
): Uint8Array {
  const { offset, stride, fields } = binaryLayout(bytes, header, file);
  const { count } = vertexOf(header);
  const added = columns.filter(({ index }) => index === null);
  const newStride = added.reduce((sum, { type }) => sum + SCALAR_BYTES[type], stride);
  const head = answerHeader(bytes, header, added);
  const start = head.length + offset - header.bodyOffset;
  const tail = bytes.subarray(offset + count * stride);
  const out = new Uint8Array(start + count * newStride + tail.length);
  out.set(head);
  out.set(bytes.subarray(header.bodyOffset, offset), head.length);
  for (let i = 0; i < count; i++) {
    out.set(bytes.subarray(offset + i * stride, offset + (i + 1) * stride), start + i * newStride);
  }
  out.set(tail, start + count * newStride);

  const view = new DataView(out.buffer);
  const little = header.encoding === "binary_little_endian";
  let end = stride;
  for (const { name, type, index, values } of columns) {
    const at = start + (index === null ? end : fields.get(name)!);
    if (index === null) end += SCALAR_BYTES[type];
    const write = scalarWriter(view, type, little);
    for (let i = 0; i < count; i++) write(at + i * newStride, values[i]!);
  }
  return out;
}

function labelAscii(
  bytes: Uint8Array,
  header: PlyHeader,
  columns: readonly Column[],
  file: string,
): Uint8Array {
  const added = columns.filter(({ index }) => index === null);
  const replaced = columns.filter(({ index }) => index !== null);
  const out = new ByteWriter(bytes.length + 16 * vertexOf(header).count);
  out.bytes(answerHeader(bytes, header, added));
  let done = header.bodyOffset;
  for (const { element, row, text, offset } of asciiRows(bytes, header, file)) {
    if (element !== header.vertex) continue;
    if (replaced.length > 0) {
      const words = [...text.matchAll(/\S+/g)];
      for (const { index, values } of replaced) {
        const word = words[index!]!;
        out.bytes(bytes.subarray(done, offset + word.index));
        out.text(asciiValue(values[row]!));
        done = offset + word.index + word[0].length;
      }
    }
    const end = offset + text.trimEnd().length;
    out.bytes(bytes.subarray(done, end));
    for (const { values } of added) out.text(` ${asciiValue(values[row]!)}`);
    done = end;
  }
  out.bytes(bytes.subarray(done));
  return out.result();
}

/** A short decimal that reads back as the same float32; nine digits always do. */
function asciiValue(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value);
  return String(Number(value.toPrecision(digits ?? 9)));
}

function scalarWriter(
  view: DataView,
  type: PlyScalar,
  little: boolean,
): (offset: number, value: number) => void {
  switch (type) {
    case "int8":
      return (offset, value) => view.setInt8(offset, value);
    case "uint8":
      return (offset, value) => view.setUint8(offset, value);
    case "int16":
      return (offset, value) => view.setInt16(offset, value, little);
    case "uint16":
      return (offset, value) => view.setUint16(offset, value, little);
    case "int32":
      return (offset, value) => view.setInt32(offset, value, little);
    case "uint32":
      return (offset, value) => view.setUint32(offset, value, little);
    case "float32":
      return (offset, value) => view.setFloat32(offset, value, little);
    case "float64":
      return (offset, value) => view.setFloat64(offset, value, little);
  }
}
