/**
 * Reads from the records of a LAS file in which units its coordinates are: well-known text (record 2112) or GeoKeys
 * (records 34735 and 34736), in variable-length records or, since LAS 1.4, in extended ones.
 *
 * A coordinate system that cannot be read never refuses a file: metres are taken, and a warning says so.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", "Coordinate Reference System Representation".
 *
 * @module
 */
import { unitsOfGeoKeys } from "../crs/geo_keys.ts";
import { type CoordinateUnits, METRE } from "../crs/units.ts";
import { type CrsAxes, CrsError, unitsOfWkt } from "../crs/wkt.ts";
import type { Warning } from "../warning.ts";
import { EVLR_HEADER_BYTES, LAS_FIELDS, type LasHeader, parseEvlrs } from "./header.ts";
import { cString, parseVlrs } from "./variable_length_records.ts";

const WKT = 2112;
const DIRECTORY = 34735;
const NUMBERS = 34736;
/** Bit of the global encoding that says that the coordinate system is WKT. */
const WKT_BIT = 0x10;
const SET_UNIT = "set unit if they are in another one";

/** The bodies of the records that describe the coordinate system, by their number. */
type Records = ReadonlyMap<number, Uint8Array>;

/**
 * Reads the units of the coordinates.
 *
 * @param bytes an uncompressed LAS file
 * @param file name of the scan
 * @returns units where the file says them, and what is doubtful about them
 */
export function coordinateUnits(
  bytes: Uint8Array,
  header: LasHeader,
  file: string,
): { units?: CoordinateUnits; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const warn = (text: string) => warnings.push({ code: "unit", text, field: "unit" });
  let axes: CrsAxes | null = null;
  try {
    const records = crsRecords(bytes, header);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    axes = readAxes(records, (view.getUint16(LAS_FIELDS.globalEncoding, true) & WKT_BIT) !== 0);
  } catch (error) {
    if (!(error instanceof CrsError)) throw error;
    warn(
      `The coordinate system of ${file} cannot be read: ${error.message}. Metres were taken; ${SET_UNIT}.`,
    );
  }
  if (axes === null) return { warnings };
  const { horizontal, vertical, isGeocentric } = axes;
  if (isGeocentric) {
    warnings.push({
      code: "axes",
      text:
        `The coordinates of ${file} are measured from the middle of the earth, so that no axis points up, and z was taken. Project them to a map first.`,
      field: "up",
    });
  }
  if (horizontal === null) {
    warn(
      `The coordinate system of ${file} names no unit of length. Metres were taken; ${SET_UNIT}.`,
    );
  }
  const across = horizontal ?? METRE;
  const along = across === "degree" ? METRE : across;
  if (vertical === null && along !== METRE) {
    warn(
      `The coordinate system of ${file} is in units of ${along.name} and names none for heights. Heights were taken in the same unit.`,
    );
  }
  return { units: { horizontal: across, vertical: vertical ?? along }, warnings };
}

/** Reads the description that the header names, or the only one that there is. */
function readAxes(records: Records, isWkt: boolean): CrsAxes | null {
  const text = records.get(WKT);
  const directory = records.get(DIRECTORY);
  if (text && (isWkt || !directory)) return unitsOfWkt(new TextDecoder().decode(text));
  if (!directory) return null;
  return unitsOfGeoKeys(viewOf(directory), viewOf(records.get(NUMBERS) ?? new Uint8Array()));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The first record of each kind; extended ones come last. */
function crsRecords(bytes: Uint8Array, header: LasHeader): Records {
  const records = new Map<number, Uint8Array>();
  const take = (offset: number, body: number, end: number) => {
    // liblas wrote well-known text under its own name.
    const user = cString(bytes.subarray(offset + 2, offset + 18));
    if (user !== "LASF_Projection" && user !== "liblas") return;
    const id = bytes[offset + 18]! | bytes[offset + 19]! << 8;
    const content = bytes.subarray(body, end);
    // Writers leave empty text where they know no system.
    if (!records.has(id) && content.some((byte) => byte !== 0)) records.set(id, content);
  };
  for (const { offset, body, end } of parseVlrs(bytes, header)) take(offset, body, end);
  for (const { offset, end } of parseEvlrs(bytes, header)) {
    take(offset, offset + EVLR_HEADER_BYTES, end);
  }
  return records;
}
