/**
 * Converts E57 to PLY, in which labels can be written: points of all scans in the coordinates of the file, by the poses
 * of their scanners, with every field that is a number.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import { ScanError } from "../errors.ts";
import { findNoReturns } from "../no_returns.ts";
import type { ScanMemory } from "../scan.ts";
import { SCALAR_BYTES } from "../ply/header.ts";
import type { Warning } from "../warning.ts";
import { type E57Field, type E57Layout, e57Layout, type E57Scan } from "./layout.ts";
import {
  type E57Header,
  logicalBytes,
  parseE57Header,
  physicalOffset,
  withoutChecksums,
} from "./pages.ts";
import { MOST_XML_BYTES } from "./photographs.ts";
import { bitsOf, e57Values } from "./streams.ts";
import { parseE57Xml } from "./xml.ts";

/** A converted file. */
export interface ConvertedE57 {
  ply: Uint8Array;
  /** What was not converted. */
  warnings: Warning[];
}

const CARTESIAN = ["cartesianX", "cartesianY", "cartesianZ"];
const SPHERICAL = ["sphericalRange", "sphericalAzimuth", "sphericalElevation"];
const INVALID = ["cartesianInvalidState", "sphericalInvalidState"];
const NORMAL = ["nor:normalX", "nor:normalY", "nor:normalZ"];
/** Names of fields in PLY; the others keep their own. */
const PLY_NAMES: Readonly<Record<string, string>> = {
  colorRed: "red",
  colorGreen: "green",
  colorBlue: "blue",
  ...Object.fromEntries(NORMAL.map((name, axis) => [name, ["nx", "ny", "nz"][axis]!])),
};
/** Bytes of x, y and z as doubles. */
const POSITION_BYTES = 24;
const LITTLE_ENDIAN = true;

/** A property of the PLY. */
interface Property {
  /** The field that it holds; null for the number of the scan. */
  field: string | null;
  name: string;
  type: "uchar" | "ushort" | "int" | "double";
}

const BYTES = {
  uchar: SCALAR_BYTES.uint8,
  ushort: SCALAR_BYTES.uint16,
  int: SCALAR_BYTES.int32,
  double: SCALAR_BYTES.float64,
};

/** Layouts of files in memory: what a file needs is told first, and then it is converted. */
const layouts = new WeakMap<Uint8Array, E57Layout>();

/** Reads what a file says of its scans, once. @throws {ScanError} where header or XML are wrong */
function layoutOf(bytes: Uint8Array, file: string): E57Layout {
  const known = layouts.get(bytes);
  if (known) return known;
  const header = parseE57Header(bytes, bytes.length, file);
  const { xmlOffset, xmlLength, pageSize } = header;
  const xml = withoutChecksums(bytes, header, file, xmlOffset);
  const offset = physicalOffset(xmlOffset, pageSize);
  const root = parseE57Xml(xml.subarray(xmlOffset, xmlOffset + xmlLength), offset, file);
  const layout = e57Layout(root, file);
  for (const { name, count, fields } of layout.scans) {
    const bits = sumOf(fields, bitsOf);
    const room = 8 * logicalBytes(bytes.length, pageSize);
    if (bits > 0 && bits * count <= room) continue;
    throw new ScanError({
      file,
      problem: `${count} points of ${bits} bits of ${name.slice(0, 80)} do not fit into it`,
      mend: "send the whole file, or correct the count",
      offset: bytes.length,
      field: "recordCount",
    });
  }
  layouts.set(bytes, layout);
  return layout;
}

/**
 * Converts a file.
 *
 * @throws {ScanError} where it is damaged, ends too early, or has points without coordinates
 */
export function e57ToPly(bytes: Uint8Array, file: string): ConvertedE57 {
  const header = parseE57Header(bytes, bytes.length, file);
  const layout = layoutOf(bytes, file);
  const logical = withoutChecksums(bytes, header, file);
  const { scans } = layout;
  const properties = propertiesOf(scans);
  const pointBytes = pointBytesOf(properties);
  const head = new TextEncoder().encode([
    "ply",
    "format binary_little_endian 1.0",
    "comment converted from E57",
    ...scans.map(({ name, pose: { rotation, translation } }, index) =>
      `comment scan ${index} ${name.replace(/\s+/g, " ")}, rotation ${
        rotation.join(" ")
      }, translation ${translation.join(" ")}`
    ),
    `element vertex ${sumOf(scans, ({ count }) => count)}`,
    ...["x", "y", "z"].map((axis) => `property double ${axis}`),
    ...properties.map(({ type, name }) => `property ${type} ${name}`),
    "end_header\n",
  ].join("\n"));
  const out = new Uint8Array(head.length + pointBytes * sumOf(scans, ({ count }) => count));
  out.set(head);
  const view = new DataView(out.buffer);
  let row = head.length;
  let noReturns = 0;
  for (const [index, scan] of scans.entries()) {
    const values = e57Values(logical, header, scan, file);
    noReturns += writeScanRows(view, row, { scan, index, values, properties, pointBytes }, file);
    row += pointBytes * scan.count;
  }
  return { ply: out, warnings: warningsOf(layout, header, noReturns) };
}

/** Computes what reading an E57 file takes; see `scanMemory`. */
export function e57Memory(bytes: Uint8Array, file: string): ScanMemory {
  const { scans } = layoutOf(bytes, file);
  const points = sumOf(scans, ({ count }) => count);
  const properties = propertiesOf(scans);
  const ply = points * pointBytesOf(properties);
  const largest = Math.max(...scans.map(({ count, fields }) => 8 * count * (fields.length + 3)));
  // The file without its checksums, its streams, their numbers and places, the PLY, and what reading that takes.
  return { points, readingBytes: 2 * bytes.length + largest + ply + 160 * points, fileBytes: ply };
}

function pointBytesOf(properties: readonly Property[]): number {
  return POSITION_BYTES + sumOf(properties, ({ type }) => BYTES[type]);
}

/** The properties beside x, y and z: every field of a scan that is a number, and which scan it is of several. */
function propertiesOf(scans: readonly E57Scan[]): Property[] {
  const fields = new Map<string, E57Field[]>();
  for (const scan of scans) {
    for (const field of scan.fields) {
      if (field.kind === "other" || CARTESIAN.includes(field.name)) continue;
      fields.set(field.name, [...fields.get(field.name) ?? [], field]);
    }
  }
  const taken = new Set(["x", "y", "z", "scan"]);
  const properties = [...fields].map(([field, all]): Property => {
    let name = PLY_NAMES[field] ?? field.replace(/\s+/g, "_");
    while (taken.has(name)) name += "_";
    taken.add(name);
    return { field, name, type: typeOf(all) };
  });
  return scans.length > 1
    ? [...properties, { field: null, name: "scan", type: "ushort" }]
    : properties;
}

/** The smallest type that holds all numbers of fields. */
function typeOf(fields: readonly E57Field[]): Property["type"] {
  const within = (least: number, most: number) =>
    fields.every((field) =>
      field.kind === "integer" && field.scale === 1 && field.offset === 0 &&
      field.least >= least && field.least + 2 ** field.bits - 1 <= most
    );
  if (within(0, 255)) return "uchar";
  if (within(0, 65535)) return "ushort";
  return within(-(2 ** 31), 2 ** 31 - 1) ? "int" : "double";
}

/** A scan and where it goes. */
interface ScanRows {
  scan: E57Scan;
  /** Its number in the file. */
  index: number;
  values: readonly (Float64Array | null)[];
  properties: readonly Property[];
  pointBytes: number;
}

/** Writes the points of a scan. @returns how many of them are no returns, which have no position then */
function writeScanRows(
  view: DataView,
  start: number,
  { scan, index, values, properties, pointBytes }: ScanRows,
  file: string,
): number {
  const valuesOf = (name: string) => {
    const at = scan.fields.findIndex((field) => field.name === name);
    return at < 0 ? null : values[at] ?? null;
  };
  const group = (names: readonly string[]) => {
    const found = names.map(valuesOf);
    return found.every((array) => array !== null) ? found : null;
  };
  const [cartesian, spherical] = [group(CARTESIAN), group(SPHERICAL)];
  if (!cartesian && !spherical) {
    throw new ScanError({
      file,
      problem: `the points of ${scan.name.slice(0, 80)} have no coordinates`,
      mend: "write cartesianX, cartesianY and cartesianZ",
      field: "prototype",
    });
  }
  const invalid = valuesOf(INVALID[cartesian ? 0 : 1]!);
  const { rotation, translation } = scan.pose;
  const places = new Float64Array(3 * scan.count);
  for (let i = 0; i < scan.count; i++) {
    // A point without a position is no point of the scan.
    const place = invalid?.[i]
      ? [NaN, NaN, NaN]
      : cartesian
      ? cartesian.map((array) => array[i]!)
      : fromSphere(...spherical!.map((array) => array[i]!) as [number, number, number]);
    places.set(place, 3 * i);
  }
  // A pose moves zeros, so that they have to be found before.
  const noReturns = findNoReturns(places);
  for (const i of noReturns) places.fill(NaN, 3 * i, 3 * i + 3);
  for (let i = 0; i < scan.count; i++) {
    const moved = rotated(rotation, [places[3 * i]!, places[3 * i + 1]!, places[3 * i + 2]!]);
    for (let axis = 0; axis < 3; axis++) {
      const value = moved[axis]! + translation[axis]!;
      view.setFloat64(start + i * pointBytes + 8 * axis, value, LITTLE_ENDIAN);
    }
  }
  let offset = start + POSITION_BYTES;
  const normals = group(NORMAL);
  for (const { field, type } of properties) {
    const axis = NORMAL.indexOf(field ?? "");
    const stored = field === null ? null : valuesOf(field);
    for (let i = 0; i < scan.count; i++) {
      const value = field === null
        ? index
        : axis >= 0 && normals
        ? rotated(rotation, normals.map((array) => array[i]!))[axis]!
        : stored?.[i] ?? 0;
      const at = offset + i * pointBytes;
      if (type === "uchar") view.setUint8(at, value);
      else if (type === "ushort") view.setUint16(at, value, LITTLE_ENDIAN);
      else if (type === "int") view.setInt32(at, value, LITTLE_ENDIAN);
      else view.setFloat64(at, value, LITTLE_ENDIAN);
    }
    offset += BYTES[type];
  }
  return noReturns.length;
}

function fromSphere(range: number, azimuth: number, elevation: number): number[] {
  const flat = range * Math.cos(elevation);
  return [flat * Math.cos(azimuth), flat * Math.sin(azimuth), range * Math.sin(elevation)];
}

function rotated(
  [w, a, b, c]: E57Scan["pose"]["rotation"],
  [x, y, z]: readonly number[] | [number, number, number],
): [number, number, number] {
  const [px, py, pz] = [x!, y!, z!];
  return [
    (1 - 2 * (b * b + c * c)) * px + 2 * (a * b - w * c) * py + 2 * (a * c + w * b) * pz,
    2 * (a * b + w * c) * px + (1 - 2 * (a * a + c * c)) * py + 2 * (b * c - w * a) * pz,
    2 * (a * c - w * b) * px + 2 * (b * c + w * a) * py + (1 - 2 * (a * a + b * b)) * pz,
  ];
}

function warningsOf(
  { scans, images }: E57Layout,
  { xmlLength }: E57Header,
  noReturns: number,
): Warning[] {
  const others = new Set(
    scans.flatMap(({ fields }) =>
      fields.flatMap(({ kind, name }) => kind === "other" ? [name] : [])
    ),
  );
  const left = others.size > 0
    ? ` Fields that are no numbers were left out: ${[...others].join(", ")}.`
    : "";
  const zeros = noReturns > 0
    ? ` Of its points, ${noReturns} lay at 0, 0, 0 of their scanner, as where nothing came back, and have no position.`
    : "";
  return [
    {
      code: "e57",
      text: `The scan came as E57, which is answered as PLY: ${
        scans.length === 1 ? "its points" : `the points of its ${scans.length} scans`
      } in the coordinates of the file, with their other fields.${left}${zeros}`,
      field: "scan",
    },
    ...unusedImages(
      xmlLength > MOST_XML_BYTES ? images.map(() => ({ unusable: TOO_LONG })) : images,
    ),
  ];
}

/** Why none of the photographs is used where the XML is longer than it may be. */
const TOO_LONG = `the XML of the file has more than ${MOST_XML_BYTES / 2 ** 20} MiB`;

/** What is said of photographs in the file that nobody can place. */
function unusedImages(images: E57Layout["images"]): Warning[] {
  const unused = images.flatMap((image) => "unusable" in image ? [image.unusable] : []);
  if (unused.length === 0) return [];
  return [{
    code: "e57-images",
    text: `Of the ${images.length} photographs in the E57 file, ${unused.length} cannot be used: ${
      [...new Set(unused)].join("; ")
    }. Send them as images, with their cameras.`,
    field: "images",
  }];
}
