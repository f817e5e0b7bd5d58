/**
 * Variable-length records (VLRs) of LAS files, which lie between the header and the points.
 *
 * @module
 */
import type { LasHeader } from "./header.ts";

/** Bytes of the header of a record. */
export const VLR_HEADER_BYTES = 54;

/** The user of the records that the specification itself defines. */
export const LASF_SPEC = "LASF_Spec";

/** One variable-length record. */
export interface VariableLengthRecord {
  /** Who defined the record. */
  userId: string;
  /** Kind of the record among those of that user. */
  recordId: number;
  /** Byte of its header. */
  offset: number;
  /** Byte of its body. */
  body: number;
  /** Byte after its body. */
  end: number;
}

/**
 * Lists the variable-length records, up to the first that would reach into the points: some writers count more records
 * than there are, and no record is needed to read points.
 */
export function parseVlrs(bytes: Uint8Array, header: LasHeader): VariableLengthRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vlrs: VariableLengthRecord[] = [];
  let offset = header.headerBytes;
  for (let i = 0; i < header.vlrCount; i++) {
    const body = offset + VLR_HEADER_BYTES;
    const end = body <= header.pointOffset ? body + view.getUint16(offset + 20, true) : body;
    if (end > header.pointOffset) break;
    vlrs.push({
      userId: cString(bytes.subarray(offset + 2, offset + 18)),
      recordId: view.getUint16(offset + 18, true),
      offset,
      body,
      end,
    });
    offset = end;
  }
  return vlrs;
}

/** Reads text up to the first zero byte. */
export function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Makes a record. @param description at most 32 bytes */
export function variableLengthRecord(
  userId: string,
  recordId: number,
  description: string,
  body: Uint8Array,
): Uint8Array {
  const vlr = new Uint8Array(VLR_HEADER_BYTES + body.length);
  const view = new DataView(vlr.buffer);
  const text = new TextEncoder();
  text.encodeInto(userId, vlr.subarray(2, 18));
  view.setUint16(18, recordId, true);
  view.setUint16(20, body.length, true);
  text.encodeInto(description, vlr.subarray(22, 54));
  vlr.set(body, VLR_HEADER_BYTES);
  return vlr;
}
