/**
 * A loaders.gl loader for PLY scans: {@link PLYLoader} of loaders.gl, with its parser replaced by ours.
 *
 * The parser of `@loaders.gl/ply` 4.4.5 rounds double coordinates to float32, takes 16-bit colours modulo 256 and
 * float colours as 0 or 1, reads garbage after a CRLF header, fills truncated rows with NaN, and accepts a file that is
 * no PLY as an empty scan, all without an error. Ours reads such files correctly or refuses them. Delete it once a
 * release of loaders.gl passes the tests of this file.
 *
 * @module
 */
import { PLYLoader } from "@loaders.gl/ply";
import { ScanError } from "../errors.ts";
import { decodeVertices } from "./decode_vertices.ts";
import { parsePlyHeader, type PlyHeader, type PlyProperty } from "./header.ts";
import { findScanProperties } from "./scan_properties.ts";
import type { PointMesh } from "../point_mesh.ts";
import { type ScaledValues, scaleToUnit } from "../full_scale.ts";
import { findLeftOut, withoutPoints } from "../left_out.ts";
import type { Warning } from "../warning.ts";

/** What the loader knows about a PLY file. */
export interface PlyFile {
  header: PlyHeader;
  /** Rows of vertices without a position, in ascending order; attributes do not hold them. */
  leftOut: number[];
  warnings: Warning[];
}

/** A PLY scan as a {@link PointMesh}. */
export type PlyMesh = PointMesh<"ply", PlyFile, {
  POSITION: { value: Float64Array; size: 3 };
  /** 0 to 1. */
  COLOR_0?: { value: Float32Array; size: 3 };
  /** 0 to 1; missing where values are negative, NaN or above 65535 (decibels, scores). */
  intensity?: { value: Float32Array; size: 1 };
  /** Of length 1, or 0 where the file has no direction for a vertex. */
  NORMAL?: { value: Float32Array; size: 3 };
  label?: { value: Int32Array; size: 1 };
}>;

/**
 * Makes a loader for `parse` of `@loaders.gl/core`. It runs in the calling thread.
 *
 * @param file name of the scan, for errors
 */
export function plyScanLoader(file: string) {
  const parseSync = (data: ArrayBuffer) => parsePlyScan(new Uint8Array(data), file);
  return {
    ...PLYLoader,
    name: "PLY scan",
    worker: false,
    text: false,
    dataType: null as unknown as PlyMesh,
    parse: (data: ArrayBuffer) => Promise.resolve(data).then(parseSync),
    parseSync,
  };
}

function parsePlyScan(bytes: Uint8Array, file: string): PlyMesh {
  const header = parsePlyHeader(bytes, file);
  const { position, color, intensity, normal, label } = findScanProperties(header, file);
  const groups = [position, color ?? [], intensity ?? [], normal ?? [], label ?? []];
  const decoded = decodeVertices(bytes, header, groups, file);
  const leftOut = findLeftOut(decoded.groups[0]!, file);
  const [xyz, rgb, strength, directions, classes] = decoded.groups.map((values, g) =>
    withoutPoints(values, groups[g]!.length, leftOut)
  );
  const labels = label && toIntegers(classes!);
  const colors = color && toColors(rgb!, color, file);
  const intensities = intensity && toUnit(strength!, intensity, "intensities");
  const warnings = [...decoded.warnings, ...colors?.warnings ?? [], ...intensities?.warnings ?? []];
  return {
    loader: "ply",
    loaderData: { header, leftOut, warnings },
    schema: { fields: [], metadata: {} },
    header: { vertexCount: xyz!.length / 3 },
    topology: "point-list",
    mode: 0,
    attributes: {
      POSITION: { value: xyz!, size: 3 },
      ...(colors ? { COLOR_0: { value: colors.values, size: 3 } } : {}),
      ...(intensities ? { intensity: { value: intensities.values, size: 1 } } : {}),
      ...(normal ? { NORMAL: { value: toUnitLength(directions!), size: 3 } } : {}),
      ...(labels ? { label: { value: labels, size: 1 } } : {}),
    },
  };
}

/**
 * Scales colours or intensities to 0..1.
 *
 * @returns null where they have no range that is known
 */
function toUnit(
  values: Float64Array,
  properties: readonly PlyProperty[],
  what: "colours" | "intensities",
): ScaledValues | null {
  const width = properties.length;
  for (const [index, { type }] of properties.entries()) {
    if (type !== "int8") continue;
    // A "char" of a colour is meant as an unsigned byte: -1 is 255.
    for (let i = index; i < values.length; i += width) values[i]! += values[i]! < 0 ? 256 : 0;
  }
  return scaleToUnit(values, properties.some(({ type }) => type.startsWith("float")), what);
}

function toColors(
  values: Float64Array,
  properties: readonly PlyProperty[],
  file: string,
): ScaledValues {
  const colors = toUnit(values, properties, "colours");
  if (colors) return colors;
  const bad = values.findIndex((value) => !(value >= 0 && value <= 65535));
  const { name } = properties[bad % 3]!;
  throw new ScanError({
    file,
    problem: `${name} of vertex ${Math.floor(bad / 3)} is ${values[bad]}`,
    mend: "write colours as 0..1, 0..255 or 0..65535",
    field: name,
  });
}

/** Normalises vectors; those without a direction (zero, NaN or infinite, as some programs write them) become 0. */
function toUnitLength(vectors: Float64Array): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const length = Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!);
    if (!(length > 0 && length < Infinity)) continue;
    for (let axis = 0; axis < 3; axis++) out[i + axis] = vectors[i + axis]! / length;
  }
  return out;
}

/** The values as integers; null where one is no 32-bit integer: such a property holds scores, not labels. */
function toIntegers(values: Float64Array): Int32Array | null {
  const out = Int32Array.from(values);
  return out.every((value, i) => value === values[i]) ? out : null;
}
