/**
 * Writes labels into a client's LAS file. Everything that is no label stays as it is: header, records
 * before and after the points, and every other byte of the points.
 *
 * @module
 */
import { type LasExtraPlan, planExtraBytes } from "./extra_bytes_plan.ts";
import { LAS_FIELDS, type LasHeader, parseLasHeader } from "./header.ts";
import type { ScanLabels } from "../scan.ts";

/**
 * The client's file with labels.
 *
 * @param bytes an uncompressed LAS file
 * @param file name of the scan, for errors
 * @returns a file whose classification is `asprs[label]`, or the label itself without a map; with
 *   `extraBytes` its records also hold `label` (uint8) and `confidence` (float32)
 * @throws {ScanError} where its extra bytes are inconsistent
 * @throws {RangeError} where a label has no code, or a code does not fit the point format
 */
export function labelLas(bytes: Uint8Array, labelling: ScanLabels, file: string): Uint8Array {
  const header = parseLasHeader(bytes, file);
  const codes = classCodes(labelling, header);
  const out = labelling.extraBytes
    ? withExtraBytes(bytes, header, planExtraBytes(bytes, header, file), labelling)
    : { bytes: bytes.slice(), pointOffset: header.pointOffset, recordBytes: header.recordBytes };
  const { classOffset, classMask } = header;
  for (let i = 0; i < header.count; i++) {
    const at = out.pointOffset + i * out.recordBytes + classOffset;
    out.bytes[at] = (out.bytes[at]! & ~classMask) | codes[i]!;
  }
  return out.bytes;
}

function classCodes({ labels, asprs }: ScanLabels, { classMask, format }: LasHeader): Uint8Array {
  const codes = new Uint8Array(labels.length);
  for (let i = 0; i < codes.length; i++) {
    const label = labels[i]!;
    const code = asprs ? asprs[label] : label;
    if (code === undefined || !Number.isInteger(code) || code < 0 || code > classMask) {
      throw new RangeError(
        `Cannot write label ${label} of point ${i} as class ${code}: point format ${format} holds 0 to ${classMask}`,
      );
    }
    codes[i] = code;
  }
  return codes;
}

function withExtraBytes(
  bytes: Uint8Array,
  header: LasHeader,
  plan: LasExtraPlan,
  { labels, confidence }: ScanLabels,
): { bytes: Uint8Array; pointOffset: number; recordBytes: number } {
  const { count } = header;
  const { recordBytes, insertAt, insert } = plan;
  const pointOffset = header.pointOffset + insert.length;
  const oldEnd = header.pointOffset + count * header.recordBytes;
  const newEnd = pointOffset + count * recordBytes;
  const out = new Uint8Array(newEnd + bytes.length - oldEnd);
  out.set(bytes.subarray(0, insertAt));
  out.set(insert, insertAt);
  out.set(bytes.subarray(insertAt, header.pointOffset), insertAt + insert.length);
  const view = new DataView(out.buffer);
  for (let i = 0; i < count; i++) {
    const from = header.pointOffset + i * header.recordBytes;
    const to = pointOffset + i * recordBytes;
    out.set(bytes.subarray(from, from + header.recordBytes), to);
    const label = labels[i]!;
    if (label < 0 || label > 255) {
      throw new RangeError(
        `Cannot write label ${label} of point ${i}: the dimension holds 0 to 255`,
      );
    }
    view.setUint8(to + plan.labelOffset, label);
    view.setFloat32(to + plan.confidenceOffset, confidence[i]!, true);
  }
  out.set(bytes.subarray(oldEnd), newEnd);
  patchHeader(view, header, plan, pointOffset, oldEnd, newEnd);
  return { bytes: out, pointOffset, recordBytes };
}

function patchHeader(
  view: DataView,
  header: LasHeader,
  plan: LasExtraPlan,
  pointOffset: number,
  oldEnd: number,
  newEnd: number,
): void {
  view.setUint32(LAS_FIELDS.pointOffset, pointOffset, true);
  view.setUint32(LAS_FIELDS.vlrCount, plan.vlrCount, true);
  view.setUint16(LAS_FIELDS.recordBytes, plan.recordBytes, true);
  if (plan.grown) view.setUint16(plan.grown.offset, plan.grown.length, true);
  // What lies behind the points has moved with their end.
  const moved = (offset: number) => BigInt(offset - oldEnd + newEnd);
  if (header.waveformOffset >= oldEnd) {
    view.setBigUint64(LAS_FIELDS.waveformOffset, moved(header.waveformOffset), true);
  }
  if (header.evlrOffset >= oldEnd) {
    view.setBigUint64(LAS_FIELDS.evlrOffset, moved(header.evlrOffset), true);
  }
}
