/**
 * Reads a client's file into a scan. LAS and PLY pass through `parse` of loaders.gl with loaders of our own, which
 * replace its parsers: those lose or corrupt data (`las/las_scan_loader.ts` and `ply/ply_scan_loader.ts` say which).
 * loaders.gl comes with the first file, since it is most of what this room takes to load, and many a process or thread
 * that writes scans reads none.
 *
 * @module
 */
import { binToPly } from "./bin/bin_to_ply.ts";
import { e57ToPly } from "./e57/e57_to_ply.ts";
import { blameMemory } from "./errors.ts";
import { fileFormat } from "./file_format.ts";
import { coordinateUnits } from "./las/coordinate_units.ts";
import { chooseOrigin, toLocal } from "./origin.ts";
import { readCsv } from "./csv/read_csv.ts";
import { readPcd } from "./pcd/read_pcd.ts";
import { ptxToPly } from "./ptx/ptx_to_ply.ts";
import { nonZero } from "./fields/field_scan.ts";
import { scaleToUnit } from "./full_scale.ts";
import { findLeftOut, withoutPoints } from "./left_out.ts";
import type { Scan } from "./scan.ts";

/**
 * Reads a LAS, LAZ, PLY, PCD, E57, PTX or text file, or KITTI's `.bin`; its first bytes tell the format, or the name of `.bin`.
 *
 * LAS: versions 1.0 to 1.4, point formats 0 to 10; LAZ and COPC of formats 0 to 3 and 6 to 8. `labels` are the
 * classification codes if any of them is above 1 (0 and 1 mean "not classified"). PLY: ASCII and both byte orders;
 * `labels` come from an integer property `label`, `class` or a similar name, their names from comments like
 * `class 7 chair`, normals from `nx`, `ny`, `nz`. PCD: versions 0.5 to 0.7, ASCII, binary and compressed, fields by the same names
 * and packed colours. E57 and PTX: all scans of the file with their poses, as PLY. Text: columns that the first line names, or that their values tell.
 * `.bin`: rows of float32 as KITTI and nuScenes write them, as PLY.
 *
 * @param bytes the whole file; the scan keeps it
 * @param name the client's name for it, which need not fit the format, unless that is `.bin`
 * @throws {ScanError} where the file is malformed, truncated, empty, or of an unsupported kind
 * @throws {MemoryError} where it takes more memory than there is
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readScan, writePly } from "./mod.ts";
 *
 * const bytes = writePly({
 *   positions: Float32Array.of(1, 2, 3, 4, 5, 6),
 *   colors: Float32Array.of(1, 0, 0, 0, 0, 1),
 *   labels: Int32Array.of(3, 0),
 * });
 * const scan = await readScan(bytes, "room.ply");
 * assert.deepEqual([scan.format, scan.count], ["ply", 2]);
 * assert.deepEqual([...scan.labels!], [3, 0]);
 * assert.equal(scan.intensity, null);
 * ```
 */
export async function readScan(bytes: Uint8Array, name: string): Promise<Scan> {
  try {
    return await READERS[fileFormat(bytes, name)](bytes, name);
  } catch (error) {
    throw blameMemory(error, name, "read");
  }
}

const READERS = {
  ...{ las: readLas, ply: readPly, pcd: readPcd, csv: readCsv },
  ...{ e57: readE57, ptx: readPtx, bin: readBin },
} as const;

async function readLas(bytes: Uint8Array, name: string): Promise<Scan> {
  const { parse } = await import("@loaders.gl/core");
  const { lasScanLoader } = await import("./las/las_scan_loader.ts");
  const { attributes, loaderData } = await parse(
    bytes as Uint8Array<ArrayBuffer>,
    lasScanLoader(name),
  );
  const { POSITION, COLOR_0, intensity, classification } = attributes;
  const { leftOut, warnings } = findLeftOut(POSITION.value, name, loaderData.withheld);
  const classes = withoutPoints(classification.value, 1, leftOut);
  const colors = COLOR_0 &&
    scaleToUnit(withoutPoints(COLOR_0.value, 3, leftOut), false, "colours");
  const strength = scaleToUnit(withoutPoints(intensity.value, 1, leftOut), false, "intensities");
  const las = loaderData.unpacked ?? bytes;
  const units = coordinateUnits(las, loaderData.header, name);
  return {
    name,
    format: "las",
    count: classes.length,
    ...local(withoutPoints(POSITION.value, 3, leftOut)),
    colors: nonZero(colors?.values),
    intensity: nonZero(strength?.values),
    normals: null,
    labels: classes.some((code) => code > 1) ? Int32Array.from(classes) : null,
    ...(leftOut.length > 0 ? { leftOut } : {}),
    bytes: las,
    ...(loaderData.unpacked ? { converted: "laz to las" } : {}),
    ...units,
    warnings: [
      ...loaderData.warnings,
      ...units.warnings,
      ...warnings,
      ...colors?.warnings ?? [],
      ...strength?.warnings ?? [],
    ],
  };
}

async function readPly(bytes: Uint8Array, name: string): Promise<Scan> {
  const { parse } = await import("@loaders.gl/core");
  const { plyScanLoader } = await import("./ply/ply_scan_loader.ts");
  const { attributes, loaderData } = await parse(
    bytes as Uint8Array<ArrayBuffer>,
    plyScanLoader(name),
  );
  const { leftOut, warnings, header: { labelNames } } = loaderData;
  const { POSITION, COLOR_0, intensity, NORMAL, label } = attributes;
  return {
    name,
    format: "ply",
    count: POSITION.value.length / 3,
    ...local(POSITION.value),
    colors: nonZero(COLOR_0?.value),
    intensity: nonZero(intensity?.value),
    normals: nonZero(NORMAL?.value),
    labels: label?.value ?? null,
    ...(Object.keys(labelNames).length > 0 ? { labelNames } : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
    bytes,
    warnings,
  };
}

async function readE57(bytes: Uint8Array, name: string): Promise<Scan> {
  const { ply, warnings } = e57ToPly(bytes, name);
  const scan = await readPly(ply, name);
  return { ...scan, converted: "e57 to ply", warnings: [...warnings, ...scan.warnings] };
}

async function readPtx(bytes: Uint8Array, name: string): Promise<Scan> {
  const { ply, warnings } = ptxToPly(bytes, name);
  const scan = await readPly(ply, name);
  return { ...scan, converted: "ptx to ply", warnings: [...warnings, ...scan.warnings] };
}

async function readBin(bytes: Uint8Array, name: string): Promise<Scan> {
  const { ply, warnings } = binToPly(bytes, name);
  const scan = await readPly(ply, name);
  return { ...scan, converted: "bin to ply", warnings: [...warnings, ...scan.warnings] };
}

function local(positions: Float64Array): Pick<Scan, "origin" | "positions"> {
  const origin = chooseOrigin(positions);
  return { origin, positions: toLocal(positions, origin) };
}
