/**
 * Plans the extra dimensions of LAS points, such as `label`, `confidence`, `classification_original` and `instance`: their
 * places in the records, and the extra-bytes record that describes them.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", table 24 (extra bytes descriptor).
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { ScanError } from "../errors.ts";
import type { PointColumn } from "../scan.ts";
import { LAS_FIELDS, type LasHeader } from "./header.ts";
import {
  cString,
  LASF_SPEC,
  parseVlrs,
  type VariableLengthRecord,
  variableLengthRecord,
} from "./variable_length_records.ts";

const DESCRIPTOR_BYTES = 192;
const EXTRA_BYTES_RECORD = 4;
/** Bytes of one value of the data types 1 to 10; those of type 0 are in its options byte. */
const TYPE_BYTES = [0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8] as const;
const UINT8 = 1;
const UINT32 = 5;
const FLOAT32 = 9;
const LARGEST_BODY = 0xffff;
const LARGEST_RECORD = 0xffff;
/** The dimension that keeps the client's own labels. */
const ORIGINAL = "classification_original";
/** Types of integers, the smallest first. */
const INTEGER_RANGES = [
  { type: UINT8, from: 0, to: 0xff },
  { type: 2, from: -0x80, to: 0x7f },
  { type: 3, from: 0, to: 0xffff },
  { type: 4, from: -0x8000, to: 0x7fff },
  { type: 6, from: -0x80000000, to: 0x7fffffff },
] as const;

/** What is to be added to the points. */
export interface WantedDimensions {
  /** Whether `label` (uint8) and `confidence` (float32) are wanted. */
  prediction: boolean;
  /** Values of `classification_original`; null where it is not wanted. */
  original: ArrayLike<number> | null;
  /** What else is wanted. */
  columns: readonly PointColumn[];
}

/** An extra dimension of the answer. */
export interface ExtraDimension {
  /** Its byte within a record of the answer. */
  offset: number;
  /** Its data type, 1 to 9. */
  type: number;
}

/** How a file has to change to hold the extra dimensions. */
export interface ExtraBytesPlan {
  /** The class of a point. */
  label: ExtraDimension | null;
  /** Its confidence. */
  confidence: ExtraDimension | null;
  /** The label that the client's file had; null also where the file keeps one already. */
  original: ExtraDimension | null;
  /** What else was wanted. */
  columns: ExtraDimension[];
  /** Bytes of a record of the answer. */
  recordBytes: number;
  /** Everything before the points of the answer; of the header, only the number of records is up to date. */
  head: Uint8Array;
}

/** A dimension that the file describes. */
type Described = ExtraDimension & { name: string; about: string };

/**
 * Plans the extra dimensions. Where the file was labelled before, which a `label` with a `confidence` right behind it
 * shows, both are used again. Dimensions of the client's own with these names are left alone: ours are then called
 * `class_label` and `label_confidence`; further ones are told apart by their descriptions, and get `label_` before their
 * names.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where the records would become too long
 */
export function planExtraBytes(
  bytes: Uint8Array,
  header: LasHeader,
  { prediction, original, columns }: WantedDimensions,
  file: string,
): ExtraBytesPlan {
  const records = parseVlrs(bytes, header).filter(({ userId, recordId }) =>
    userId === LASF_SPEC && recordId === EXTRA_BYTES_RECORD
  );
  const { dimensions, descriptors, end } = describedDimensions(bytes, header, records);
  if (!prediction && original === null && columns.length === 0) {
    const { recordBytes, pointOffset } = header;
    const head = bytes.slice(0, pointOffset);
    return { label: null, confidence: null, original: null, columns: [], recordBytes, head };
  }
  const added: Uint8Array[] = [];
  // Bytes without a descriptor get one first, so that the next descriptors are for the bytes behind them.
  for (let rest = header.recordBytes - end; rest > 0; rest -= 255) {
    added.push(descriptor("undocumented", 0, Math.min(rest, 255), ""));
  }
  let { recordBytes } = header;
  const place = (name: string, type: number, about: string): ExtraDimension => {
    added.push(descriptor(name, type, 0, about));
    const offset = recordBytes;
    recordBytes += typeBytes(type, 0);
    return { offset, type };
  };
  const named = (name: string) => dimensions.find((found) => found.name === name);
  const ours = labelledBefore(dimensions);
  const [label, confidence] = !prediction ? [null, null] : ours ?? [
    place(named("label") ? "class_label" : "label", UINT8, "class index"),
    place(named("confidence") ? "label_confidence" : "confidence", FLOAT32, "0 to 1"),
  ];
  const kept = original === null || named(ORIGINAL)
    ? null
    : place(ORIGINAL, smallestType(original), "label before");
  const others = columns.map(({ name, values, about }) => {
    const type = values instanceof Float32Array ? FLOAT32 : UINT32;
    const stored = (text: string) => cString(field(text));
    const isOurs = (found: Described) => found.type === type && found.about === stored(about);
    const names = [name, `label_${name}`].map(stored);
    return dimensions.find((found) => names.includes(found.name) && isOurs(found)) ??
      place(named(names[0]!) ? names[1]! : names[0]!, type, about);
  });
  if (recordBytes > LARGEST_RECORD) {
    throw new ScanError({
      file,
      action: "add extra bytes to",
      problem: `its records of ${header.recordBytes} bytes would need ${recordBytes}`,
      mend: "ask for no extraBytes and other values of points, and set keepLabels to false",
      field: "point data record length",
    });
  }
  const head = headWith(bytes, header, records, concat(descriptors), concat(added));
  return { label, confidence, original: kept, columns: others, recordBytes, head };
}

/** The label and confidence of an earlier answer. */
function labelledBefore(dimensions: readonly Described[]): [Described, Described] | null {
  const at = dimensions.findIndex(({ name, type }) => name === "label" && type === UINT8);
  const [label, next] = [dimensions[at], dimensions[at + 1]];
  return label && next?.name === "confidence" && next.type === FLOAT32 ? [label, next] : null;
}

/** The smallest type of integers that holds all values. */
function smallestType(values: ArrayLike<number>): number {
  let [least, most] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return INTEGER_RANGES.find(({ from, to }) => from <= least && most <= to)!.type;
}

/**
 * The dimensions that the file describes already, with the byte of a record after the last of them. Descriptors of more
 * bytes than the records have describe nothing, and are left out.
 */
function describedDimensions(
  bytes: Uint8Array,
  header: LasHeader,
  records: readonly VariableLengthRecord[],
): { dimensions: Described[]; descriptors: Uint8Array[]; end: number } {
  const dimensions: Described[] = [];
  const descriptors: Uint8Array[] = [];
  let end = header.formatBytes;
  for (const { body, end: stop } of records) {
    for (let at = body; at + DESCRIPTOR_BYTES <= stop; at += DESCRIPTOR_BYTES) {
      const type = bytes[at + 2]!;
      const size = typeBytes(type, bytes[at + 3]!);
      if (end + size > header.recordBytes) return { dimensions, descriptors, end };
      const name = cString(bytes.subarray(at + 4, at + 36));
      const about = cString(bytes.subarray(at + 160, at + 192));
      dimensions.push({ name, about, type, offset: end });
      descriptors.push(bytes.subarray(at, at + DESCRIPTOR_BYTES));
      end += size;
    }
  }
  return { dimensions, descriptors, end };
}

/**
 * Everything before the points, with more descriptors: behind those of the only extra-bytes record, or in a new first
 * record that replaces all such records.
 */
function headWith(
  bytes: Uint8Array,
  header: LasHeader,
  records: readonly VariableLengthRecord[],
  before: Uint8Array,
  added: Uint8Array,
): Uint8Array {
  const head = bytes.subarray(0, header.pointOffset);
  if (added.length === 0) return head.slice();
  const [record, ...others] = records;
  const length = before.length + added.length;
  if (record && others.length === 0 && record.end - record.body === before.length) {
    const out = concat([head.subarray(0, record.end), added, head.subarray(record.end)]);
    if (length <= LARGEST_BODY) {
      new DataView(out.buffer).setUint16(record.offset + 20, length, true);
      return out;
    }
  }
  // Records have at most so many descriptors; a file may have several.
  const bodies: Uint8Array[] = [];
  const all = concat([before, added]);
  const most = Math.floor(LARGEST_BODY / DESCRIPTOR_BYTES) * DESCRIPTOR_BYTES;
  for (let at = 0; at < all.length; at += most) bodies.push(all.subarray(at, at + most));
  const kept: Uint8Array[] = [];
  let from = header.headerBytes;
  for (const { offset, end } of records) {
    kept.push(head.subarray(from, offset));
    from = end;
  }
  const out = concat([
    head.subarray(0, header.headerBytes),
    ...bodies.map((body) =>
      variableLengthRecord(LASF_SPEC, EXTRA_BYTES_RECORD, "extra bytes", body)
    ),
    ...kept,
    head.subarray(from),
  ]);
  const count = header.vlrCount - records.length + bodies.length;
  new DataView(out.buffer).setUint32(LAS_FIELDS.vlrCount, count, true);
  return out;
}

function descriptor(name: string, type: number, options: number, about: string): Uint8Array {
  const bytes = new Uint8Array(DESCRIPTOR_BYTES);
  bytes[2] = type;
  bytes[3] = options;
  bytes.set(field(name), 4);
  bytes.set(field(about), 160);
  return bytes;
}

/** A text as descriptors hold it: 32 bytes, filled up with zeros, no letter cut in two. */
function field(text: string): Uint8Array {
  const bytes = new Uint8Array(32);
  new TextEncoder().encodeInto(text, bytes);
  return bytes;
}

/** Types 11 to 30 were arrays of two or three values in earlier editions of the specification. */
function typeBytes(type: number, options: number): number {
  if (type === 0) return options;
  const base = TYPE_BYTES[((type - 1) % 10) + 1]!;
  return base * (Math.floor((type - 1) / 10) + 1);
}

/** Writes a value of a data type that answers have. */
export function writeDimension(
  view: DataView,
  { offset, type }: ExtraDimension,
  record: number,
  value: number,
): void {
  const at = record + offset;
  switch (type) {
    case UINT8:
      return view.setUint8(at, value);
    case 2:
      return view.setInt8(at, value);
    case 3:
      return view.setUint16(at, value, true);
    case 4:
      return view.setInt16(at, value, true);
    case UINT32:
      return view.setUint32(at, value, true);
    case 6:
      return view.setInt32(at, value, true);
    case FLOAT32:
      return view.setFloat32(at, value, true);
  }
  throw new RangeError(`Cannot write data type ${type}`);
}
