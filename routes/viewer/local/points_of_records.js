/**
 * Points of a file whose layout is known, thinned and packed as the picture takes them.
 *
 * @module
 */

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
  const stride = strideOf(kept);
  let done = 0;
  const rows = layout.stride === 0 ? lineRows : binaryRows;
  for await (const row of rows(file, layout, fields, count, kept)) {
    const at = (done * stride) % kept;
    for (let i = 0; i < 3; i++) places[3 * at + i] = row[i];
    for (let i = 0; i < channels; i++) tones[channels * at + i] = row[3 + i];
    if (intensity) strengths[at] = row[3 + channels];
    if (label) labels[at] = byteOf(row[row.length - 1], label.bits);
    done++;
  }
  if (done < kept) throw new SyntaxError("the file ends before its last point");
  // Coordinates of surveys have more digits than a float32.
  const origin = [0, 1, 2].map((axis) => Math.floor(places[axis]));
  return {
    count: kept,
    channels,
    origin,
    positions: Float32Array.from(places, (value, i) => value - origin[i % 3]),
    color: toBytes(tones, color?.[0].type),
    // A file without intensities has room for them all the same.
    intensity: strengths.some((value) => value > 0) ? toBytes(strengths, intensity?.type) : null,
    original: labels.some((value) => value > 0) ? labels : null,
  };
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
async function* lineRows(file, { offset }, fields, count, kept) {
  const lines = (await file.slice(offset).text()).split(/\s*[\r\n]+\s*/);
  const first = lines[0] === "" ? 1 : 0;
  for (let i = 0; i < kept; i++) {
    const words = lines[first + rowOf(i, count, kept)]?.trim().split(/\s+/);
    if (!words) return;
    yield fields.map(({ at }) => Number(words[at]));
  }
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
