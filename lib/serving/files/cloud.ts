/**
 * A labelled scan for display: what a viewer needs of it, in one binary answer, thinned to as many points as the
 * viewer can show.
 *
 * All numbers are little-endian, without gaps:
 *
 *     bytes         type     what
 *     0             u8[4]    "TKC2"
 *     4             u32      M, number of points that follow
 *     8             u32      N, number of points of the scan
 *     12            u32      K, number of classes that are counted: the highest label plus one
 *     16            u32      C, channels of colour: 3 for red, green and blue; 0 for a scan without colour
 *     20            u32      I, 1 where the scan has intensities, 0 where it has none
 *     24            u32      L, 1 where the scan came with labels, 0 where it did not
 *     28            u32      O, 1 where the result has objects, 0 where they were not asked for
 *     32            u32      R, number of bytes of the report
 *     36            f64[3]   origin, in the scan's units
 *     60            f32[3]   least x, y, z of all N points, relative to the origin
 *     72            f32[3]   greatest x, y, z
 *     84            u32[K][K] how many of the N points have class i by the source model and class j in the result
 *     84 + 4KK      f32[M][3] positions relative to the origin
 *                   u32[M]   row in the client's file, from 0, by which corrections name a point
 *                   u32[M][O] object that the point belongs to, from 1; 0 for none
 *                   u8[M][C] colour, 255 for full
 *                   u8[M][I] intensity, 255 for full
 *                   u8[M][L] label that the scan came with; 255 where it is none of 0 to 254
 *                   u8[M]    class by the source model
 *                   u8[M]    class in the result
 *                   u8[M]    confidence in the result, 255 for certain
 *                   u8[R]    the report, JSON in UTF-8
 *                   u8[]     to the end: the card of the student that labelled, with the names and colours of its
 *                            classes, JSON in UTF-8
 *
 * Every leading part of the points is spread evenly over the scan, so that a viewer that is short of time draws as
 * many of the first points as it can.
 *
 * @module
 */
import { rowOfPoint, type Scan } from "../../scan/mod.ts";
import type { JobResult } from "./result.ts";

/** The number of points of a cloud by default, of at most 28 bytes each. */
export const CLOUD_POINTS = 1_000_000;
/** The most points that a client may ask for. */
export const MOST_CLOUD_POINTS = 10_000_000;

const MAGIC = "TKC2";
const HEADER_BYTES = 84;
/** What stands for labels that do not fit a byte. */
const OTHER_LABEL = 255;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
/** The number of strides that are tried. */
const CANDIDATES = 64;

/**
 * Packs a labelled scan for display.
 *
 * @param most the most points of the cloud, at least 1.
 * @throws {TypeError} where the result belongs to another scan.
 */
export function encodeCloud(scan: Scan, result: JobResult, most: number): Uint8Array<ArrayBuffer> {
  const { labels, confidence, sourceLabels, instances } = result;
  for (const values of [labels, confidence, sourceLabels]) {
    if (values.length === scan.count) continue;
    throw new TypeError(
      `Cannot show ${scan.count} points: the result has ${values.length}; give the scan that it belongs to`,
    );
  }
  const order = spreadOrder(scan.count, Math.min(most, scan.count));
  const classes = 1 + Math.max(largest(labels), largest(sourceLabels));
  const { colors, intensity, labels: originals } = scan;
  const channels = colors ? 3 : 0;
  const [intensities, originalLabels, objects] = [intensity, originals, instances].map((values) =>
    values ? 1 : 0
  ) as [number, number, number];
  const [report, student] = [result.report, result.student].map((value) =>
    new TextEncoder().encode(JSON.stringify(value))
  ) as [Uint8Array, Uint8Array];
  const size = HEADER_BYTES + 4 * classes ** 2 +
    order.length * (16 + 4 * objects + channels + intensities + originalLabels + 3) +
    report.length + student.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);

  bytes.set(new TextEncoder().encode(MAGIC));
  const counts = [
    ...[order.length, scan.count, classes],
    ...[channels, intensities, originalLabels, objects, report.length],
  ];
  counts.forEach((count, i) => view.setUint32(4 + 4 * i, count, true));
  scan.origin.forEach((value, i) => view.setFloat64(36 + 8 * i, value, true));
  const { least, greatest } = boundsOf(scan.positions);
  [...least, ...greatest].forEach((value, i) => view.setFloat32(60 + 4 * i, value, true));
  const became = transitions(sourceLabels, labels, classes);
  became.forEach((count, i) => view.setUint32(HEADER_BYTES + 4 * i, count, true));

  let at = HEADER_BYTES + 4 * became.length;
  for (const point of order) {
    for (let axis = 0; axis < 3; axis++, at += 4) {
      view.setFloat32(at, scan.positions[3 * point + axis]!, true);
    }
  }
  for (const point of order) {
    view.setUint32(at, rowOfPoint(point, scan.leftOut ?? []), true);
    at += 4;
  }
  if (instances) {
    for (const point of order) {
      view.setUint32(at, instances[point]!, true);
      at += 4;
    }
  }
  if (colors) {
    for (const point of order) {
      for (let i = 0; i < 3; i++) bytes[at++] = toByte(colors[3 * point + i]!);
    }
  }
  if (intensity) { for (const point of order) bytes[at++] = toByte(intensity[point]!); }
  if (originals) { for (const point of order) bytes[at++] = labelByte(originals[point]!); }
  for (const point of order) bytes[at++] = sourceLabels[point]!;
  for (const point of order) bytes[at++] = labels[point]!;
  for (const point of order) bytes[at++] = toByte(confidence[point]!);
  bytes.set(report, at);
  bytes.set(student, at + report.length);
  return bytes;
}

/**
 * Takes `taken` of `count` indices in steps of about count / φ around their ring: a Kronecker sequence, whose leading
 * parts are even. Taking every k-th point would interfere with the rows of a scanner.
 */
function spreadOrder(count: number, taken: number): Uint32Array {
  const stride = evenStride(count);
  const order = new Uint32Array(taken);
  for (let i = 0, index = 0; i < taken; i++, index = (index + stride) % count) order[i] = index;
  return order;
}

/**
 * Returns the stride near count / φ that has no common divisor with `count` and whose continued fraction has the
 * smallest terms, which bound how uneven a leading part can be.
 */
function evenStride(count: number): number {
  const first = Math.max(1, Math.round(count / GOLDEN_RATIO) - CANDIDATES / 2);
  let best = 1;
  let bestTerm = Infinity;
  for (let stride = first; stride < Math.min(first + CANDIDATES, count); stride++) {
    const term = largestTerm(count, stride);
    if (term < bestTerm) [best, bestTerm] = [stride, term];
  }
  return best;
}

/** Returns the largest term of the continued fraction of a / b, by Euclid; infinite where they have a common divisor. */
function largestTerm(a: number, b: number): number {
  let term = 0;
  while (b > 0) {
    term = Math.max(term, Math.floor(a / b));
    [a, b] = [b, a % b];
  }
  return a === 1 ? term : Infinity;
}

/** Counts the points by their class before and after: [K][K]. */
function transitions(before: Uint8Array, after: Uint8Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes ** 2);
  for (let i = 0; i < before.length; i++) counts[before[i]! * classes + after[i]!]!++;
  return counts;
}

function labelByte(label: number): number {
  return label >= 0 && label < OTHER_LABEL ? label : OTHER_LABEL;
}

function boundsOf(positions: Float32Array): { least: number[]; greatest: number[] } {
  const least = [Infinity, Infinity, Infinity];
  const greatest = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const value = positions[i]!;
    if (value < least[i % 3]!) least[i % 3] = value;
    if (value > greatest[i % 3]!) greatest[i % 3] = value;
  }
  return { least, greatest };
}

function largest(labels: Uint8Array): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}

function toByte(value: number): number {
  return Math.round(255 * value);
}
