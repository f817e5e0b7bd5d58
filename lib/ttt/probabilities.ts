/**
 * Class probabilities of voxels on the host: what methods return, and how several of them are combined.
 *
 * @module
 */
import { paddedChannels } from "../graph/tensor.ts";

/** Softmax probabilities by voxel. */
export interface Probabilities {
  readonly rows: number;
  readonly classes: number;
  /** f32 [rows][classes]; each row sums to one. */
  readonly values: Float32Array;
}

/**
 * Returns the likeliest class of each row and its probability; the first of equal ones wins.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = Float32Array.of(0.25, 0.75, 0.5, 0.5);
 * const { labels, confidence } = labelsOf({ rows: 2, classes: 2, values });
 * assert.deepEqual([...labels], [1, 0]);
 * assert.deepEqual([...confidence], [0.75, 0.5]);
 * ```
 */
export function labelsOf(
  { rows, classes, values }: Probabilities,
): { labels: Uint8Array; confidence: Float32Array } {
  const labels = new Uint8Array(rows);
  const confidence = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (values[row * classes + c]! > values[row * classes + best]!) best = c;
    }
    labels[row] = best;
    confidence[row] = values[row * classes + best]!;
  }
  return { labels, confidence };
}

/** The Shannon entropy of each row, in nats: 0 where one class is certain. */
export function rowEntropies({ rows, classes, values }: Probabilities): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let at = row * classes; at < (row + 1) * classes; at++) {
      const p = values[at]!;
      if (p > 0) sum -= p * Math.log(p);
    }
    return sum;
  });
}

/**
 * Brings probabilities from rows to points.
 *
 * @param rowOf the row of every point
 * @returns f32 [points][classes]
 */
export function spreadProbabilities(
  { classes, values }: Probabilities,
  rowOf: Uint32Array,
): Float32Array {
  const out = new Float32Array(rowOf.length * classes);
  for (const [point, row] of rowOf.entries()) {
    out.set(values.subarray(row * classes, (row + 1) * classes), point * classes);
  }
  return out;
}

/** The least probability that fusion reckons with, so that one prediction alone cannot exclude a class. */
const FLOOR = 1e-4;

/** One of several predictions of the same voxels. */
export interface Opinion {
  readonly probabilities: Probabilities;
  /** [rows]: how much it counts; where this is 0 it has no say. */
  readonly weight: ArrayLike<number>;
}

/**
 * Fuses predictions that err for different reasons: the sum of weight · log p over all of them, normalised. Where one alone
 * has a say, it is taken as it is.
 *
 * @throws {TypeError} where the shapes differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const network = { rows: 2, classes: 2, values: Float32Array.of(0.5, 0.5, 0.75, 0.25) };
 * const probe = { rows: 2, classes: 2, values: Float32Array.of(0.25, 0.75, 0.5, 0.5) };
 * // No photograph shows the second voxel, so the network decides alone.
 * const fused = fuse([
 *   { probabilities: network, weight: [1, 1] },
 *   { probabilities: probe, weight: [1, 0] },
 * ]);
 * assert.deepEqual([...fused.values], [0.25, 0.75, 0.75, 0.25]);
 * ```
 */
export function fuse(opinions: readonly [Opinion, ...Opinion[]]): Probabilities {
  const [{ probabilities: { rows, classes } }] = opinions;
  for (const { probabilities: other } of opinions) {
    if (other.rows === rows && other.classes === classes) continue;
    throw new TypeError(
      `Cannot fuse predictions [${rows}][${classes}] and [${other.rows}][${other.classes}]: shapes differ`,
    );
  }
  const values = new Float32Array(rows * classes);
  const logs = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const first = row * classes;
    const counting = opinions.filter(({ weight }) => weight[row] !== 0);
    if (counting.length === 1) {
      values.set(counting[0]!.probabilities.values.subarray(first, first + classes), first);
      continue;
    }
    logs.fill(0);
    for (const { probabilities, weight } of counting) {
      for (let c = 0; c < classes; c++) {
        logs[c]! += weight[row]! * Math.log(Math.max(probabilities.values[first + c]!, FLOOR));
      }
    }
    const top = logs.reduce((most, log) => Math.max(most, log));
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += logs[c] = Math.exp(logs[c]! - top);
    for (let c = 0; c < classes; c++) values[first + c] = logs[c]! / sum;
  }
  return { rows, classes, values };
}

/** The least share of a scan that {@link balanced} reckons with: it does not look for classes that are hardly there. */
const RAREST = 0.01;

/**
 * Favours classes that are rare in a scan: log p − strength · log(share), normalised, where the share of a class is the mean
 * of its probability. Classes that cover little are lost first where predictions are averaged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // The last voxel is in doubt, and the second class is the rarer one.
 * const p = { rows: 3, classes: 2, values: Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.5, 0.5) };
 * const [often, rarely] = balanced(p, 0.5).values.subarray(4);
 * assert.ok(rarely! > often!);
 * ```
 */
export function balanced(p: Probabilities, strength: number): Probabilities {
  const { rows, classes, values } = p;
  const shares = new Float64Array(classes);
  values.forEach((value, at) => shares[at % classes]! += value / rows);
  const factors = shares.map((share) => Math.max(share, RAREST) ** -strength);
  const favoured = values.map((value, at) => value * factors[at % classes]!);
  for (let at = 0; at < favoured.length; at += classes) {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += favoured[at + c]!;
    for (let c = 0; c < classes; c++) favoured[at + c]! /= sum;
  }
  return { rows, classes, values: favoured };
}

/** Takes q where `mask` is not 0, p elsewhere. */
export function chooseWhere(
  mask: ArrayLike<number>,
  q: Probabilities,
  p: Probabilities,
): Probabilities {
  const values = p.values.slice();
  for (let row = 0; row < p.rows; row++) {
    if (mask[row] === 0) continue;
    const range = [row * p.classes, (row + 1) * p.classes] as const;
    values.set(q.values.subarray(...range), range[0]);
  }
  return { ...p, values };
}

/** Keeps p where `mask` is not 0; other rows become zero. */
export function onlyWhere(mask: ArrayLike<number>, p: Probabilities): Probabilities {
  const values = p.values.slice();
  for (let row = 0; row < p.rows; row++) {
    if (mask[row] === 0) values.fill(0, row * p.classes, (row + 1) * p.classes);
  }
  return { ...p, values };
}

/** Pads rows to whole vec4f, as the GPU stores them. */
export function padded({ rows, classes, values }: Probabilities): Float32Array<ArrayBuffer> {
  const width = paddedChannels(classes);
  const stored = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    stored.set(values.subarray(row * classes, (row + 1) * classes), row * width);
  }
  return stored;
}

/** Takes the padding off stored rows; `scale` makes a sum a mean. */
export function unpadded(
  stored: Float32Array,
  rows: number,
  classes: number,
  scale = 1,
): Probabilities {
  const width = paddedChannels(classes);
  const values = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) values[row * classes + c] = scale * stored[row * width + c]!;
  }
  return { rows, classes, values };
}
