/**
 * Reads PCD scans, the files of the Point Cloud Library. The loader of `@loaders.gl/pcd` 4.4.2 gives neither the fields
 * that an answer keeps nor errors for files that end too early; a test holds ours against it where both read a file.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { findFields, type ScanFields } from "../fields/field_names.ts";
import { scanOfFields } from "../fields/field_scan.ts";
import type { RawFields } from "../fields/raw_attributes.ts";
import type { Scan, ScanMemory } from "../scan.ts";
import type { Warning } from "../warning.ts";
import { parsePcdHeader, type PcdField, type PcdHeader } from "./header.ts";
import { pcdValues } from "./points.ts";

/** Bytes of one number while it is read: as float64, then as float32 or int32. */
const NUMBER_BYTES = 8 + 4;
/** Names of a field whose four bytes are blue, green and red. */
const PACKED_COLOR = ["rgb", "rgba"];

/** The fields that a scan is read from. */
interface PcdScanFields extends ScanFields<PcdField> {
  position: PcdField[];
  /** Four bytes, blue first. */
  packed: PcdField | null;
}

/**
 * Reads a PCD file.
 *
 * @throws {ScanError} with the byte, line or field that is wrong
 */
export function readPcd(bytes: Uint8Array, name: string): Scan {
  const header = parsePcdHeader(bytes, name);
  const { position, color, packed, intensity, normal, label } = scanFields(header, name);
  const colors = packed ? [packed] : color;
  const groups = [position, colors, intensity, normal, label];
  const [xyz, rgb, strength, directions, labels] = pcdValues(
    bytes,
    header,
    groups.map((group) => group ?? []),
    name,
  );
  const of = (fields: PcdField[] | null): RawFields => ({
    names: fields?.map(({ name }) => name) ?? [],
    isFloat: fields?.some(({ type }) => type === "F") ?? false,
    signedBytes: fields?.flatMap(({ type, size }, i) => type === "I" && size === 1 ? [i] : []) ??
      [],
  });
  return scanOfFields({
    position: xyz!,
    color: packed
      ? {
        values: unpacked(rgb!, packed, header.encoding),
        names: ["red", "green", "blue"],
        isFloat: false,
      }
      : color && { values: rgb!, ...of(color) },
    intensity: intensity && { values: strength!, ...of(intensity) },
    normal: normal && directions!,
    label: label && labels!,
  }, { name, format: "pcd", bytes, warnings: viewpointWarnings(header) });
}

/** Computes what reading a PCD file takes; see `scanMemory`. */
export function pcdMemory(header: PcdHeader, size: number, name: string): ScanMemory {
  const { points, pointBytes, encoding, fields, bodyOffset } = header;
  const { position, color, packed, intensity, normal, label } = scanFields(header, name);
  const colors = packed ? [packed, packed, packed, packed] : color;
  const numbers = [position, colors, intensity, normal, label].flatMap((found) => found ?? []);
  // A file that is too short is refused before anything is allocated by its count.
  const least = encoding === "ascii" ? 2 * fields.length : pointBytes;
  const room = encoding === "binary_compressed"
    ? points
    : Math.floor((size - bodyOffset + 1) / least);
  const held = Math.min(points, room);
  const unpackedBytes = encoding === "binary_compressed" ? points * pointBytes : 0;
  return {
    points: held,
    readingBytes: held * numbers.length * NUMBER_BYTES + unpackedBytes,
    // An answer decompresses its points, and compresses them again.
    fileBytes: size + unpackedBytes,
  };
}

function scanFields({ fields, bodyOffset }: PcdHeader, file: string): PcdScanFields {
  const single = fields.filter(({ count }) => count === 1);
  const { position, ...others } = findFields(single);
  if (!position) {
    const missing = ["x", "y", "z"].find((axis) =>
      !single.some(({ name }) => name.toLowerCase() === axis)
    );
    throw new ScanError({
      file,
      problem: `it has no field ${missing}`,
      mend: "send points with x, y and z",
      offset: bodyOffset,
      field: "FIELDS",
    });
  }
  const packed = single.find(({ name, size }) => PACKED_COLOR.includes(name) && size === 4);
  return { position, ...others, packed: packed ?? null };
}

/**
 * [N][3] red, green and blue of packed colours, which are stored as the bits of a float or as an integer. Text of a float field
 * may have either: no packed colour that is opaque or without alpha has bits of a number from 1 to 2³², so that such a number is
 * the integer itself.
 */
function unpacked(
  values: Float64Array,
  { type }: PcdField,
  encoding: PcdHeader["encoding"],
): Float64Array {
  const bits = type === "F"
    ? new Uint32Array(Float32Array.from(values).buffer)
    : Uint32Array.from(values);
  if (type === "F" && encoding === "ascii") {
    values.forEach((value, i) => {
      if (value >= 1 && value < 2 ** 32) bits[i] = value;
    });
  }
  const out = new Float64Array(3 * bits.length);
  for (let i = 0; i < bits.length; i++) {
    out[3 * i] = (bits[i]! >> 16) & 0xff;
    out[3 * i + 1] = (bits[i]! >> 8) & 0xff;
    out[3 * i + 2] = bits[i]! & 0xff;
  }
  return out;
}

function viewpointWarnings({ viewpoint }: PcdHeader): Warning[] {
  if (viewpoint === null) return [];
  return [{
    code: "viewpoint",
    text: `The header has VIEWPOINT ${
      viewpoint.slice(0, 200)
    }, which was not applied: points and cameras are taken as they are. Move the points by it where they are in the frame of the sensor.`,
    field: "scan",
  }];
}
