/**
 * How much memory a scan takes to read, computed from its header before anything is decoded.
 *
 * @module
 */
import { checkLaz } from "./las/check_laz.ts";
import { decompressionBytes } from "./las/laz_perf.ts";
import { parseLasHeader } from "./las/header.ts";
import { rowBytes } from "./ply/binary_layout.ts";
import { parsePlyHeader, vertexOf } from "./ply/header.ts";
import { findScanProperties } from "./ply/scan_properties.ts";
import { scanFormat } from "./read_scan.ts";

/** Bytes of a LAS point while it is read: as float64 and as stored, then as the scan keeps it. */
const LAS_POINT_BYTES = 27 + 20;
/** The same for the colour of a point. */
const LAS_COLOR_BYTES = 6 + 12;
/** Bytes of one number of a PLY point: as float64, then as float32 or int32. */
const PLY_NUMBER_BYTES = 8 + 4;

/** What a scan takes. */
export interface ScanMemory {
  /** Points that the file promises, as far as it can hold them. */
  points: number;
  /** Bytes that reading takes at most, beside the file itself. */
  readingBytes: number;
  /** Bytes of the file that answers keep: those of the file itself, or of its uncompressed points. */
  fileBytes: number;
}

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
  return scanFormat(bytes, name) === "las" ? lasMemory(bytes, name) : plyMemory(bytes, name);
}

function lasMemory(bytes: Uint8Array, name: string): ScanMemory {
  const header = parseLasHeader(bytes, name);
  const { recordBytes, colorOffset, compressed } = header;
  const points = compressed ? Math.max(...checkLaz(bytes, header, name).counts) : header.count;
  const decoded = points * (LAS_POINT_BYTES + (colorOffset === null ? 0 : LAS_COLOR_BYTES));
  if (!compressed) return { points, readingBytes: decoded, fileBytes: bytes.length };
  const unpacked = points * recordBytes + bytes.length;
  return {
    points,
    readingBytes: decoded + unpacked + decompressionBytes(bytes.length),
    fileBytes: unpacked,
  };
}

function plyMemory(bytes: Uint8Array, name: string): ScanMemory {
  const header = parsePlyHeader(bytes, name);
  const vertex = vertexOf(header);
  // A word and its end take two bytes at least.
  const pointBytes = header.encoding === "ascii" ? 2 * vertex.properties.length : rowBytes(vertex);
  const room = bytes.length - header.bodyOffset + 1;
  const points = Math.min(vertex.count, Math.floor(room / Math.max(1, pointBytes)));
  const { position, color, intensity, normal, label } = findScanProperties(header, name);
  const numbers = [position, color, intensity, normal, label].flatMap((found) => found ?? []);
  return {
    points,
    readingBytes: points * numbers.length * PLY_NUMBER_BYTES,
    fileBytes: bytes.length,
  };
}
