/**
 * Checks that laz-perf 0.0.7 reads a LAZ file correctly, before it gets the file: it decodes some kinds to wrong points
 * without an error (items of version 4), and traps on others (waveforms).
 *
 * Source of the layout: LASzip, `laszip.hpp` and `lasreadpoint.cpp` (compressor, chunk table).
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
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
/** Layers of each item in layered chunks; BYTE14 has one for each of its bytes. */
const LAYERS = new Map([[10, 9], [11, 1], [12, 2]]);
const TABLE = "chunk table";
/** What a client can do about LAZ that is not supported. */
export const DECOMPRESS = "decompress it to LAS (las2las, or pdal translate) and send that";
const WHOLE = "send the whole file";
/** Points may take up so many bytes, or so many times the size of the file: scans of sensors shrink to about a fifth. */
const UNPACKED_BYTES = 1 << 26;
const UNPACKED_TIMES = 200;
/** The chunk size that marks chunks of different sizes (COPC). */
export const VARIABLE = 0xffffffff;

/**
 * Checks that a LAZ file can be decoded, and finds out how many points it has: layered chunks say so, and of others the
 * chunk table has to agree with a count of the header.
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
  const layers = readItems(view, vlr, header.recordBytes, refuse);
  const chunkSizeOffset = vlr.body + CHUNK_SIZE;
  // LASzip takes 0 for chunks of different sizes too.
  const chunkSize = view.getUint32(chunkSizeOffset, true) || VARIABLE;
  const table = findTable(view, header, refuse);
  const number = view.getUint32(table + 4, true);
  const chunks = header.format < 6
    ? null
    : layeredChunks(view, header, { table, number, layers, chunkSize }, refuse);
  const counts = chunks
    ? [sumOf(chunks, ({ points }) => points)]
    : countsOfTable(header, { table, number, chunkSize }, refuse);
  requirePossible(view, header, Math.max(...counts), refuse);
  return { chunkSizeOffset, chunkSize, table, chunks, counts };
}

/** Where a LAZ file has what its decoder needs. */
export interface LazLayout {
  /** Byte of the chunk size. */
  chunkSizeOffset: number;
  /** Points of a chunk, or {@link VARIABLE}. */
  chunkSize: number;
  /** Byte of the chunk table, which follows the last chunk. */
  table: number;
  /** The chunks of formats 6 and up; null for others, whose chunks do not say how many points they have. */
  chunks: readonly LazChunk[] | null;
  /** How many points there may be, the likeliest first; one where the chunks say so. */
  counts: readonly number[];
}

/** A layered chunk. */
export interface LazChunk {
  /** Its first byte. */
  offset: number;
  /** Number of its points. */
  points: number;
}

/** Byte of the chunk size within the laszip record. */
const CHUNK_SIZE = 12;

/** Refuses the file. */
type Refuse = (problem: string, offset: number, field: string, mend?: string) => never;

/**
 * The items of a record have to be supported, and to add up to its bytes.
 *
 * @returns in how many layers a layered chunk holds them
 */
function readItems(
  view: DataView,
  { body, end }: VariableLengthRecord,
  recordBytes: number,
  refuse: Refuse,
): number {
  const items = view.getUint16(body + 32, true);
  let itemBytes = 0;
  let layers = 0;
  for (let i = 0; i < items; i++) {
    const at = body + 34 + 6 * i;
    if (at + 6 > end) refuse(`the laszip record lacks item ${i} of ${items}`, at, "items");
    const type = view.getUint16(at, true);
    const version = view.getUint16(at + 4, true);
    if (ITEM_VERSIONS.get(type) !== version) {
      const name = ITEM_NAMES.get(type) ?? type;
      refuse(`LAZ item ${name} of version ${version} is not supported`, at, "items");
    }
    const bytes = view.getUint16(at + 2, true);
    itemBytes += bytes;
    layers += LAYERS.get(type) ?? bytes;
  }
  if (itemBytes !== recordBytes) {
    const problem =
      `the laszip items make records of ${itemBytes} bytes, the header says ${recordBytes}`;
    refuse(problem, body + 32, "items");
  }
  return layers;
}

/** The chunk table lies behind the points: a file without it has been cut. */
function findTable(view: DataView, { pointOffset }: LasHeader, refuse: Refuse): number {
  const size = view.byteLength;
  if (pointOffset + 8 > size) refuse("the file ends before its points", size, TABLE, WHOLE);
  let table = Number(view.getBigInt64(pointOffset, true));
  // A writer that cannot seek puts -1 there, and the place of the table at the very end.
  if (table === -1) table = Number(view.getBigInt64(size - 8, true));
  if (table < pointOffset + 8 || table + 8 > size) {
    const problem = `the chunk table should lie at byte ${table}, the file has ${size}`;
    refuse(problem, pointOffset, TABLE, WHOLE);
  }
  return table;
}

/** Chunks as the chunk table and the laszip record describe them. */
interface ChunkTable {
  table: number;
  /** Number of chunks. */
  number: number;
  chunkSize: number;
}

/** The counts of the header that make as many chunks as there are. */
function countsOfTable(
  { statedCounts, recordBytes }: LasHeader,
  { table, number, chunkSize }: ChunkTable,
  refuse: Refuse,
): number[] {
  // Every chunk begins with one uncompressed point.
  if (number * recordBytes > table) {
    refuse(`${number} chunks do not fit before it`, table + 4, TABLE);
  }
  const counts = statedCounts.filter((count) =>
    count > 0 &&
    (chunkSize === VARIABLE ? number <= count : number === Math.ceil(count / chunkSize))
  );
  if (counts.length > 0) return counts;
  const stated = statedCounts.join(" or ");
  return chunkSize === VARIABLE
    ? refuse(`${number} chunks cannot share ${stated} points`, table + 4, TABLE)
    : refuse(`${number} chunks of ${chunkSize} points do not make ${stated}`, table + 4, TABLE);
}

/**
 * Finds the chunks of formats 6 and up, one behind the other: each has its first point, its number of points, the bytes
 * of each layer, and the layers.
 */
function layeredChunks(
  view: DataView,
  { pointOffset, recordBytes }: LasHeader,
  { table, number, layers, chunkSize }: ChunkTable & { layers: number },
  refuse: Refuse,
): LazChunk[] {
  const chunks: LazChunk[] = [];
  let offset = pointOffset + 8;
  while (chunks.length < number) {
    const which = `chunk ${chunks.length + 1} of ${number}`;
    const sizes = offset + recordBytes + 4;
    let end = sizes + 4 * layers;
    for (let i = 0; i < layers && end <= table; i++) end += view.getUint32(sizes + 4 * i, true);
    if (end > table) refuse(`${which} reaches into the chunk table`, offset, TABLE, WHOLE);
    const points = view.getUint32(sizes - 4, true);
    const isLast = chunks.length + 1 === number;
    const isFilled = chunkSize === VARIABLE ||
      (isLast ? points <= chunkSize : points === chunkSize);
    if (points === 0 || !isFilled) {
      refuse(`${which} has ${points} points, and chunks have ${chunkSize}`, sizes - 4, TABLE);
    }
    chunks.push({ offset, points });
    offset = end;
  }
  if (chunks.length === 0) refuse("it has no chunks", table + 4, TABLE);
  if (offset !== table) {
    const problem = `${table - offset} bytes behind its ${number} chunks belong to none`;
    refuse(problem, offset, TABLE);
  }
  return chunks;
}

/** Refuses points that no file of this size can hold. */
function requirePossible(
  { byteLength }: DataView,
  { pointOffset, recordBytes }: LasHeader,
  count: number,
  refuse: Refuse,
): void {
  if (isPossible(count * recordBytes, byteLength)) return;
  refuse(
    `its ${count} points of ${recordBytes} bytes are more than ${UNPACKED_TIMES} times its own ${byteLength} bytes`,
    pointOffset,
    "number of point records",
  );
}

/** Whether a LAZ file of a size may hold points of so many bytes. */
export function isPossible(unpackedBytes: number, fileBytes: number): boolean {
  return unpackedBytes <= Math.max(UNPACKED_BYTES, UNPACKED_TIMES * fileBytes);
}
