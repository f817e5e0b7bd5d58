/**
 * Class probabilities of voxels on the host: what methods return, and what can be done with several of them.
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

/** The likeliest class of each row and its probability; the first of equal ones wins. */
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

/** Probabilities below this count as this, so that one head alone cannot forbid a class. */
const FLOOR = 1e-4;

/**
 * Late fusion of two heads that err for different reasons: log p + weight · log q, normalised, in rows
 * where `mask` is not 0; p elsewhere.
 *
 * @throws {TypeError} where the shapes differ.
 */
export function fuse(
  p: Probabilities,
  q: Probabilities,
  mask: ArrayLike<number>,
  weight: number,
): Probabilities {
  const { rows, classes } = p;
  if (q.rows !== rows || q.classes !== classes || mask.length < rows) {
    throw new TypeError(
      `Cannot fuse [${rows}, ${classes}] with [${q.rows}, ${q.classes}] under a mask of ${mask.length}`,
    );
  }
  const values = p.values.slice();
  const logs = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    if (mask[row] === 0) continue;
    const first = row * classes;
    let top = -Infinity;
    for (let c = 0; c < classes; c++) {
      logs[c] = Math.log(Math.max(p.values[first + c]!, FLOOR)) +
        weight * Math.log(Math.max(q.values[first + c]!, FLOOR));
      top = Math.max(top, logs[c]!);
    }
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += logs[c] = Math.exp(logs[c]! - top);
    for (let c = 0; c < classes; c++) values[first + c] = logs[c]! / sum;
  }
  return { rows, classes, values };
}

/** q where `mask` is not 0, p elsewhere. */
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

/** p where `mask` is not 0, zero rows elsewhere. */
export function onlyWhere(mask: ArrayLike<number>, p: Probabilities): Probabilities {
  const values = p.values.slice();
  for (let row = 0; row < p.rows; row++) {
    if (mask[row] === 0) values.fill(0, row * p.classes, (row + 1) * p.classes);
  }
  return { ...p, values };
}

/** Rows as they are stored: padded to whole vec4f. */
export function padded({ rows, classes, values }: Probabilities): Float32Array<ArrayBuffer> {
  const width = paddedChannels(classes);
  const stored = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    stored.set(values.subarray(row * classes, (row + 1) * classes), row * width);
  }
  return stored;
}

/** Probabilities from stored rows, which are padded to whole vec4f; `scale` turns a sum into a mean. */
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
