/**
 * Checks that laz-perf 0.0.7 reads a LAZ file correctly, before it gets the file: it decodes some kinds to wrong points
 * without an error (items of version 4), and traps on others (waveforms).
 *
 * Source of the layout: LASzip, `laszip.hpp` and `lasreadpoint.cpp` (compressor, chunk table).
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { LasHeader } from "./header.ts";
import { parseVlrs, type VariableLengthRecord } from "./variable_length_records.ts";

/** The supported compressors: chunked (formats 0 to 5) and layered (formats 6 to 10). */
const CHUNKED = 2;
const LAYERED = 3;
/** The supported version of each LAZ item; waveform items (9 and 13) are not supported. */
const ITEM_VERSIONS = new Map([
  [0, 2],
  [6, 2],
  [7, 2],
  [8, 2],
  [10, 3],
  [11, 3],
  [12, 3],
  [14, 3],
]);
/** Names of the items in LASzip. */
const ITEM_NAMES = new Map([
  [6, "POINT10"],
  [7, "GPSTIME11"],
  [8, "RGB12"],
  [9, "WAVEPACKET13 (waveforms of point formats 4 and 5)"],
  [10, "POINT14"],
  [11, "RGB14"],
  [12, "RGBNIR14"],
  [13, "WAVEPACKET14 (waveforms of point formats 9 and 10)"],
  [14, "BYTE14"],
]);
/** What a client can do about LAZ that is not supported. */
export const DECOMPRESS = "decompress it to LAS (las2las, or pdal translate) and send that";
const WHOLE = "send the whole file";
/** Points may take up so many bytes, or so many times the size of the file: scans of sensors shrink to about a fifth. */
const UNPACKED_BYTES = 1 << 26;
const UNPACKED_TIMES = 200;
/** The chunk size that marks chunks of different sizes (COPC). */
export const VARIABLE = 0xffffffff;

/**
 * Checks that a LAZ file can be decoded, and that its point count agrees with its chunk table.
 *
 * @param file name of the scan, for errors
 * @returns where the decoder finds its chunks
 * @throws {ScanError} where it is truncated, or of a kind that cannot be decoded
 */
export function checkLaz(bytes: Uint8Array, header: LasHeader, file: string): LazLayout {
  const refuse: Refuse = (problem, offset, field, mend = DECOMPRESS) => {
    throw new ScanError({ file, problem, mend, offset, field });
  };
  const vlr = parseVlrs(bytes, header).find(({ userId, recordId }) =>
    userId === "laszip encoded" && recordId === 22204
  );
  if (!vlr || vlr.end - vlr.body < 34) {
    return refuse("it is compressed without a laszip record", header.headerBytes, "laszip record");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const compressor = view.getUint16(vlr.body, true);
  if (compressor !== (header.format < 6 ? CHUNKED : LAYERED)) {
    refuse(`LAZ compressor ${compressor} is not supported`, vlr.body, "compressor");
  }
  checkItems(view, vlr, header.recordBytes, refuse);
  const chunkSizeOffset = vlr.body + CHUNK_SIZE;
  // LASzip takes 0 for chunks of different sizes too.
  const chunkSize = view.getUint32(chunkSizeOffset, true) || VARIABLE;
  return { chunkSizeOffset, chunkSize, table: checkChunks(view, header, chunkSize, refuse) };
}

/** Where a LAZ file has what its decoder needs. */
export interface LazLayout {
  /** Byte of the chunk size. */
  chunkSizeOffset: number;
  /** Points of a chunk, or {@link VARIABLE}. */
  chunkSize: number;
  /** Byte of the chunk table, which follows the last chunk. */
  table: number;
}

/** Byte of the chunk size within the laszip record. */
const CHUNK_SIZE = 12;

/** Refuses the file. */
type Refuse = (problem: string, offset: number, field: string, mend?: string) => never;

/** The items of a record have to be supported, and to add up to its bytes. */
function checkItems(
  view: DataView,
  { body, end }: VariableLengthRecord,
  recordBytes: number,
  refuse: Refuse,
): void {
  const items = view.getUint16(body + 32, true);
  let itemBytes = 0;
  for (let i = 0; i < items; i++) {
    const at = body + 34 + 6 * i;
    if (at + 6 > end) refuse(`the laszip record lacks item ${i} of ${items}`, at, "items");
    const type = view.getUint16(at, true);
    const version = view.getUint16(at + 4, true);
    if (ITEM_VERSIONS.get(type) !== version) {
      const name = ITEM_NAMES.get(type) ?? type;
      refuse(`LAZ item ${name} of version ${version} is not supported`, at, "items");
    }
    itemBytes += view.getUint16(at + 2, true);
  }
  if (itemBytes !== recordBytes) {
    const problem =
      `the laszip items make records of ${itemBytes} bytes, the header says ${recordBytes}`;
    refuse(problem, body + 32, "items");
  }
}

/** The chunk table lies behind the points: a file without it has been cut. */
function checkChunks(
  view: DataView,
  { pointOffset, count, recordBytes, format }: LasHeader,
  chunkSize: number,
  refuse: Refuse,
): number {
  const size = view.byteLength;
  const field = "chunk table";
  const unpacked = count * recordBytes;
  if (unpacked > UNPACKED_BYTES && unpacked > UNPACKED_TIMES * size) {
    refuse(
      `its ${count} points of ${recordBytes} bytes are more than ${UNPACKED_TIMES} times its own ${size} bytes`,
      pointOffset,
      "number of point records",
    );
  }
  if (pointOffset + 8 > size) refuse("the file ends before its points", size, field, WHOLE);
  let table = Number(view.getBigInt64(pointOffset, true));
  // A writer that cannot seek puts -1 there, and the place of the table at the very end.
  if (table === -1) table = Number(view.getBigInt64(size - 8, true));
  if (table < pointOffset + 8 || table + 8 > size) {
    const problem = `the chunk table should lie at byte ${table}, the file has ${size}`;
    refuse(problem, pointOffset, field, WHOLE);
  }
  const chunks = view.getUint32(table + 4, true);
  if (chunkSize === VARIABLE) {
    if (chunks > count) refuse(`${chunks} chunks cannot share ${count} points`, table + 4, field);
  } else if (chunks !== Math.ceil(count / chunkSize)) {
    refuse(`${chunks} chunks of ${chunkSize} points do not make ${count}`, table + 4, field);
  }
  // Every chunk begins with one uncompressed point.
  if (chunks * recordBytes > size) {
    refuse(`${chunks} chunks do not fit into ${size} bytes`, table + 4, field);
  }
  // Layered chunks (formats 6 and up) hold their own point count, behind their first point; chunked ones do not.
  if (format < 6) return table;
  const at = pointOffset + 8 + recordBytes;
  const first = at + 4 <= size ? view.getUint32(at, true) : 0;
  if (
    chunks === 1 ? first === count : chunkSize === VARIABLE ? first < count : first === chunkSize
  ) {
    return table;
  }
  return refuse(
    `its first chunk of ${chunks} has ${first} points, the header says ${count} in all`,
    at,
    "number of point records",
  );
}
