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
import { checkLaz, DECOMPRESS, type LazLayout } from "./check_laz.ts";
import { type LazPerf, openLazPerf } from "./laz_perf.ts";

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
  const layout = checkLaz(bytes, header, file);
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
  await decodeRecords(bytes, header, layout, file, out.subarray(pointOffset, pointsEnd));
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

/**
 * Decodes all points. Chunks of formats 0 to 5 do not say how many points they have, but the decoder reads exactly their
 * bytes: with the file ending behind the last chunk, a count that is too high ends in an error, and one that is too low
 * leaves bytes unread.
 *
 * @param records receives their records
 */
async function decodeRecords(
  bytes: Uint8Array,
  header: LasHeader,
  layout: LazLayout,
  file: string,
  records: Uint8Array,
): Promise<void> {
  const { count, pointOffset, format } = header;
  const fail = (problem: string, cause?: unknown): never => {
    throw new ScanError({
      file,
      problem,
      mend: DECOMPRESS,
      offset: pointOffset,
      field: "number of point records",
      cause,
    });
  };
  const isChunked = format < 6;
  // One point more is asked for: it should not be there.
  const asked = isChunked ? count + 1 : count;
  const lazPerf = await openLazPerf(decompressionBytes(bytes.length));
  const decoded = decodePoints(lazPerf, decodable(bytes, header, layout, asked, 0), asked, records);
  if (decoded.points < count) {
    return fail(
      `its compressed points are damaged, or end, after ${decoded.points} of ${count}`,
      decoded.cause,
    );
  }
  if (decoded.points === count) return;
  // A point may take less than a byte, so that only an unread byte proves that there are more.
  const cut = decodePoints(
    await openLazPerf(decompressionBytes(bytes.length)),
    decodable(bytes, header, layout, count, 1),
    count,
    null,
  );
  if (cut.points === count) {
    fail(`its compressed points go on after the ${count} that its header counts`);
  }
}

/** Decodes points until one cannot be decoded. @param records receives as many as it has room for */
function decodePoints(
  lazPerf: LazPerf,
  laz: Uint8Array,
  asked: number,
  records: Uint8Array | null,
): { points: number; cause?: unknown } {
  let points = 0;
  try {
    const from = lazPerf._malloc(laz.length);
    lazPerf.HEAPU8.set(laz, from);
    const decoder = new lazPerf.LASZip();
    decoder.open(from, laz.length);
    const recordBytes = decoder.getPointLength();
    const to = lazPerf._malloc(recordBytes);
    for (; points < asked; points++) {
      decoder.getPoint(to);
      const at = points * recordBytes;
      if (!records || at + recordBytes > records.length) continue;
      const heap = lazPerf.HEAPU8;
      for (let i = 0; i < recordBytes; i++) records[at + i] = heap[to + i]!;
    }
    return { points };
  } catch (cause) {
    // laz-perf throws the address of a C++ exception, or its wasm module traps.
    return { points, cause };
  }
}

/**
 * The file as laz-perf takes it: the marker of variable chunks in the form that it knows, and, where chunks do not count
 * their points, the chunk table before them and the last chunk at the end.
 *
 * @param asked number of points in its header
 * @param cut bytes that are taken off the end of the last chunk
 */
function decodable(
  bytes: Uint8Array,
  { pointOffset, format, minor, count }: LasHeader,
  { chunkSizeOffset, chunkSize, table }: LazLayout,
  asked: number,
  cut: number,
): Uint8Array {
  const out = format >= 6 ? bytes.slice() : concat([
    bytes.subarray(0, pointOffset),
    bytes.subarray(table),
    bytes.subarray(pointOffset, table - cut),
  ]);
  const view = new DataView(out.buffer);
  view.setUint32(chunkSizeOffset, chunkSize, true);
  if (format >= 6) return out;
  const moved = pointOffset + bytes.length - table;
  view.setUint32(LAS_FIELDS.pointOffset, moved, true);
  view.setBigInt64(moved, BigInt(pointOffset), true);
  if (asked === count) return out;
  view.setUint32(LAS_FIELDS.legacyCount, asked, true);
  if (minor === 4) view.setBigUint64(LAS_FIELDS.count, BigInt(asked), true);
  return out;
}
