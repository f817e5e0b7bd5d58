/**
 * Writes a LAS 1.4 file from the arrays of a scan that came as PLY.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15".
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { Scan } from "../scan.ts";

const HEADER_BYTES = 375;
/** Coordinates are whole millimetres, or finer for small scans. */
const COARSEST_SCALE = 0.001;
/** Least number of steps of the scale along the longest side of the scan. */
const LEAST_STEPS = 1e5;
const LARGEST_INTEGER = 0x7fffffff;

/** Which return of its pulse each point is. */
export interface LasReturns {
  /** [N] from 1. */
  readonly number: Uint8Array;
  /** [N] returns of the pulse, at most 15. */
  readonly of: Uint8Array;
}

/**
 * Writes a LAS 1.4 file of point format 6, or 7 with colours. It holds coordinates, intensity, colours and, as
 * classification, the scan's labels if all of them are 0 to 255. Without
 * `returns`, every point is the only return of its pulse.
 *
 * @throws {ScanError} where the scan is too wide for 32-bit coordinates
 */
export function writeLas(scan: Scan, returns?: LasReturns): Uint8Array {
  const { count, origin, colors } = scan;
  const format = colors ? 7 : 6;
  const recordBytes = colors ? 36 : 30;
  const box = boundingBox(scan);
  const scale = coordinateScale(box, scan.name);
  const out = new Uint8Array(HEADER_BYTES + count * recordBytes);
  const view = new DataView(out.buffer);
  const text = new TextEncoder();
  text.encodeInto("LASF", out);
  // Bit 4: coordinate systems are WKT, as formats 6 and up require, though none is given.
  view.setUint16(6, 0x10, true);
  view.setUint8(24, 1);
  view.setUint8(25, 4);
  text.encodeInto("ttt-kd", out.subarray(26, 58));
  text.encodeInto("ttt-kd", out.subarray(58, 90));
  view.setUint16(94, HEADER_BYTES, true);
  view.setUint32(96, HEADER_BYTES, true);
  view.setUint8(104, format);
  view.setUint16(105, recordBytes, true);
  for (let axis = 0; axis < 3; axis++) {
    view.setFloat64(131 + 8 * axis, scale, true);
    view.setFloat64(155 + 8 * axis, origin[axis]!, true);
    view.setFloat64(179 + 16 * axis, box.max[axis]! + origin[axis]!, true);
    view.setFloat64(187 + 16 * axis, box.min[axis]! + origin[axis]!, true);
  }
  view.setBigUint64(247, BigInt(count), true);
  view.setBigUint64(255, BigInt(count), true);
  writeRecords(view, { scan, returns }, scale, recordBytes);
  return out;
}

function writeRecords(
  view: DataView,
  { scan, returns }: { scan: Scan; returns: LasReturns | undefined },
  scale: number,
  recordBytes: number,
): void {
  const { count, positions, intensity, colors, labels } = scan;
  const classes = labels?.every((label) => label >= 0 && label <= 255) ? labels : null;
  const toUint16 = (value: number) => Math.round(value * 65535);
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * recordBytes;
    for (let axis = 0; axis < 3; axis++) {
      view.setInt32(at + 4 * axis, Math.round(positions[3 * i + axis]! / scale), true);
    }
    if (intensity) view.setUint16(at + 12, toUint16(intensity[i]!), true);
    view.setUint8(at + 14, returns ? returns.number[i]! | returns.of[i]! << 4 : 0x11);
    if (classes) view.setUint8(at + 16, classes[i]!);
    if (!colors) continue;
    for (let channel = 0; channel < 3; channel++) {
      view.setUint16(at + 30 + 2 * channel, toUint16(colors[3 * i + channel]!), true);
    }
  }
}

function coordinateScale(
  { min, max }: { min: number[]; max: number[] },
  name: string,
): number {
  const extent = Math.max(...max.map((value, axis) => value - min[axis]!));
  const farthest = Math.max(...min.map(Math.abs), ...max.map(Math.abs));
  let scale = COARSEST_SCALE;
  while (extent > 0 && extent / scale < LEAST_STEPS && farthest / (scale / 10) < LARGEST_INTEGER) {
    scale /= 10;
  }
  if (farthest / scale > LARGEST_INTEGER) {
    throw new ScanError({
      file: name,
      action: "convert to LAS",
      problem: `a point ${farthest} from the origin does not fit into 32 bits at ${scale}`,
      mend: "remove the point, or ask for PLY or JSON",
    });
  }
  return scale;
}

function boundingBox({ positions }: Scan): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3;
    const value = positions[i]!;
    if (value < min[axis]!) min[axis] = value;
    if (value > max[axis]!) max[axis] = value;
  }
  return { min, max };
}
