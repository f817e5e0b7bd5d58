/**
 * Points of a file whose layout is known, thinned and packed as the picture takes them.
 *
 * @module
 */

import { numberOf, wordsOf } from "./text.js";

/** Bytes that are read at a time. */
const PIECE_BYTES = 2 ** 25;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * Reads points.
 *
 * @param {Blob} file
 * @param {import("./scan_file.js").Layout} layout
 * @param {number} count number of points of the file
 * @param {number} most number of points to keep
 * @returns {Promise<import("../cloud.js").Points>} every leading part of them is spread over the scan.
 * @throws {SyntaxError} where the file ends too early, or has no points.
 */
export async function packPoints(file, layout, count, most) {
  const kept = Math.min(count, most);
  if (!(kept > 0)) throw new SyntaxError("it has no points");
  const { color, intensity, label } = layout;
  const fields = [...layout.position, ...(color ?? []), intensity ?? [], label ?? []].flat();
  const channels = color ? 3 : 0;
  const places = new Float64Array(3 * kept);
  const tones = new Float32Array(channels * kept);
  const strengths = new Float32Array(intensity ? kept : 0);
  const labels = new Uint8Array(label ? kept : 0);
  const isPoint = new Uint8Array(kept);
  const stride = strideOf(kept);
  let done = 0;
  const rows = layout.stride === 0 ? lineRows : binaryRows;
  for await (const row of rows(file, layout, fields, count, kept)) {
    const at = (done++ * stride) % kept;
    // Scanners give rows to directions from which nothing came back.
    if (!Number.isFinite(row[0] + row[1] + row[2])) continue;
    isPoint[at] = 1;
    for (let i = 0; i < 3; i++) places[3 * at + i] = row[i];
    for (let i = 0; i < channels; i++) tones[channels * at + i] = row[3 + i];
    if (intensity) strengths[at] = row[3 + channels];
    if (label) labels[at] = byteOf(row[row.length - 1], label.bits);
  }
  if (done < kept) throw new SyntaxError("the file ends before its last point");
  const first = isPoint.indexOf(1);
  if (first < 0) throw new SyntaxError("none of its points has a position");
  // Coordinates of surveys have more digits than a float32.
  const origin = [0, 1, 2].map((axis) => Math.floor(places[3 * first + axis]));
  const positions = Float32Array.from(places, (value, i) => value - origin[i % 3]);
  /**
   * The values of the points that have a position.
   *
   * @template {Uint8Array | Float32Array} T
   * @param {T} values
   * @param {number} width values of a point
   * @returns {T}
   */
  const only = (
    values,
    width,
  ) => /** @type {T} */ (values.filter((_, i) => isPoint[Math.floor(i / width)] === 1));
  return {
    count: only(isPoint, 1).length,
    channels,
    origin,
    positions: only(positions, 3),
    color: toBytes(only(tones, channels), color?.[0].type),
    // A file without intensities has room for them all the same.
    intensity: strengths.some((value) => value > 0)
      ? toBytes(only(strengths, 1), intensity?.type)
      : null,
    original: labels.some((value) => value > 0) ? only(labels, 1) : null,
  };
}

/**
 * Counts the lines of a text file that hold something.
 *
 * @param {Blob} file
 * @param {number} offset
 */
export async function countLines(file, offset) {
  return (await file.slice(offset).text()).match(/^.*\S.*$/gm)?.length ?? 0;
}

/**
 * Yields the kept records of a binary file in its order.
 *
 * @param {Blob} file
 * @param {import("./scan_file.js").Layout} layout
 * @param {readonly import("./scan_file.js").Field[]} fields
 * @param {number} count
 * @param {number} kept
 */
async function* binaryRows(file, { offset, stride, little }, fields, count, kept) {
  const row = new Float64Array(fields.length);
  let from = 0;
  let view = new DataView(new ArrayBuffer(0));
  const piece = stride * Math.max(1, Math.floor(PIECE_BYTES / stride));
  for (let i = 0; i < kept; i++) {
    const record = stride * rowOf(i, count, kept);
    if (record >= from + view.byteLength) {
      from = record;
      const start = offset + record;
      view = new DataView(await file.slice(start, start + piece).arrayBuffer());
    }
    const base = record - from;
    if (base + stride > view.byteLength) return;
    fields.forEach(({ at, type, scale = 1, shift = 0 }, f) =>
      row[f] = view[`get${type}`](base + at, little) * scale + shift
    );
    yield row;
  }
}

/**
 * Yields the kept lines of a text file in its order.
 *
 * @param {Blob} file
 * @param {import("./scan_file.js").Layout} layout
 * @param {readonly import("./scan_file.js").Field[]} fields
 * @param {number} count
 * @param {number} kept
 */
async function* lineRows(file, { offset, delimiter }, fields, count, kept) {
  const lines = (await file.slice(offset).text()).split(/\s*[\r\n]+\s*/);
  const first = lines[0] === "" ? 1 : 0;
  for (let i = 0; i < kept; i++) {
    const line = lines[first + rowOf(i, count, kept)]?.trim();
    if (!line) return;
    const words = wordsOf(line, delimiter);
    yield fields.map(({ at, packed }) =>
      packed ? byteOfPacked(numberOf(words[at], delimiter), packed) : numberOf(words[at], delimiter)
    );
  }
}

/**
 * A byte of a packed colour in text, which is the bits of a float or the integer itself; no usual colour is both.
 *
 * @param {number} value
 * @param {NonNullable<import("./scan_file.js").Field["packed"]>} packed
 */
function byteOfPacked(value, { byte, type }) {
  const isInteger = type !== "Float32" || (value >= 1 && value < 2 ** 32);
  const bits = isInteger ? value : new Uint32Array(Float32Array.of(value).buffer)[0];
  return Math.floor(bits / 256 ** byte) % 256;
}

/**
 * Returns the row of the i-th point that is kept. Even steps would interfere with the lines of a scanner.
 *
 * @param {number} i
 * @param {number} count
 * @param {number} kept
 */
function rowOf(i, count, kept) {
  return kept === count ? i : Math.floor(((i + (i * GOLDEN_RATIO) % 1) * count) / kept);
}

/**
 * Returns a label as a byte, 255 for those that do not fit.
 *
 * @param {number} value
 * @param {number} [bits] how many of the lowest ones count
 */
function byteOf(value, bits = 8) {
  if (!(value >= 0 && value < 255)) return 255;
  return value & (2 ** bits - 1);
}

/** Returns a step around a ring of points that reaches all of them, by far leaps. @param {number} count */
function strideOf(count) {
  let stride = Math.max(1, Math.round(count / GOLDEN_RATIO));
  while (divisor(count, stride) > 1) stride++;
  return stride;
}

/**
 * The greatest common divisor.
 *
 * @param {number} a
 * @param {number} b
 */
function divisor(a, b) {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/**
 * Scales values to bytes. Wide integers may hold 8 bits only, as those of many scanners do.
 *
 * @param {Float32Array} values
 * @param {import("./scan_file.js").Scalar | undefined} type
 */
function toBytes(values, type = "Uint8") {
  const most = values.reduce((most, value) => Math.max(most, value), 0);
  const full = type.startsWith("Float") && most <= 1 ? 1 : most <= 255 ? 255 : 65535;
  return Uint8Array.from(values, (value) => Math.round((255 * Math.max(0, value)) / full));
}
