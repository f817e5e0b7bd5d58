/**
 * How much memory a scan takes to read, computed from its header before anything is decoded.
 *
 * @module
 */
import { checkLaz, isPossible } from "./las/check_laz.ts";
import { decompressionBytes } from "./las/laz_perf.ts";
import { type LasHeader, parseLasHeader, parseLasStart } from "./las/header.ts";
import { rowBytes } from "./ply/binary_layout.ts";
import { hasPlyHeader, parsePlyHeader, type PlyHeader, vertexOf } from "./ply/header.ts";
import { findScanProperties } from "./ply/scan_properties.ts";
import { binMemory } from "./bin/bin_to_ply.ts";
import { csvMemory } from "./csv/read_csv.ts";
import { e57Memory } from "./e57/e57_to_ply.ts";
import { parseE57Header } from "./e57/pages.ts";
import { hasPcdHeader, parsePcdHeader } from "./pcd/header.ts";
import { pcdMemory } from "./pcd/read_pcd.ts";
import { ptxMemory } from "./ptx/ptx_to_ply.ts";
import { fileFormat } from "./file_format.ts";
import type { ScanMemory } from "./scan.ts";

/** Bytes of a LAS point while it is read: as float64 and as stored, then as the scan keeps it. */
const LAS_POINT_BYTES = 27 + 20;
/** The same for the colour of a point. */
const LAS_COLOR_BYTES = 6 + 12;
/** Bytes of one number of a PLY point: as float64, then as float32 or int32. */
const PLY_NUMBER_BYTES = 8 + 4;

/**
 * Computes what reading a scan takes.
 *
 * @param bytes the whole file
 * @throws {ScanError} where its header is malformed
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scanMemory, writePly } from "./mod.ts";
 *
 * const bytes = writePly({ positions: new Float32Array(3000) });
 * assert.deepEqual(scanMemory(bytes, "a.ply"), {
 *   points: 1000,
 *   readingBytes: 36_000,
 *   fileBytes: bytes.length,
 * });
 * ```
 */
export function scanMemory(bytes: Uint8Array, name: string): ScanMemory {
  const format = fileFormat(bytes, name);
  if (format === "ply") return plyMemory(parsePlyHeader(bytes, name), bytes.length, name);
  if (format === "pcd") return pcdMemory(parsePcdHeader(bytes, name), bytes.length, name);
  if (format === "csv") return csvMemory(bytes, bytes.length, name);
  if (format === "e57") return e57Memory(bytes, name);
  if (format === "ptx") return ptxMemory(bytes);
  if (format === "bin") return binMemory(bytes.length, name);
  const header = parseLasHeader(bytes, name);
  const { compressed, count } = header;
  const points = compressed ? Math.max(...checkLaz(bytes, header, name).counts) : count;
  return lasMemory(header, points, bytes.length);
}

/** Bytes at the beginning of a scan that hold its header, unless somebody filled it up. */
export const SCAN_START_BYTES = 2 ** 16;

/**
 * Computes what reading a scan takes from its beginning alone.
 *
 * @param start its first {@link SCAN_START_BYTES}, or the whole file where it has fewer
 * @param size bytes of the file
 * @returns null where the header is longer, or says what cannot be
 * @throws {ScanError} where it is malformed
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scanMemory, scanMemoryByStart, writePly } from "./mod.ts";
 *
 * const bytes = writePly({ positions: new Float32Array(3000) });
 * const start = bytes.subarray(0, 1000);
 * assert.deepEqual(scanMemoryByStart(start, bytes.length, "a.ply"), scanMemory(bytes, "a.ply"));
 * ```
 */
export function scanMemoryByStart(
  start: Uint8Array,
  size: number,
  name: string,
): ScanMemory | null {
  const format = fileFormat(start, name);
  const isPart = size > start.length;
  if (format === "ply") {
    return isPart && !hasPlyHeader(start)
      ? null
      : plyMemory(parsePlyHeader(start, name), size, name);
  }
  if (format === "pcd") {
    return isPart && !hasPcdHeader(start)
      ? null
      : pcdMemory(parsePcdHeader(start, name), size, name);
  }
  if (format === "csv") return csvMemory(start, size, name);
  if (format === "e57") {
    // What it says of its points stands at its end.
    return isPart ? (parseE57Header(start, size, name), null) : e57Memory(start, name);
  }
  if (format === "bin") return binMemory(size, name);
  // Every scan of it has a header of its own.
  if (format === "ptx") return isPart ? null : ptxMemory(start);
  const header = parseLasStart(start, size, name);
  const { compressed, count, statedCounts, recordBytes } = header;
  if (!compressed) return lasMemory(header, count, size);
  // Where counts differ, or one is impossible, only the chunks can tell.
  const points = Math.min(...statedCounts.filter((stated) => stated > 0));
  return isPossible(points * recordBytes, size) ? lasMemory(header, points, size) : null;
}

function lasMemory(header: LasHeader, points: number, size: number): ScanMemory {
  const { recordBytes, colorOffset, compressed } = header;
  const decoded = points * (LAS_POINT_BYTES + (colorOffset === null ? 0 : LAS_COLOR_BYTES));
  if (!compressed) return { points, readingBytes: decoded, fileBytes: size };
  const unpacked = points * recordBytes + size;
  return {
    points,
    readingBytes: decoded + unpacked + decompressionBytes(size),
    fileBytes: unpacked,
  };
}

function plyMemory(header: PlyHeader, size: number, name: string): ScanMemory {
  const vertex = vertexOf(header);
  // A word and its end take two bytes at least.
  const pointBytes = header.encoding === "ascii" ? 2 * vertex.properties.length : rowBytes(vertex);
  const room = size - header.bodyOffset + 1;
  const points = Math.min(vertex.count, Math.floor(room / Math.max(1, pointBytes)));
  const { position, color, intensity, normal, label } = findScanProperties(header, name);
  const numbers = [position, color, intensity, normal, label].flatMap((found) => found ?? []);
  return {
    points,
    readingBytes: points * numbers.length * PLY_NUMBER_BYTES,
    fileBytes: size,
  };
}
