/**
 * Decodes the points of LAZ files by laz-perf, of the kinds that {@link checkLaz} accepts.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { ScanError } from "../errors.ts";
import { DECOMPRESS, type LazChunk, type LazLayout } from "./check_laz.ts";
import { LAS_FIELDS, type LasHeader } from "./header.ts";
import { decompressionBytes, type LazPerf, openLazPerf } from "./laz_perf.ts";

/** Takes the next record from a decoder: writes it to an address of the heap. */
type NextPoint = (to: number) => void;

/**
 * Decodes all points.
 *
 * @param count how many there should be
 * @param file name of the scan, for errors
 * @param records receives their records
 * @throws {ScanError} where there are fewer or more
 */
export async function decodePoints(
  bytes: Uint8Array,
  header: LasHeader,
  layout: LazLayout,
  count: number,
  file: string,
  records: Uint8Array,
): Promise<void> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ScanError({
      file,
      problem,
      mend: DECOMPRESS,
      offset: header.pointOffset,
      field: "number of point records",
      cause,
    });
  };
  const { points, cause, goesOn } = layout.chunks
    ? await decodeLayered(bytes, header, layout.chunks, records)
    : await decodeChunked(bytes, header, layout, count, records);
  if (points < count) {
    fail(`its compressed points are damaged, or end, after ${points} of ${count}`, cause);
  }
  if (goesOn) fail(`its compressed points go on after the ${count} that its header counts`);
}

/** What came of decoding. */
interface Decoded {
  /** Points that were decoded. */
  points: number;
  /** Why it ended before the last one. */
  cause?: unknown;
  /** Whether there are more points. */
  goesOn?: boolean;
}

/** Layered chunks say how many points they have, and each is decoded for itself. */
async function decodeLayered(
  bytes: Uint8Array,
  { format, recordBytes }: LasHeader,
  chunks: readonly LazChunk[],
  records: Uint8Array,
): Promise<Decoded> {
  const lazPerf = await openLazPerf(decompressionBytes(bytes.length));
  let done = 0;
  try {
    const from = copyToHeap(lazPerf, bytes);
    for (const { offset, points } of chunks) {
      const decoder = new lazPerf.ChunkDecoder();
      decoder.open(format, recordBytes, from + offset);
      const wanted = records.subarray(done * recordBytes, (done + points) * recordBytes);
      const decoded = take(lazPerf, (to) => decoder.getPoint(to), points, recordBytes, wanted);
      done += decoded.points;
      if ("cause" in decoded) return { points: done, cause: decoded.cause };
      decoder.delete();
    }
    return { points: done };
  } catch (cause) {
    return { points: done, cause };
  }
}

/**
 * Chunks of formats 0 to 5 do not say how many points they have, but the decoder reads exactly their bytes: with the file
 * ending behind the last chunk, a count that is too high ends in an error, and one that is too low leaves bytes unread.
 */
async function decodeChunked(
  bytes: Uint8Array,
  header: LasHeader,
  layout: LazLayout,
  count: number,
  records: Uint8Array,
): Promise<Decoded> {
  // One point more is asked for: it should not be there.
  const decoded = await decodeFile(
    decodable(bytes, header, layout, count + 1, 0),
    count + 1,
    records,
  );
  if (decoded.points <= count) return decoded;
  // A point may take less than a byte, so that only an unread byte proves that there are more.
  const cut = await decodeFile(decodable(bytes, header, layout, count, 1), count, null);
  return { points: count, goesOn: cut.points === count };
}

/** Decodes points of a file until one cannot be decoded. */
async function decodeFile(
  laz: Uint8Array,
  asked: number,
  records: Uint8Array | null,
): Promise<Decoded> {
  const lazPerf = await openLazPerf(decompressionBytes(laz.length));
  try {
    const decoder = new lazPerf.LASZip();
    decoder.open(copyToHeap(lazPerf, laz), laz.length);
    const next: NextPoint = (to) => decoder.getPoint(to);
    return take(lazPerf, next, asked, decoder.getPointLength(), records);
  } catch (cause) {
    return { points: 0, cause };
  }
}

function copyToHeap(lazPerf: LazPerf, bytes: Uint8Array): number {
  const from = lazPerf._malloc(bytes.length);
  lazPerf.HEAPU8.set(bytes, from);
  return from;
}

/** Takes points from a decoder. @param records receives as many as it has room for */
function take(
  lazPerf: LazPerf,
  next: NextPoint,
  asked: number,
  recordBytes: number,
  records: Uint8Array | null,
): Decoded {
  let points = 0;
  try {
    const to = lazPerf._malloc(recordBytes);
    for (; points < asked; points++) {
      next(to);
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
 * A file of chunks that do not count their points as laz-perf takes it: the marker of variable chunks in the form that it
 * knows, the chunk table before them, and the last chunk at the end.
 *
 * @param asked number of points in its header
 * @param cut bytes that are taken off the end of the last chunk
 */
function decodable(
  bytes: Uint8Array,
  { pointOffset, minor }: LasHeader,
  { chunkSizeOffset, chunkSize, table }: LazLayout,
  asked: number,
  cut: number,
): Uint8Array {
  const out = concat([
    bytes.subarray(0, pointOffset),
    bytes.subarray(table),
    bytes.subarray(pointOffset, table - cut),
  ]);
  const view = new DataView(out.buffer);
  view.setUint32(chunkSizeOffset, chunkSize, true);
  const moved = pointOffset + bytes.length - table;
  view.setUint32(LAS_FIELDS.pointOffset, moved, true);
  view.setBigInt64(moved, BigInt(pointOffset), true);
  view.setUint32(LAS_FIELDS.legacyCount, asked, true);
  if (minor === 4) view.setBigUint64(LAS_FIELDS.count, BigInt(asked), true);
  return out;
}
