/**
 * The extra dimensions `label` and `confidence` of LAS records: where they lie, and the extra-bytes record
 * that describes them.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", table 24 (extra bytes descriptor).
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { ScanError } from "../errors.ts";
import type { LasHeader } from "./header.ts";
import { cString, type LasVlr, parseVlrs, VLR_HEADER_BYTES } from "./variable_length_records.ts";

const DESCRIPTOR_BYTES = 192;
const EXTRA_BYTES_RECORD = 4;
/** Bytes of one value of the data types 1 to 10; type 0 has as many as its options byte says. */
const TYPE_BYTES = [0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8] as const;
const UINT8 = 1;
const FLOAT32 = 9;
const LARGEST_BODY = 0xffff;

/** How a file changes to hold `label` (uint8) and `confidence` (float32). */
export interface LasExtraPlan {
  /** Byte offset of `label` within a record of the answer. */
  labelOffset: number;
  /** Byte offset of `confidence` within a record of the answer. */
  confidenceOffset: number;
  /** Bytes of a record of the answer. */
  recordBytes: number;
  /** Byte of the client's file at which `insert` goes. */
  insertAt: number;
  insert: Uint8Array;
  /** Number of variable-length records of the answer. */
  vlrCount: number;
  /** The length field of an existing record that grows; null where there is none. */
  grown: { offset: number; length: number } | null;
}

/**
 * Plans the extra dimensions. Dimensions of these names and types that are there already are used again.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where the file's own extra bytes contradict its records
 */
export function planExtraBytes(bytes: Uint8Array, header: LasHeader, file: string): LasExtraPlan {
  const vlrs = parseVlrs(bytes, header, file);
  const records = vlrs.filter(({ userId, recordId }) =>
    userId === "LASF_Spec" && recordId === EXTRA_BYTES_RECORD
  );
  let end = header.formatBytes;
  const known = new Map<string, { type: number; offset: number }>();
  for (const { body, end: stop } of records) {
    for (let at = body; at + DESCRIPTOR_BYTES <= stop; at += DESCRIPTOR_BYTES) {
      const type = bytes[at + 2]!;
      known.set(cString(bytes.subarray(at + 4, at + 36)), { type, offset: end });
      end += typeBytes(type, bytes[at + 3]!);
    }
  }
  if (end > header.recordBytes) {
    throw new ScanError({
      file,
      action: "add extra bytes to",
      problem:
        `its extra-bytes record describes ${end} bytes a point, its records have ${header.recordBytes}`,
      mend: "correct the record, or ask for the classification alone",
      ...(records[0] ? { offset: records[0].offset } : {}),
      field: "extra bytes",
    });
  }

  const descriptors: Uint8Array[] = [];
  // Bytes that nothing describes get a name first, so that what is described next lies behind them.
  for (let rest = header.recordBytes - end; rest > 0; rest -= 255) {
    descriptors.push(descriptor("undocumented", 0, Math.min(rest, 255), ""));
  }
  let recordBytes = header.recordBytes;
  const place = (name: string, type: number, about: string): number => {
    const found = known.get(name);
    if (found?.type === type) return found.offset;
    if (found) {
      throw new ScanError({
        file,
        action: "add extra bytes to",
        problem: `its dimension ${name} has data type ${found.type}, not ${type}`,
        mend: "rename it, or ask for the classification alone",
        field: name,
      });
    }
    descriptors.push(descriptor(name, type, 0, about));
    const offset = recordBytes;
    recordBytes += typeBytes(type, 0);
    return offset;
  };
  const labelOffset = place("label", UINT8, "class index");
  const confidenceOffset = place("confidence", FLOAT32, "0 to 1");
  return {
    labelOffset,
    confidenceOffset,
    recordBytes,
    ...planRecord(vlrs, records.at(-1), concat(descriptors), header),
  };
}

/** Where the descriptors go: behind those of the last extra-bytes record, or into a record of their own. */
function planRecord(
  vlrs: readonly LasVlr[],
  last: LasVlr | undefined,
  body: Uint8Array,
  header: LasHeader,
): Pick<LasExtraPlan, "insertAt" | "insert" | "vlrCount" | "grown"> {
  const length = last ? last.end - last.body + body.length : body.length;
  if (last && length <= LARGEST_BODY) {
    return {
      insertAt: last.end,
      insert: body,
      vlrCount: header.vlrCount,
      grown: { offset: last.offset + 20, length },
    };
  }
  const vlr = new Uint8Array(VLR_HEADER_BYTES + body.length);
  const view = new DataView(vlr.buffer);
  const text = new TextEncoder();
  text.encodeInto("LASF_Spec", vlr.subarray(2, 18));
  view.setUint16(18, EXTRA_BYTES_RECORD, true);
  view.setUint16(20, body.length, true);
  text.encodeInto("label and confidence", vlr.subarray(22, 54));
  vlr.set(body, VLR_HEADER_BYTES);
  return {
    insertAt: vlrs.at(-1)?.end ?? header.headerBytes,
    insert: vlr,
    vlrCount: header.vlrCount + 1,
    grown: null,
  };
}

function descriptor(name: string, type: number, options: number, about: string): Uint8Array {
  const bytes = new Uint8Array(DESCRIPTOR_BYTES);
  bytes[2] = type;
  bytes[3] = options;
  const text = new TextEncoder();
  text.encodeInto(name, bytes.subarray(4, 36));
  text.encodeInto(about, bytes.subarray(160, 192));
  return bytes;
}

/** Types 11 to 30 were arrays of two or three in earlier editions. */
function typeBytes(type: number, options: number): number {
  if (type === 0) return options;
  const base = TYPE_BYTES[((type - 1) % 10) + 1]!;
  return base * (Math.floor((type - 1) / 10) + 1);
}
