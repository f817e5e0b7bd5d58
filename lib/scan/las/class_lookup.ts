/**
 * The classification lookup of a LAS file: the record in which it names its classification codes.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", "Classification Lookup" (LASF_Spec, record 0).
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import type { ClassCode } from "../classes/class_table.ts";
import { LAS_FIELDS, type LasHeader } from "./header.ts";
import { LASF_SPEC, parseVlrs, variableLengthRecord } from "./variable_length_records.ts";

const LOOKUP_RECORD = 0;
const CODES = 256;
const ENTRY_BYTES = 16;

/**
 * Gives everything before the points of a LAS file with names for its codes. Names that the file has for other codes
 * are kept. A name has room for 15 bytes.
 *
 * @param head everything before the points
 * @param header of the file; its number of records may be that of `head` or not
 */
export function withClassLookup(
  head: Uint8Array,
  header: LasHeader,
  codes: readonly ClassCode[],
): Uint8Array {
  const vlrCount = viewOf(head).getUint32(LAS_FIELDS.vlrCount, true);
  const records = parseVlrs(head, { ...header, vlrCount, pointOffset: head.length });
  const lookups = records.filter(({ userId, recordId }) =>
    userId === LASF_SPEC && recordId === LOOKUP_RECORD
  );
  const body = Uint8Array.from(
    { length: CODES * ENTRY_BYTES },
    (_, i) => i % ENTRY_BYTES === 0 ? i / ENTRY_BYTES : 0,
  );
  for (const { body: start, end } of lookups) {
    for (let at = start; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) {
      body.set(head.subarray(at, at + ENTRY_BYTES), ENTRY_BYTES * head[at]!);
    }
  }
  for (const { code, name } of codes) {
    const entry = body.subarray(ENTRY_BYTES * code + 1, ENTRY_BYTES * (code + 1));
    entry.fill(0);
    // Whole characters only.
    new TextEncoder().encodeInto(name, entry);
  }
  const kept: Uint8Array[] = [];
  let from = header.headerBytes;
  for (const { offset, end } of lookups) {
    kept.push(head.subarray(from, offset));
    from = end;
  }
  const out = concat([
    head.subarray(0, header.headerBytes),
    variableLengthRecord(LASF_SPEC, LOOKUP_RECORD, "classes", body),
    ...kept,
    head.subarray(from),
  ]);
  viewOf(out).setUint32(LAS_FIELDS.vlrCount, vlrCount - lookups.length + 1, true);
  return out;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
