/**
 * Variable-length records of LAS files: what stands between the header and the points.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { LAS_FIELDS, type LasHeader } from "./header.ts";

/** Bytes of the header of a variable-length record. */
export const VLR_HEADER_BYTES = 54;

/** One variable-length record. */
export interface LasVlr {
  userId: string;
  recordId: number;
  /** Byte of its header. */
  offset: number;
  /** Byte of its body. */
  body: number;
  /** Byte after its body. */
  end: number;
}

/**
 * Lists the variable-length records.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where they reach beyond the start of the points
 */
export function parseVlrs(bytes: Uint8Array, header: LasHeader, file: string): LasVlr[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vlrs: LasVlr[] = [];
  let offset = header.headerBytes;
  for (let i = 0; i < header.vlrCount; i++) {
    const body = offset + VLR_HEADER_BYTES;
    const end = body <= header.pointOffset ? body + view.getUint16(offset + 20, true) : body;
    if (end > header.pointOffset) {
      throw new ScanError({
        file,
        problem:
          `variable-length record ${i} of ${header.vlrCount} reaches into the points, which begin at byte ${header.pointOffset}`,
        mend: "correct the number of records or the offset to the points",
        offset: LAS_FIELDS.vlrCount,
        field: "number of variable length records",
      });
    }
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

/** Text up to the first zero byte. */
export function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
}
