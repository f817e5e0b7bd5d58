/**
 * Writes labels into a client's LAS file. Everything else stays as it is: header, records before and after the points,
 * and every other byte of the points.
 *
 * @module
 */
import { UNLABELLED } from "../left_out.ts";
import { classCodes, labelOf } from "../classes/class_table.ts";
import { withClassLookup } from "./class_lookup.ts";
import { type ExtraBytesPlan, planExtraBytes, writeDimension } from "./extra_bytes_plan.ts";
import { LAS_FIELDS, type LasHeader, parseLasHeader } from "./header.ts";
import { UNCLASSIFIED } from "./narrow_codes.ts";
import type { ScanLabels } from "../scan.ts";

/** The code of points without a label. */
const NEVER_CLASSIFIED = 0;

/** What a client's file has. */
export interface OwnRows {
  /** The label of every row; null where the file had none. */
  original: ArrayLike<number> | null;
  /** Rows that are no points of the scan: those that are withheld keep their class, the others get none. */
  leftOut: readonly number[];
}

/** The classes of a file's rows that are no points of its scan. */
interface LeftOutRows {
  has: (row: number) => boolean;
  /** The class that the file came with. */
  original: (row: number) => number;
  /** The class that the answer has. */
  code: (row: number) => number;
}

/**
 * Writes labels into a copy of a LAS file.
 *
 * @param bytes an uncompressed LAS file
 * @param own what the client's file has: its labels, and the rows that are no points of its scan
 * @param file name of the scan, for errors
 * @returns a file whose classification is the code of the label by the `student`, or the label itself where there is
 *   none; the student's names of codes stand in its classification lookup. A code of a student that does not fit the
 *   point format becomes 1, unclassified. With `extraBytes` the points also hold `label` (uint8) and `confidence` (float32),
 *   unless `keepLabels` is false, `classification_original`, and whatever else is asked for (uint32 or float32)
 * @throws {ScanError} where the records would become too long
 * @throws {RangeError} where a label has no code, or a client's own code does not fit the point format
 */
export function writeLasLabels(
  bytes: Uint8Array,
  labelling: ScanLabels,
  own: OwnRows,
  file: string,
): Uint8Array {
  const { extraBytes = false, keepLabels = true, student, columns = [] } = labelling;
  const header = parseLasHeader(bytes, file);
  const { original } = own;
  const leftOut = leftOutRows(bytes, header, own.leftOut);
  const codes = codesOf(labelling, header, leftOut);
  const wanted = { prediction: extraBytes, original: keepLabels ? original : null, columns };
  const plan = planExtraBytes(bytes, header, wanted, file);
  const head = student ? withClassLookup(plan.head, header, classCodes(student)) : plan.head;
  const out = withExtraBytes(bytes, header, { ...plan, head }, { labelling, original, leftOut });
  const { classOffset, classMask } = header;
  for (let i = 0; i < header.count; i++) {
    const at = out.pointOffset + i * out.recordBytes + classOffset;
    out.bytes[at] = (out.bytes[at]! & ~classMask) | codes[i]!;
  }
  return out.bytes;
}

function leftOutRows(
  bytes: Uint8Array,
  header: LasHeader,
  leftOut: readonly number[],
): LeftOutRows {
  const { count, pointOffset, recordBytes, classOffset, classMask } = header;
  const { withheldOffset, withheldBit } = header;
  const isLeftOut = new Uint8Array(count);
  for (const row of leftOut) isLeftOut[row] = 1;
  const byte = (row: number, at: number) => bytes[pointOffset + row * recordBytes + at]!;
  const original = (row: number) => byte(row, classOffset) & classMask;
  return {
    has: (row) => isLeftOut[row] === 1,
    original,
    code: (row) => byte(row, withheldOffset) & withheldBit ? original(row) : NEVER_CLASSIFIED,
  };
}

function codesOf(
  { labels, student }: ScanLabels,
  { classMask, format }: LasHeader,
  leftOut: LeftOutRows,
): Uint8Array {
  const codes = new Uint8Array(labels.length);
  const byLabel = student &&
    new Map(student.asprs.map((code, place) => [labelOf(student, place), code]));
  for (let i = 0; i < codes.length; i++) {
    if (leftOut.has(i)) {
      codes[i] = leftOut.code(i);
      continue;
    }
    const label = labels[i]!;
    const named = !byLabel ? label : label === UNLABELLED ? NEVER_CLASSIFIED : byLabel.get(label);
    // The codes of a student were chosen for its classes, not for this file; a client's own are meant as they are.
    const isStudents = student && !student.labels;
    const code = isStudents && named! > classMask ? UNCLASSIFIED : named;
    if (code === undefined || !Number.isInteger(code) || code < 0 || code > classMask) {
      throw new RangeError(
        `Cannot write label ${label} of point ${i} as class ${code}: point format ${format} holds 0 to ${classMask}; map the labels to other codes, or ask for PLY`,
      );
    }
    codes[i] = code;
  }
  return codes;
}

function withExtraBytes(
  bytes: Uint8Array,
  header: LasHeader,
  plan: ExtraBytesPlan,
  { labelling, original, leftOut }: {
    labelling: ScanLabels;
    original: ArrayLike<number> | null;
    leftOut: LeftOutRows;
  },
): { bytes: Uint8Array; pointOffset: number; recordBytes: number } {
  const { count } = header;
  const { labels, confidence, columns = [] } = labelling;
  const { recordBytes, head } = plan;
  const pointOffset = head.length;
  const oldEnd = header.pointOffset + count * header.recordBytes;
  const newEnd = pointOffset + count * recordBytes;
  const out = new Uint8Array(newEnd + bytes.length - oldEnd);
  out.set(head);
  const view = new DataView(out.buffer);
  for (let i = 0; i < count; i++) {
    const from = header.pointOffset + i * header.recordBytes;
    const to = pointOffset + i * recordBytes;
    out.set(bytes.subarray(from, from + header.recordBytes), to);
    if (plan.label) {
      const label = labels[i]!;
      if (label < 0 || label > 255) {
        throw new RangeError(
          `Cannot write label ${label} of point ${i}: the dimension label holds 0 to 255; ask for PLY`,
        );
      }
      writeDimension(view, plan.label, to, label);
    }
    if (plan.confidence) writeDimension(view, plan.confidence, to, confidence[i]!);
    if (plan.original) {
      const label = leftOut.has(i) ? leftOut.original(i) : original![i]!;
      writeDimension(view, plan.original, to, label);
    }
    for (const [k, dimension] of plan.columns.entries()) {
      writeDimension(view, dimension, to, columns[k]!.values[i]!);
    }
  }
  out.set(bytes.subarray(oldEnd), newEnd);
  patchHeader(view, header, plan, pointOffset, oldEnd, newEnd);
  return { bytes: out, pointOffset, recordBytes };
}

function patchHeader(
  view: DataView,
  header: LasHeader,
  plan: ExtraBytesPlan,
  pointOffset: number,
  oldEnd: number,
  newEnd: number,
): void {
  view.setUint32(LAS_FIELDS.pointOffset, pointOffset, true);
  view.setUint16(LAS_FIELDS.recordBytes, plan.recordBytes, true);
  // What lies behind the points moves with their end.
  const moved = (offset: number) => BigInt(offset - oldEnd + newEnd);
  if (header.waveformOffset >= oldEnd) {
    view.setBigUint64(LAS_FIELDS.waveformOffset, moved(header.waveformOffset), true);
  }
  if (header.evlrOffset >= oldEnd) {
    view.setBigUint64(LAS_FIELDS.evlrOffset, moved(header.evlrOffset), true);
  }
}
