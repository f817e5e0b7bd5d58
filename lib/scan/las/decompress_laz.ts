/**
 * LAZ and COPC to LAS: the same file with its records uncompressed, so that answers can keep every attribute.
 * The records come from laz-perf, which decodes whole records of the kinds that {@link checkLaz} lets through.
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

/** Records that are made room for at first: the count of the header is only a claim. */
const FIRST_RECORDS = 1 << 16;
/** What the decoder may take: the file, its chunks once more, and room for its models. */
const HEAP_BYTES = 1 << 26;
const HEAP_FILES = 3;
const COMPRESSION_BITS = 0xc0;

/**
 * A LAZ file as LAS. Records of compression and of the COPC index are left out, since they would describe what
 * is no longer there; every other record, extended ones too, and all bytes of the points are kept.
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
  const records = await decodeRecords(bytes, header, file);
  const vlrs = parseVlrs(bytes, header, file);
  const kept = vlrs.filter(({ userId, recordId }) => !ofCompression(userId, recordId));
  const keptEvlrs = parseEvlrs(bytes, header).filter(({ offset }) =>
    !ofCompression(cString(bytes.subarray(offset + 2, offset + 18)), null)
  );
  const before = [
    bytes.subarray(0, header.headerBytes),
    ...kept.map(({ offset, end }) => bytes.subarray(offset, end)),
    bytes.subarray(vlrs.at(-1)?.end ?? header.headerBytes, header.pointOffset),
  ];
  const pointOffset = sumOf(before, ({ length }) => length);
  const pointsEnd = pointOffset + records.length;
  const parts = [
    ...before,
    records,
    ...keptEvlrs.map(({ offset, end }) => bytes.subarray(offset, end)),
  ];
  const out = concat(parts);
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

/** Records that hold only for compressed points; COPC's hierarchy (an extended record) and its info alike. */
function ofCompression(userId: string, recordId: number | null): boolean {
  return userId === "copc" || (userId === "laszip encoded" && (recordId ?? 22204) === 22204);
}

async function decodeRecords(
  bytes: Uint8Array,
  { count, recordBytes, pointOffset }: LasHeader,
  file: string,
): Promise<Uint8Array> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ScanError({ file, problem, mend: DECOMPRESS, offset: pointOffset, cause });
  };
  const lazPerf = await openLazPerf(HEAP_BYTES + HEAP_FILES * bytes.length);
  let records = new Uint8Array(Math.min(count, FIRST_RECORDS) * recordBytes);
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
      const at = decoded * recordBytes;
      if (at === records.length) {
        const larger = new Uint8Array(Math.min(count, 2 * decoded) * recordBytes);
        larger.set(records);
        records = larger;
      }
      decoder.getPoint(to);
      const heap = lazPerf.HEAPU8;
      for (let i = 0; i < recordBytes; i++) records[at + i] = heap[to + i]!;
    }
  } catch (cause) {
    if (cause instanceof ScanError) throw cause;
    // What laz-perf throws is the address of a C++ exception, or a trap of its wasm module.
    return fail(`its compressed points are damaged after ${decoded} of ${count}`, cause);
  }
  return records;
}
