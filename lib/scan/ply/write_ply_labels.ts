/**
 * Writes labels into a client's PLY file, in the file's own encoding. Everything else stays as it is, byte for byte.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import { answerColumns, ORIGINAL } from "../fields/answer_columns.ts";
import { ByteWriter } from "../text/byte_writer.ts";
import { ScanError } from "../errors.ts";
import { classComments } from "./class_comments.ts";
import { edited, type TextEdit } from "../text/text_edits.ts";
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
import { asciiFloat } from "../text/text_lines.ts";
import { scalarReader, scalarWriter } from "./scalars.ts";
import { UNLABELLED } from "../left_out.ts";
import type { ScanLabels } from "../scan.ts";

/** Smallest and largest integer that each type holds; a float32 holds integers up to 2^24. */
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

/** Names of scalar types in PLY files. */
const TYPE_NAMES: Readonly<Record<PlyScalar, string>> = {
  int8: "char",
  uint8: "uchar",
  int16: "short",
  uint16: "ushort",
  int32: "int",
  uint32: "uint",
  float32: "float",
  float64: "double",
};

/** One property of the answer. */
interface AnswerProperty {
  name: string;
  type: PlyScalar;
  /** The property of the file that it replaces; null for a new one. */
  replaces: PlyProperty | null;
  /** Its values, or the property of the file that it repeats. */
  values: ArrayLike<number> | PlyProperty;
}

/**
 * Writes labels into a copy of a PLY file.
 *
 * An existing vertex property `label` gets new values in place, and so does a float `confidence` right behind it, which
 * shows that the file was labelled before. A `confidence` at another place is the client's own (3D scanners write one);
 * ours is then called `label_confidence`. What `label` held before is repeated as `label_original`, unless the file has
 * one or `keepLabels` is false. Properties that are missing are added at the end of the vertex: `label` as int, the
 * confidence as float. A row that is no point of the scan gets {@link UNLABELLED}, or -1 where `label` is a char.
 *
 * Whatever else is asked for (`columns`) is added behind that, as uint or float.
 *
 * With a `student`, comments in the header name its classes.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where a property of the file cannot hold the labels or confidences
 */
export function writePlyLabels(bytes: Uint8Array, labelling: ScanLabels, file: string): Uint8Array {
  const header = parsePlyHeader(bytes, file);
  const columns = answerProperties(vertexOf(header).properties, labelling, file);
  const added = columns.filter(({ replaces }) => replaces === null);
  const areKept = !columns.some(({ name, replaces }) => name === "label" && replaces) ||
    added.some(({ name }) => name === ORIGINAL);
  const { student } = labelling;
  const head = edited(bytes.subarray(0, header.bodyOffset), [
    ...(student ? classComments(header, student, areKept) : []),
    propertyLines(header, added),
  ]);
  return header.encoding === "ascii"
    ? labelAscii(bytes, header, head, columns, file)
    : labelBinary(bytes, header, head, columns, file);
}

function answerProperties(
  properties: readonly PlyProperty[],
  { labels, confidence, keepLabels = true, columns = [] }: ScanLabels,
  file: string,
): AnswerProperty[] {
  const refuse = (problem: string, mend: string, field: string): never => {
    throw new ScanError({ file, action: "write labels into", problem, mend, field });
  };
  const column = (name: string, type: PlyScalar, values: ArrayLike<number>): AnswerProperty => {
    const replaces = properties.find((property) => property.name === name) ?? null;
    if (replaces && replaces.countType !== null) {
      refuse(`its property ${name} is a list`, "rename it", name);
    }
    return { name, type: replaces?.type ?? type, replaces, values };
  };
  const label = column("label", "int32", labels);
  if (label.type === "int8") {
    label.values = Int8Array.from(labels, (value) => value === UNLABELLED ? -1 : value);
  }
  const [least, most] = RANGES[label.type];
  const bad = labels.findIndex((value: number) =>
    (value < least || value > most) && !(label.type === "int8" && value === UNLABELLED)
  );
  if (bad >= 0) {
    refuse(
      `its property label (${label.type}) cannot hold ${labels[bad]}`,
      "make it an int",
      "label",
    );
  }
  const scalars = properties.map(({ name, type, countType }) => ({
    name,
    isFloat: countType === null && type.startsWith("float"),
  }));
  const { confidence: { name }, others, addsOriginal } = answerColumns(
    scalars,
    keepLabels,
    columns.map((column) => column.name),
  );
  const sureness = column(name, "float32", confidence);
  if (!sureness.type.startsWith("float")) {
    refuse(
      `its property ${name} (${sureness.type}) cannot hold fractions`,
      "make it a float",
      name,
    );
  }
  return [
    label,
    sureness,
    ...(addsOriginal
      ? [{ ...label, name: ORIGINAL, replaces: null, values: label.replaces! }]
      : []),
    ...columns.map(({ values }, i) => {
      const type = values instanceof Float32Array ? "float32" : "uint32";
      const one = column(others[i]!.name, type, values);
      if (one.type !== type) {
        refuse(`its property ${one.name} is ${one.type}, not ${type}`, "rename it", one.name);
      }
      return one;
    }),
  ].sort((a, b) => place(properties, a) - place(properties, b));
}

/** Where a property of the answer stands among those of the file; new ones stand behind all. */
function place(properties: readonly PlyProperty[], { replaces }: AnswerProperty): number {
  return replaces ? properties.indexOf(replaces) : properties.length;
}

/** The lines of new properties, behind those of the points. */
function propertyLines(header: PlyHeader, added: readonly AnswerProperty[]): TextEdit {
  const { endOffset } = vertexOf(header);
  const lines = added.map(({ name, type }) =>
    `property ${TYPE_NAMES[type]} ${name}${header.newline}`
  );
  return { offset: endOffset, endOffset, put: lines.join("") };
}

function labelBinary(
  bytes: Uint8Array,
  header: PlyHeader,
  head: Uint8Array,
  columns: readonly AnswerProperty[],
  file: string,
): Uint8Array {
  const { offset, end, rowStart, locate } = binaryLayout(bytes, header, file);
  const { count } = vertexOf(header);
  const added = columns.filter(({ replaces }) => replaces === null);
  const addedBytes = sumOf(added, ({ type }) => SCALAR_BYTES[type]);
  const out = new Uint8Array(
    head.length + bytes.length - header.bodyOffset + count * addedBytes,
  );
  out.set(head);
  out.set(bytes.subarray(header.bodyOffset, offset), head.length);
  /** How far a row moves; its new values follow after its old ones. */
  const moved = (row: number) => head.length - header.bodyOffset + row * addedBytes;
  for (let i = 0; i < count; i++) {
    out.set(bytes.subarray(rowStart(i), rowStart(i + 1)), rowStart(i) + moved(i));
  }
  out.set(bytes.subarray(end), end + moved(count));

  const before = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = new DataView(out.buffer);
  const little = header.encoding === "binary_little_endian";
  let behind = 0;
  for (const { type, replaces, values } of columns) {
    const first = behind;
    const at = replaces ? locate(replaces) : (row: number) => rowStart(row + 1) + first;
    if (!replaces) behind += SCALAR_BYTES[type];
    const write = scalarWriter(view, type, little);
    const value = "countType" in values
      ? valueReader(scalarReader(before, type, little), locate(values))
      : (row: number) => values[row]!;
    for (let i = 0; i < count; i++) write(at(i) + moved(i), value(i));
  }
  return out;
}

function valueReader(read: (offset: number) => number, at: (row: number) => number) {
  return (row: number) => read(at(row));
}

function labelAscii(
  bytes: Uint8Array,
  header: PlyHeader,
  head: Uint8Array,
  columns: readonly AnswerProperty[],
  file: string,
): Uint8Array {
  const { properties, count } = vertexOf(header);
  const added = columns.filter(({ replaces }) => replaces === null);
  const replaced = columns.filter(({ replaces }) => replaces !== null);
  const out = new ByteWriter(bytes.length + 16 * count);
  out.bytes(head);
  let done = header.bodyOffset;
  for (const { element, row, text, offset } of asciiRows(bytes, header, file, [])) {
    if (element !== header.vertex) continue;
    const words = replaced.length > 0 ? [...text.matchAll(/\S+/g)] : [];
    const wordOf = (property: PlyProperty) => words[wordIndex(properties, property, words)]!;
    for (const { replaces, values } of replaced) {
      const word = wordOf(replaces!);
      out.bytes(bytes.subarray(done, offset + word.index));
      out.text(asciiFloat((values as ArrayLike<number>)[row]!));
      done = offset + word.index + word[0].length;
    }
    const end = offset + text.trimEnd().length;
    out.bytes(bytes.subarray(done, end));
    for (const { values } of added) {
      out.text(` ${"countType" in values ? wordOf(values)[0] : asciiFloat(values[row]!)}`);
    }
    done = end;
  }
  out.bytes(bytes.subarray(done));
  return out.result();
}

/** Which word of a row is the value of a property. */
function wordIndex(
  properties: readonly PlyProperty[],
  wanted: PlyProperty,
  words: readonly { 0: string }[],
): number {
  let at = 0;
  for (const property of properties) {
    if (property === wanted) break;
    at += property.countType === null ? 1 : 1 + Number(words[at]![0]);
  }
  return at;
}
