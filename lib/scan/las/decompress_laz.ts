/**
 * Converts LAZ and COPC to LAS: the same file with uncompressed points, so that answers can keep every attribute.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { sumOf } from "@std/collections/sum-of";
import { ScanError } from "../errors.ts";
import { LAS_FIELDS, type LasHeader, parseEvlrs } from "./header.ts";
import { cString, parseVlrs } from "./variable_length_records.ts";
import { checkLaz, type LazLayout } from "./check_laz.ts";
import { decodePoints } from "./decode_points.ts";

const COMPRESSION_BITS = 0xc0;

/**
 * Converts a LAZ file to LAS. Records that describe the compression or the COPC index are left out, since neither
 * exists any more; every other record, extended or not, and all bytes of the points are kept.
 *
 * @param header the file's header
 * @param file name of the scan, for errors
 * @returns a LAS file of the same version and point format, whose counts are the number of its points
 * @throws {ScanError} where it is truncated, damaged, or of a kind that cannot be decoded
 */
export async function decompressLaz(
  bytes: Uint8Array,
  header: LasHeader,
  file: string,
): Promise<Uint8Array> {
  const layout = checkLaz(bytes, header, file);
  let refused: ScanError | null = null;
  for (const count of layout.counts) {
    try {
      return await unpack(bytes, header, layout, count, file);
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      refused ??= error;
    }
  }
  throw refused!;
}

/** Converts a LAZ file to LAS. @throws {ScanError} where it does not have so many points */
async function unpack(
  bytes: Uint8Array,
  header: LasHeader,
  layout: LazLayout,
  count: number,
  file: string,
): Promise<Uint8Array> {
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
  const pointsEnd = pointOffset + count * header.recordBytes;
  const after = keptEvlrs.map(({ offset, end }) => bytes.subarray(offset, end));
  // The points are decoded to where they belong. Memory that damaged points never reach stays untouched.
  const out = new Uint8Array(pointsEnd + sumOf(after, ({ length }) => length));
  out.set(concat(before));
  out.set(concat(after), pointsEnd);
  await decodePoints(bytes, header, layout, count, file, out.subarray(pointOffset, pointsEnd));
  const view = new DataView(out.buffer);
  view.setUint8(LAS_FIELDS.format, view.getUint8(LAS_FIELDS.format) & ~COMPRESSION_BITS);
  view.setUint32(LAS_FIELDS.pointOffset, pointOffset, true);
  view.setUint32(LAS_FIELDS.vlrCount, kept.length, true);
  if (header.minor === 4) {
    const start = keptEvlrs.length > 0 ? pointsEnd : 0;
    view.setBigUint64(LAS_FIELDS.evlrOffset, BigInt(start), true);
    view.setUint32(LAS_FIELDS.evlrCount, keptEvlrs.length, true);
    view.setBigUint64(LAS_FIELDS.count, BigInt(count), true);
  }
  if (header.statedCounts.length > 1 || header.count !== count) {
    view.setUint32(LAS_FIELDS.legacyCount, header.format < 6 ? count : 0, true);
  }
  return out;
}

/** Whether a record only holds for compressed points; both records of COPC do, its info and its hierarchy. */
function describesCompression(userId: string, recordId: number | null): boolean {
  return userId === "copc" || (userId === "laszip encoded" && (recordId ?? 22204) === 22204);
}
