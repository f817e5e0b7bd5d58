/**
 * Converts sweeps without a header, `.bin`, to PLY, in which labels can be written: rows of little-endian float32. KITTI
 * writes x, y, z and intensity, and so do SemanticKITTI and KITTI-360; nuScenes writes the ring of the laser as well.
 * Nothing in such a file says so, so that the numbers have to be what they are taken for.
 *
 * Source: the readme files of the KITTI development kits; `LidarPointCloud.from_file` in `utils/data_classes.py` of
 * nutonomy/nuscenes-devkit.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { ScanMemory } from "../scan.ts";
import type { Warning } from "../warning.ts";

/** A converted file. */
export interface ConvertedBin {
  ply: Uint8Array;
  /** What its numbers were taken for. */
  warnings: Warning[];
}

/** What the numbers of a point are. */
interface Layout {
  writer: "KITTI" | "nuScenes";
  columns: readonly (keyof typeof IS_PLAUSIBLE)[];
}

/** Bytes of a float32. */
const FLOAT_BYTES = 4;
const LITTLE_ENDIAN = true;
const KITTI: Layout = { writer: "KITTI", columns: ["x", "y", "z", "intensity"] };
const NUSCENES: Layout = { writer: "nuScenes", columns: ["x", "y", "z", "intensity", "ring"] };
/** How nuScenes names its sweeps. */
const NUSCENES_NAME = /\.pcd\.bin$/i;
/** Bytes of the header of the PLY at most. */
const HEADER_BYTES = 256;
/** Metres: as far as the northings of a map. */
const FARTHEST = 1e7;
/** Rounding leaves no numbers closer to zero; bytes up to 31, such as labels, look so where they are read as floats. */
const LEAST = 1e-19;
/** The widest intensities of a scanner. */
const MOST_INTENSITY = 65535;
/** Lasers of a scanner, generously. */
const MOST_RINGS = 1024;
/** What each number of a point may be; coordinates that are not finite are those of points without a position. */
const IS_PLAUSIBLE = {
  x: isCoordinate,
  y: isCoordinate,
  z: isCoordinate,
  intensity: (value: number) => value >= 0 && value <= MOST_INTENSITY,
  ring: (value: number) => Number.isInteger(value) && value >= 0 && value < MOST_RINGS,
};
/** After how many numbers those of the next point may come; a picture of depths has one at each place. */
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8];
/** How many times as near as those of the next point the numbers after another width have to be to belong to one. */
const NEARER = 3;
/** Numbers that are looked at to find the width of a point. */
const SAMPLE = 2 ** 18;
const MEND = "send the whole file, or convert what is none of them to PLY, PCD or LAS";

/** Tells whether a file is a sweep without a header; nothing but its name tells. */
export function isBinName(name: string): boolean {
  return /\.bin$/i.test(name);
}

/**
 * Converts a file. The body of the PLY is the file as it is.
 *
 * @param file its name, for errors, and where both layouts fit alike
 * @throws {ScanError} where it ends amid a point, or its numbers are neither KITTI's nor nuScenes'
 */
export function binToPly(bytes: Uint8Array, file: string): ConvertedBin {
  const { writer, columns } = layoutOf(bytes, file);
  const head = new TextEncoder().encode([
    "ply",
    "format binary_little_endian 1.0",
    `comment converted from ${writer}'s .bin`,
    `element vertex ${bytes.length / rowBytes(columns.length)}`,
    ...columns.map((name) => `property float ${name}`),
    "end_header\n",
  ].join("\n"));
  const ply = new Uint8Array(head.length + bytes.length);
  ply.set(head);
  ply.set(bytes, head.length);
  return {
    ply,
    warnings: [{
      code: "bin",
      text:
        `The scan came as .bin, which has no header and is answered as PLY: each point was taken as ${columns.length} floats, ${
          columns.join(", ")
        }, as ${writer} writes them; send PLY, PCD or LAS if that is wrong.`,
      field: "scan",
    }],
  };
}

/**
 * Computes what reading a file takes; see `scanMemory`.
 *
 * @param size bytes of it
 * @throws {ScanError} where it ends amid a point
 */
export function binMemory(size: number, file: string): ScanMemory {
  const [{ columns }] = layoutsOf(size, file);
  const points = size / rowBytes(columns.length);
  const ply = size + HEADER_BYTES;
  // Where both layouts fit the size, the name may be wrong.
  const most = size / rowBytes(KITTI.columns.length);
  // The PLY, and what reading that takes.
  return { points, readingBytes: ply + 160 * most, fileBytes: ply };
}

function rowBytes(width: number): number {
  return FLOAT_BYTES * width;
}

/** The layouts that a file of a size may have, the likelier first. @throws {ScanError} where there is none */
function layoutsOf(size: number, file: string): [Layout, ...Layout[]] {
  const all = NUSCENES_NAME.test(file) ? [NUSCENES, KITTI] : [KITTI, NUSCENES];
  const [first, ...others] = all.filter(({ columns }) => size % rowBytes(columns.length) === 0);
  if (first) return [first, ...others];
  throw new ScanError({
    file,
    problem:
      `${size} bytes are no whole number of points of 16 bytes, as KITTI's .bin has them, or of 20, as nuScenes'`,
    mend: MEND,
    offset: size,
  });
}

/** The layout that the numbers of a file fit. @throws {ScanError} where they fit none */
function layoutOf(bytes: Uint8Array, file: string): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layouts = layoutsOf(bytes.length, file);
  const faults = layouts.map((layout) => faultOf(view, layout));
  const distances = WIDTHS.map((width) => distanceAfter(view, width));
  const distanceOf = ({ columns }: Layout) => distances[WIDTHS.indexOf(columns.length)]!;
  // Sorting keeps the order of equals, which the name decided.
  const [layout] = layouts.filter((_, i) => faults[i] === null)
    .sort((a, b) => distanceOf(a) - distanceOf(b));
  if (!layout) {
    const said = faults.map((fault, i) =>
      `of ${layouts[i]!.columns.length} floats a point, ${fault!.problem}`
    );
    throw new ScanError({
      file,
      problem: `it is no .bin of KITTI or nuScenes: ${said.join("; ")}`,
      mend: MEND,
      offset: faults[0]!.offset,
    });
  }
  const width = layout.columns.length;
  const other = WIDTHS.find((wider, i) =>
    wider % width !== 0 && distances[i]! * NEARER < distanceOf(layout)
  );
  if (other === undefined) return layout;
  throw new ScanError({
    file,
    problem:
      `its numbers repeat after every ${other}, where points of KITTI have 4 and those of nuScenes 5`,
    mend: MEND,
    offset: rowBytes(width),
  });
}

/** The first number that cannot be what a layout takes it for; null where there is none. */
function faultOf(view: DataView, { columns }: Layout): { problem: string; offset: number } | null {
  for (let offset = 0, i = 0; offset < view.byteLength; offset += FLOAT_BYTES, i++) {
    const column = columns[i % columns.length]!;
    const value = view.getFloat32(offset, LITTLE_ENDIAN);
    if (IS_PLAUSIBLE[column](value)) continue;
    const point = Math.floor(i / columns.length);
    return { problem: `the ${column} of point ${point} would be ${value}`, offset };
  }
  return null;
}

/** How far numbers lie from those `width` after them, on average: the least where these are of the same column. */
function distanceAfter(view: DataView, width: number): number {
  let [sum, count] = [0, 0];
  const end = Math.min(view.byteLength, rowBytes(SAMPLE)) - rowBytes(width);
  for (let offset = 0; offset < end; offset += FLOAT_BYTES) {
    const distance = Math.abs(
      view.getFloat32(offset, LITTLE_ENDIAN) -
        view.getFloat32(offset + rowBytes(width), LITTLE_ENDIAN),
    );
    if (!Number.isFinite(distance)) continue;
    sum += distance;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function isCoordinate(value: number): boolean {
  const size = Math.abs(value);
  return !Number.isFinite(value) || size === 0 || (size >= LEAST && size <= FARTHEST);
}
