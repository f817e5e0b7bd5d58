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
import { decodeVertices } from "./decode_vertices.ts";
import { parsePlyHeader, type PlyHeader, type PlyProperty } from "./header.ts";
import { findScanProperties } from "./scan_properties.ts";
import { SPLAT_WARNING, splatColors } from "./splats.ts";
import type { PointMesh } from "../point_mesh.ts";
import {
  type RawFields,
  toColors,
  toIntegers,
  toIntensities,
  toUnitLength,
} from "../fields/raw_attributes.ts";
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
  /** 0 to 1; missing where they have no range that is known. */
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
  const properties = findScanProperties(header, file);
  const { position, color, intensity, normal, label, isSplats, hasHarmonics } = properties;
  const groups = [position, color ?? [], intensity ?? [], normal ?? [], label ?? []];
  const decoded = decodeVertices(bytes, header, groups, file);
  const { leftOut, warnings: ofLeftOut } = findLeftOut(decoded.groups[0]!, file);
  const [xyz, rgb, strength, directions, classes] = decoded.groups.map((values, g) =>
    withoutPoints(values, groups[g]!.length, leftOut)
  );
  const labels = label && toIntegers(classes!);
  const colors = hasHarmonics
    ? { values: splatColors(rgb!), warnings: [] }
    : color && toColors(rgb!, fieldsOf(color), file);
  const intensities = intensity && toIntensities(strength!, fieldsOf(intensity));
  const warnings = [
    ...ofLeftOut,
    ...decoded.warnings,
    ...(isSplats ? [SPLAT_WARNING] : []),
    ...colors?.warnings ?? [],
    ...intensities?.warnings ?? [],
  ];
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
      ...(intensities?.values ? { intensity: { value: intensities.values, size: 1 } } : {}),
      ...(normal ? { NORMAL: { value: toUnitLength(directions!), size: 3 } } : {}),
      ...(labels ? { label: { value: labels, size: 1 } } : {}),
    },
  };
}

function fieldsOf(properties: readonly PlyProperty[]): RawFields {
  return {
    names: properties.map(({ name }) => name),
    isFloat: properties.some(({ type }) => type.startsWith("float")),
    signedBytes: [...properties.keys()].filter((index) => properties[index]!.type === "int8"),
  };
}
