/**
 * A client's file to a scan. loaders.gl is the parsing layer for both formats, with loaders of our own where
 * its own lose or corrupt data.
 *
 * @module
 */
import { parse } from "@loaders.gl/core";
import { ScanError } from "./errors.ts";
import { isLas } from "./las/header.ts";
import { lasScanLoader } from "./las/las_scan_loader.ts";
import { chooseOrigin, toLocal } from "./origin.ts";
import { plyScanLoader } from "./ply/ply_scan_loader.ts";
import { fullScale, largestOf, scaled } from "./full_scale.ts";
import type { Scan } from "./scan.ts";

/**
 * Reads a LAS, LAZ or PLY file, whichever its first bytes say it is.
 *
 * LAS: versions 1.0 to 1.4, point formats 0 to 10; LAZ and COPC of formats 0 to 3 and 6 to 8. `labels` are the classification codes where any is above 1 (0 and 1 mean
 * "not classified"). PLY: ASCII and both byte orders; `labels` from an integer property `label`, `class`
 * or the like, normals from `nx`, `ny`, `nz`.
 *
 * @param bytes the whole file; the scan keeps it
 * @param name the client's name for it; says nothing about the format
 * @throws {ScanError} where the file is malformed, truncated, empty, or of a kind that is not read
 */
export async function readScan(bytes: Uint8Array, name: string): Promise<Scan> {
  return scanFormat(bytes, name) === "las"
    ? await readLas(bytes, name)
    : await readPly(bytes, name);
}

/**
 * The format of a scan.
 *
 * @param start its first four bytes, or more of it
 * @throws {ScanError} where it is empty or of no format that is read
 */
export function scanFormat(start: Uint8Array, name: string): Scan["format"] {
  if (start.length === 0) {
    throw new ScanError({
      file: name,
      problem: "the file is empty",
      mend: "send a scan",
      offset: 0,
    });
  }
  if (isLas(start)) return "las";
  if (start[0] === 0x70 && start[1] === 0x6c && start[2] === 0x79) return "ply";
  throw new ScanError({
    file: name,
    problem: "it is neither LAS, LAZ ('LASF') nor PLY ('ply')",
    mend: "convert it to one of these",
    offset: 0,
  });
}

async function readLas(bytes: Uint8Array, name: string): Promise<Scan> {
  const { attributes, loaderData } = await parse(
    bytes as Uint8Array<ArrayBuffer>,
    lasScanLoader(name),
  );
  const { POSITION, COLOR_0, intensity, classification } = attributes;
  const classes = classification.value;
  return {
    name,
    format: "las",
    count: classes.length,
    ...local(POSITION.value, name),
    colors: nonZero(COLOR_0 && toUnit(COLOR_0.value)),
    intensity: nonZero(toUnit(intensity.value)),
    normals: null,
    labels: classes.some((code) => code > 1) ? Int32Array.from(classes) : null,
    bytes: loaderData.unpacked ?? bytes,
    ...(loaderData.unpacked ? { unpacked: true } : {}),
  };
}

/** 16-bit fields to 0..1; many files keep 8-bit values in them. */
function toUnit(values: Uint16Array): Float32Array {
  return scaled(values, fullScale(largestOf(values), false)!);
}

async function readPly(bytes: Uint8Array, name: string): Promise<Scan> {
  const { attributes } = await parse(bytes as Uint8Array<ArrayBuffer>, plyScanLoader(name));
  const { POSITION, COLOR_0, intensity, NORMAL, label } = attributes;
  return {
    name,
    format: "ply",
    count: POSITION.value.length / 3,
    ...local(POSITION.value, name),
    colors: nonZero(COLOR_0?.value),
    intensity: nonZero(intensity?.value),
    normals: nonZero(NORMAL?.value),
    labels: label?.value ?? null,
    bytes,
  };
}

function local(positions: Float64Array, name: string): Pick<Scan, "origin" | "positions"> {
  const origin = chooseOrigin(positions);
  return { origin, positions: toLocal(positions, origin, name) };
}

/** Null for an attribute whose values are all zero: the field is there, but nobody filled it. */
function nonZero(values: Float32Array | undefined): Float32Array | null {
  return values?.some((value) => value !== 0) ? values : null;
}
