/**
 * Reads LAS and LAZ points through loaders.gl (`LAZRsLoader`), with the guards that its 4.4.5 needs:
 * coordinates as float64, flag bits out of the class, and one colour depth for the whole file (its own
 * `auto` decides for every 100,000 points anew, and a wrong depth takes colours modulo 256 in silence).
 *
 * @module
 */
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import { ScanError } from "./errors.ts";
import type { LasHeader } from "./las_header.ts";
import { checkLaz, DECOMPRESS } from "./laz.ts";

/** What loaders.gl keeps of LAS points; N is their number. */
export interface LasPoints {
  /** [N][3] */
  positions: Float64Array;
  /** [N][3] 0 to 255; null without colour. */
  colors: Uint8Array | null;
  /** [N] 0 to 65535. */
  intensity: Uint16Array;
  /** [N] classification codes without flag bits. */
  classes: Uint8Array;
}

/**
 * Reads all points of a LAS or LAZ file whose header has been checked. It works in the thread that calls
 * (about a second for two million points), since loaders.gl's worker would be loaded from the network.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where loaders.gl cannot read them
 */
export async function decodeLas(
  bytes: Uint8Array,
  header: LasHeader,
  file: string,
): Promise<LasPoints> {
  if (header.compressed) checkLaz(bytes, header, file);
  const wide = header.colorOffset !== null && (header.compressed || hasWideColors(bytes, header));
  let points = await load(bytes, wide ? 16 : 8, header, file);
  if (header.compressed && points.colors?.every((value) => value === 0)) {
    // Compressed colours cannot be looked at beforehand. All of them are below 256: 8-bit values, or none.
    points = await load(bytes, 8, header, file);
  }
  for (let i = 0; i < header.count; i++) points.classes[i]! &= header.classMask;
  return points;
}

/** Whether any colour channel of an uncompressed file is above 255. */
function hasWideColors(bytes: Uint8Array, header: LasHeader): boolean {
  const { pointOffset, recordBytes, count, colorOffset } = header;
  // Little endian: the upper bytes of the three channels.
  const first = pointOffset + colorOffset! + 1;
  for (let i = 0; i < count; i++) {
    const at = first + i * recordBytes;
    if (bytes[at] !== 0 || bytes[at + 2] !== 0 || bytes[at + 4] !== 0) return true;
  }
  return false;
}

async function load(
  bytes: Uint8Array,
  colorDepth: 8 | 16,
  header: LasHeader,
  file: string,
): Promise<LasPoints> {
  let attributes;
  try {
    const mesh = await parse(bytes as Uint8Array<ArrayBuffer>, LAZRsLoader, {
      core: { worker: false },
      las: { fp64: true, colorDepth },
    });
    attributes = mesh.attributes;
  } catch (cause) {
    throw new ScanError({
      file,
      problem: `loaders.gl cannot decode its points (${(cause as Error).message})`,
      mend: header.compressed ? DECOMPRESS : "check the file",
      offset: header.pointOffset,
      cause,
    });
  }
  const value = (name: string) => attributes[name]?.value;
  const positions = value("POSITION");
  const intensity = value("intensity");
  const classes = value("classification");
  const rgba = value("COLOR_0");
  if (
    !(positions instanceof Float64Array) || positions.length !== 3 * header.count ||
    !(intensity instanceof Uint16Array) || !(classes instanceof Uint8Array)
  ) {
    throw new TypeError("Cannot use what loaders.gl gave: another version than 4.4.5?");
  }
  return {
    positions,
    intensity,
    classes,
    colors: rgba instanceof Uint8Array ? withoutAlpha(rgba) : null,
  };
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return rgb;
}
