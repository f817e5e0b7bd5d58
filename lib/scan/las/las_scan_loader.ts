/**
 * A loaders.gl loader for LAS and LAZ scans: {@link LAZRsLoader} of loaders.gl, with its parser replaced by ours.
 *
 * The parser of `@loaders.gl/las` 4.4.5 refuses COPC and the LAZ of several writers, takes 16-bit colours modulo 256
 * unless it is told their depth, leaves flag bits in the class, and returns only four attributes, so that the rest of
 * a LAZ file could not be kept in the answer. Delete ours once a release of loaders.gl passes the tests of this file.
 *
 * @module
 */
import { LAZRsLoader } from "@loaders.gl/las";
import { countWarnings, type LasHeader, parseLasHeader } from "./header.ts";
import { decompressLaz } from "./decompress_laz.ts";
import type { Warning } from "../warning.ts";
import type { PointMesh } from "../point_mesh.ts";

/** A LAS scan as a {@link PointMesh}. */
export type LasMesh = PointMesh<"las", {
  /** Header of the file, or of `unpacked`. */
  header: LasHeader;
  /** A LAZ file as LAS; null where the file is LAS. */
  unpacked: Uint8Array | null;
  /** Indices of points that the file marks as withheld, in ascending order. */
  withheld: number[];
  /** What is doubtful about the number of points. */
  warnings: Warning[];
}, {
  POSITION: { value: Float64Array; size: 3 };
  /** As stored: 8-bit values in 16-bit fields are common. */
  COLOR_0?: { value: Uint16Array; size: 3 };
  intensity: { value: Uint16Array; size: 1 };
  /** Without flag bits. */
  classification: { value: Uint8Array; size: 1 };
}>;

/**
 * Makes a loader for `parse` of `@loaders.gl/core`. It runs in the calling thread.
 *
 * @param file name of the scan, for errors
 */
export function lasScanLoader(file: string) {
  return {
    ...LAZRsLoader,
    name: "LAS scan",
    worker: false,
    dataType: null as unknown as LasMesh,
    parse: (data: ArrayBuffer) => parseLasScan(new Uint8Array(data), file),
  };
}

async function parseLasScan(bytes: Uint8Array, file: string): Promise<LasMesh> {
  const header = parseLasHeader(bytes, file);
  const unpacked = header.compressed ? await decompressLaz(bytes, header, file) : null;
  const las = unpacked ? parseLasHeader(unpacked, file) : header;
  const warnings = countWarnings(bytes, header, las.count);
  return meshOf(unpacked ?? bytes, { header: las, unpacked, warnings });
}

function meshOf(bytes: Uint8Array, file: Omit<LasMesh["loaderData"], "withheld">): LasMesh {
  const { header } = file;
  const { count, pointOffset, recordBytes, scale, offset } = header;
  const { classOffset, classMask, withheldOffset, withheldBit, colorOffset } = header;
  const positions = new Float64Array(3 * count);
  const intensity = new Uint16Array(count);
  const classes = new Uint8Array(count);
  const colors = colorOffset === null ? null : new Uint16Array(3 * count);
  const withheld: number[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const at = pointOffset + i * recordBytes;
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * i + axis] = view.getInt32(at + 4 * axis, true) * scale[axis]! + offset[axis]!;
    }
    intensity[i] = view.getUint16(at + 12, true);
    classes[i] = view.getUint8(at + classOffset) & classMask;
    if (view.getUint8(at + withheldOffset) & withheldBit) withheld.push(i);
    if (!colors) continue;
    for (let channel = 0; channel < 3; channel++) {
      colors[3 * i + channel] = view.getUint16(at + colorOffset! + 2 * channel, true);
    }
  }
  return {
    loader: "las",
    loaderData: { ...file, withheld },
    schema: { fields: [], metadata: {} },
    header: { vertexCount: count },
    topology: "point-list",
    mode: 0,
    attributes: {
      POSITION: { value: positions, size: 3 },
      ...(colors ? { COLOR_0: { value: colors, size: 3 } } : {}),
      intensity: { value: intensity, size: 1 },
      classification: { value: classes, size: 1 },
    },
  };
}
