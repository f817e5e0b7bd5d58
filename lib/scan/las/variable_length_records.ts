/**
 * Variable-length records (VLRs) of LAS files, which lie between the header and the points.
 *
 * @module
 */
import type { LasHeader } from "./header.ts";

/** Bytes of the header of a record. */
export const VLR_HEADER_BYTES = 54;

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
