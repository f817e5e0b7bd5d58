/**
 * Interpolation of a surface over gaps: each gap takes the values that bend least between its edges (Laplace's equation).
 * It is solved from coarse to fine, so that wide gaps take no longer than narrow ones.
 *
 * @module
 */
import type { Grid } from "./sliding_minimum.ts";

/** Passes of relaxation at each level. */
const SWEEPS = 12;

/**
 * Fills the gaps of a grid. A grid of gaps alone is filled with 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = Float32Array.of(1, Infinity, Infinity, Infinity, 5);
 * const filled = fillGaps({ width: 5, height: 1, values });
 * assert.ok(Math.abs(filled[2]! - 3) < 0.1);
 * ```
 */
export function fillGaps(grid: Grid): Float32Array {
  const { width, height, values } = grid;
  if (!values.includes(Infinity)) return values.slice();
  if (values.length === 1) return new Float32Array(1);
  const half = halved(grid);
  const coarse = fillGaps(half);
  const filled = values.slice();
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      if (values[cell] !== Infinity) continue;
      filled[cell] = bilinear({ ...half, values: coarse }, (x - 0.5) / 2, (y - 0.5) / 2);
    }
  }
  relax(filled, grid);
  return filled;
}

/** A grid of half the resolution: the means of what is known. */
function halved({ width, height, values }: Grid): Grid {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const means = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let [sum, count] = [0, 0];
      for (let v = 2 * y; v < Math.min(2 * y + 2, height); v++) {
        for (let u = 2 * x; u < Math.min(2 * x + 2, width); u++) {
          const value = values[v * width + u]!;
          if (value === Infinity) continue;
          sum += value;
          count++;
        }
      }
      means[y * w + x] = count === 0 ? Infinity : sum / count;
    }
  }
  return { width: w, height: h, values: means };
}

/** Draws every gap towards the mean of its neighbours, forwards and backwards. */
function relax(filled: Float32Array, { width, height, values }: Grid): void {
  const gaps: number[] = [];
  values.forEach((value, cell) => {
    if (value === Infinity) gaps.push(cell);
  });
  const settle = (cell: number) => {
    const x = cell % width;
    const own = filled[cell]!;
    // Beyond the edge the surface is level.
    filled[cell] = ((x > 0 ? filled[cell - 1]! : own) +
      (x < width - 1 ? filled[cell + 1]! : own) +
      (cell >= width ? filled[cell - width]! : own) +
      (cell < width * (height - 1) ? filled[cell + width]! : own)) / 4;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    if (sweep % 2 === 0) { for (let i = 0; i < gaps.length; i++) settle(gaps[i]!); }
    else for (let i = gaps.length - 1; i >= 0; i--) settle(gaps[i]!);
  }
}

/** The value between the centres of cells; beyond the edge that of the edge. Whole numbers are centres. */
export function bilinear({ width, height, values }: Grid, x: number, y: number): number {
  const u = Math.min(Math.max(x, 0), width - 1);
  const v = Math.min(Math.max(y, 0), height - 1);
  const [u0, v0] = [Math.floor(u), Math.floor(v)];
  const [u1, v1] = [Math.min(u0 + 1, width - 1), Math.min(v0 + 1, height - 1)];
  const [s, t] = [u - u0, v - v0];
  return (1 - t) * ((1 - s) * values[v0 * width + u0]! + s * values[v0 * width + u1]!) +
    t * ((1 - s) * values[v1 * width + u0]! + s * values[v1 * width + u1]!);
}
