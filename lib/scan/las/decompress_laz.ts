/**
 * Converts LAZ and COPC to LAS: the same file with uncompressed points, so that answers can keep every attribute.
 * laz-perf decodes the points, of the kinds that {@link checkLaz} accepts.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { sumOf } from "@std/collections/sum-of";
import { ScanError } from "../errors.ts";
import { LAS_FIELDS, type LasHeader, parseEvlrs } from "./header.ts";
import { cString, parseVlrs } from "./variable_length_records.ts";
import { checkLaz, DECOMPRESS } from "./check_laz.ts";
import { openLazPerf } from "./laz_perf.ts";

/** Memory of the decoder: so many bytes for its models, and so many times the size of the file. */
const HEAP_BYTES = 1 << 26;
const HEAP_FILES = 3;
const COMPRESSION_BITS = 0xc0;

/** Bytes that the decoder takes at most for a file of so many, beside the points that it decodes. */
export function decompressionBytes(fileBytes: number): number {
  return HEAP_BYTES + HEAP_FILES * fileBytes;
}

/**
 * Converts a LAZ file to LAS. Records that describe the compression or the COPC index are left out, since neither
 * exists any more; every other record, extended or not, and all bytes of the points are kept.
 *
 * @param header the file's header
 * @param file name of the scan, for errors
 * @returns a LAS file of the same version, point format and count
 * @throws {ScanError} where it is truncated, damaged, or of a kind that cannot be decoded
 */
export async function decompressLaz(
  bytes: Uint8Array,
  header: LasHeader,
  file: string,
): Promise<Uint8Array> {
  checkLaz(bytes, header, file);
  const vlrs = parseVlrs(bytes, header);
  const kept = vlrs.filter(({ userId, recordId }) => !describesCompression(userId, recordId));
  const keptEvlrs = parseEvlrs(bytes, header).filter(({ offset }) =>
    !describesCompression(cString(bytes.subarray(offset + 2, offset + 18)), null)
  );
  const before = [
    bytes.subarray(0, header.headerBytes),
    ...kept.map(({ offset, end }) => bytes.subarray(offset, end)),
    bytes.subarray(vlrs.at(-1)?.end ?? header.headerBytes, header.pointOffset),
  ];
  const pointOffset = sumOf(before, ({ length }) => length);
  const pointsEnd = pointOffset + header.count * header.recordBytes;
  const after = keptEvlrs.map(({ offset, end }) => bytes.subarray(offset, end));
  // The points are decoded to where they belong. Memory that damaged points never reach stays untouched.
  const out = new Uint8Array(pointsEnd + sumOf(after, ({ length }) => length));
  out.set(concat(before));
  out.set(concat(after), pointsEnd);
  await decodeRecords(bytes, header, file, out.subarray(pointOffset, pointsEnd));
  const view = new DataView(out.buffer);
  view.setUint8(LAS_FIELDS.format, view.getUint8(LAS_FIELDS.format) & ~COMPRESSION_BITS);
  view.setUint32(LAS_FIELDS.pointOffset, pointOffset, true);
  view.setUint32(LAS_FIELDS.vlrCount, kept.length, true);
  if (header.minor === 4) {
    const start = keptEvlrs.length > 0 ? pointsEnd : 0;
    view.setBigUint64(LAS_FIELDS.evlrOffset, BigInt(start), true);
    view.setUint32(LAS_FIELDS.evlrCount, keptEvlrs.length, true);
  }
  return out;
}

/** Whether a record only holds for compressed points; both records of COPC do, its info and its hierarchy. */
function describesCompression(userId: string, recordId: number | null): boolean {
  return userId === "copc" || (userId === "laszip encoded" && (recordId ?? 22204) === 22204);
}

/** Decodes all points. @param records receives their records. */
async function decodeRecords(
  bytes: Uint8Array,
  { count, recordBytes, pointOffset }: LasHeader,
  file: string,
  records: Uint8Array,
): Promise<void> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ScanError({ file, problem, mend: DECOMPRESS, offset: pointOffset, cause });
  };
  const lazPerf = await openLazPerf(decompressionBytes(bytes.length));
  let decoded = 0;
  try {
    const from = lazPerf._malloc(bytes.length);
    lazPerf.HEAPU8.set(bytes, from);
    const to = lazPerf._malloc(recordBytes);
    const decoder = new lazPerf.LASZip();
    decoder.open(from, bytes.length);
    if (decoder.getCount() !== count || decoder.getPointLength() !== recordBytes) {
      return fail(
        `laz-perf finds ${decoder.getCount()} points of ${decoder.getPointLength()} bytes, its header says ${count} of ${recordBytes}`,
      );
    }
    for (; decoded < count; decoded++) {
      decoder.getPoint(to);
      const heap = lazPerf.HEAPU8;
      const at = decoded * recordBytes;
      for (let i = 0; i < recordBytes; i++) records[at + i] = heap[to + i]!;
    }
  } catch (cause) {
    if (cause instanceof ScanError) throw cause;
    // laz-perf throws the address of a C++ exception, or its wasm module traps.
    fail(`its compressed points are damaged after ${decoded} of ${count}`, cause);
  }
}
