/**
 * A loaders.gl loader for PLY scans: {@link PLYLoader} of loaders.gl with another parser underneath.
 *
 * The parser of `@loaders.gl/ply` 4.4.5 turns double coordinates into float32, takes 16-bit colours modulo
 * 256 and float colours as 0 or 1, reads garbage after a CRLF header, fills truncated rows with NaN, and
 * takes a file that is no PLY for an empty one, all without an error. This one refuses or reads right.
 * Delete it once a release of loaders.gl passes the tests of this file.
 *
 * @module
 */
import { PLYLoader } from "@loaders.gl/ply";
import { ScanError } from "../errors.ts";
import { plyColumns } from "./scan_properties.ts";
import { decodeVertices } from "./decode_vertices.ts";
import { parsePlyHeader, type PlyHeader, type PlyProperty } from "./header.ts";
import type { PointMesh } from "../point_mesh.ts";
import { fullScale, largestOf, scaled } from "../full_scale.ts";

/** A PLY scan: its attributes, and what {@link PointMesh} has besides. */
export type PlyMesh = PointMesh<"ply", PlyHeader, {
  POSITION: { value: Float64Array; size: 3 };
  /** 0 to 1. */
  COLOR_0?: { value: Float32Array; size: 3 };
  /** 0 to 1; left out where values are negative, NaN or above 65535 (decibels, scores). */
  intensity?: { value: Float32Array; size: 1 };
  /** Of length 1, or 0 where the file has no direction for a vertex. */
  NORMAL?: { value: Float32Array; size: 3 };
  label?: { value: Int32Array; size: 1 };
}>;

/**
 * A loader for `parse` of `@loaders.gl/core`.
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
  const { position, color, intensity, normal, label } = plyColumns(header, file);
  const groups = [position, color ?? [], intensity ?? [], normal ?? [], label ?? []];
  const [xyz, rgb, strength, directions, classes] = decodeVertices(bytes, header, groups, file);
  requireFinite(xyz!, position, file);
  const labels = label && toIntegers(classes!);
  const intensities = intensity && toUnit(strength!, intensity);
  return {
    loader: "ply",
    loaderData: header,
    schema: { fields: [], metadata: {} },
    header: { vertexCount: xyz!.length / 3 },
    topology: "point-list",
    mode: 0,
    attributes: {
      POSITION: { value: xyz!, size: 3 },
      ...(color ? { COLOR_0: { value: toColors(rgb!, color, file), size: 3 } } : {}),
      ...(intensities ? { intensity: { value: intensities, size: 1 } } : {}),
      ...(normal ? { NORMAL: { value: toUnitLength(directions!), size: 3 } } : {}),
      ...(labels ? { label: { value: labels, size: 1 } } : {}),
    },
  };
}

function requireFinite(xyz: Float64Array, properties: readonly PlyProperty[], file: string): void {
  const bad = xyz.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new ScanError({
    file,
    problem: `coordinate of vertex ${Math.floor(bad / 3)} is ${xyz[bad]}`,
    mend: "remove points without a position",
    field: properties[bad % 3]!.name,
  });
}

/**
 * Brings colours or intensities to 0..1 by the scale of the whole file.
 *
 * @returns null where a value is negative, NaN or above 65535
 */
function toUnit(values: Float64Array, properties: readonly PlyProperty[]): Float32Array | null {
  const width = properties.length;
  for (const [index, { type }] of properties.entries()) {
    if (type !== "int8") continue;
    // A "char" that holds a colour byte is a byte: -1 means 255.
    for (let i = index; i < values.length; i += width) values[i]! += values[i]! < 0 ? 256 : 0;
  }
  if (!values.every((value) => value >= 0)) return null;
  const isFloat = properties.some(({ type }) => type.startsWith("float"));
  const scale = fullScale(largestOf(values), isFloat);
  return scale && scaled(values, scale);
}

function toColors(
  values: Float64Array,
  properties: readonly PlyProperty[],
  file: string,
): Float32Array {
  const colors = toUnit(values, properties);
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

/** Directions of length 1; zero for those without one (zero, NaN or infinite, as some programs write them). */
function toUnitLength(vectors: Float64Array): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const length = Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!);
    if (!(length > 0 && length < Infinity)) continue;
    for (let axis = 0; axis < 3; axis++) out[i + axis] = vectors[i + axis]! / length;
  }
  return out;
}

/** Null where a value is no 32-bit integer: such a property holds scores, not labels. */
function toIntegers(values: Float64Array): Int32Array | null {
  const out = Int32Array.from(values);
  return out.every((value, i) => value === values[i]) ? out : null;
}
