/**
 * Points that a person should correct first: those where the prediction is most in doubt around them, since an answer there
 * tells of many points, spread out over the scan, since two answers about one place tell little more than one.
 *
 * @module
 */
import { KeyIndex } from "../../voxels/key_index.ts";

/** The share of the points, the doubtful ones, among which suggestions are spread. */
const SHARE = 0.1;
/** Points by which that share is estimated. */
const SAMPLES = 20_000;
/** Halvings of the distance between suggestions before any distance will do. */
const HALVINGS = 12;

/**
 * Chooses points: the most doubtful first that lies far from those chosen before, with a distance that is halved until there are
 * enough. Every leading part of them is spread over the scan.
 *
 * @param positions f32 [points][3]
 * @param doubt [points]
 * @param corrected [points]: whether a person has said what the point is
 * @returns at most `count` numbers of points
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Two doubtful places: one point of each comes first.
 * const positions = Float32Array.of(0, 0, 0, 0.1, 0, 0, 9, 0, 0, 9.1, 0, 0);
 * const chosen = suggestPoints(positions, [0.9, 0.8, 0.7, 0.6], () => false, 3);
 * assert.deepEqual([...chosen], [0, 2, 1]);
 * ```
 */
export function suggestPoints(
  positions: Float32Array,
  doubt: ArrayLike<number>,
  corrected: (point: number) => boolean,
  count: number,
): Uint32Array {
  const candidates = doubtful(doubt, count).filter((point) => !corrected(point));
  const { low, diagonal } = boundsOf(positions, candidates);
  const chosen: number[] = [];
  const isChosen = new Set<number>();
  for (let halving = 1; halving <= HALVINGS && chosen.length < count; halving++) {
    // Points that coincide are one.
    const taken = new Places(positions, low, diagonal / 2 ** halving || 1);
    for (const point of chosen) taken.add(point);
    for (const point of candidates) {
      if (chosen.length === count) break;
      if (isChosen.has(point) || taken.hasNear(point)) continue;
      taken.add(point);
      chosen.push(point);
      isChosen.add(point);
    }
  }
  return Uint32Array.from(chosen);
}

/** The most doubtful points, in descending order of doubt; of equals the first comes first. */
function doubtful(doubt: ArrayLike<number>, count: number): Uint32Array {
  const step = Math.max(1, Math.floor(doubt.length / SAMPLES));
  const sample = Float32Array.from(
    { length: Math.floor(doubt.length / step) },
    (_, i) => doubt[i * step]!,
  ).sort();
  const wanted = Math.max(SHARE, 10 * count / doubt.length);
  const least = wanted >= 1 ? -Infinity : sample[Math.floor((1 - wanted) * sample.length)]!;
  const points: number[] = [];
  for (let point = 0; point < doubt.length; point++) {
    if (doubt[point]! >= least) points.push(point);
  }
  return Uint32Array.from(points).sort((a, b) => doubt[b]! - doubt[a]! || a - b);
}

function boundsOf(positions: Float32Array, points: Uint32Array) {
  const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
  for (const point of points) {
    for (let axis = 0; axis < 3; axis++) {
      const value = positions[3 * point + axis]!;
      low[axis] = Math.min(low[axis]!, value);
      high[axis] = Math.max(high[axis]!, value);
    }
  }
  const diagonal = points.length === 0 ? 0 : Math.hypot(...high.map((top, i) => top - low[i]!));
  return { low, diagonal };
}

/** Cells of a grid are numbered with so many to a side, one more on each side. */
const CELLS = 2 ** HALVINGS + 3;

/** Points that were chosen, by the cell of a grid, which is as wide as they are to lie apart. */
class Places {
  readonly #positions: Float32Array;
  readonly #low: readonly number[];
  readonly #apart: number;
  readonly #cells = new KeyIndex();
  readonly #points: number[][] = [];

  constructor(positions: Float32Array, low: readonly number[], apart: number) {
    this.#positions = positions;
    this.#low = low;
    this.#apart = apart;
  }

  add(point: number): void {
    (this.#points[this.#cells.numberOf(this.#key(this.#cellOf(point)))] ??= []).push(point);
  }

  /** Whether a point that was added lies nearer than they are to lie apart. */
  hasNear(point: number): boolean {
    const [x, y, z] = this.#cellOf(point);
    for (let i = 0; i < 27; i++) {
      const cell = [x + i % 3 - 1, y + Math.floor(i / 3) % 3 - 1, z + Math.floor(i / 9) - 1];
      const found = this.#cells.find(this.#key(cell));
      if (found !== null && this.#points[found]!.some((other) => this.#isNear(point, other))) {
        return true;
      }
    }
    return false;
  }

  #isNear(a: number, b: number): boolean {
    const positions = this.#positions;
    const away = [0, 1, 2].map((axis) => positions[3 * a + axis]! - positions[3 * b + axis]!);
    return Math.hypot(...away) < this.#apart;
  }

  #cellOf(point: number): [number, number, number] {
    const cell = (axis: number) =>
      1 + Math.floor((this.#positions[3 * point + axis]! - this.#low[axis]!) / this.#apart);
    return [cell(0), cell(1), cell(2)];
  }

  #key([x, y, z]: readonly number[]): number {
    return (x! * CELLS + y!) * CELLS + z!;
  }
}
