/**
 * Samples feature maps at pixels. A map covers the whole photograph, so pixel column u is at map column
 * (u + 0.5) * columns / photoWidth - 0.5, where whole numbers are the centres of cells. Pixels beyond the outermost
 * centres get the feature of the border.
 *
 * @module
 */

import type { ImageSize } from "../scan/mod.ts";

/** `bilinear` interpolates between the four cells around a pixel; `nearest` takes the cell that contains it. */
export type Sampling = "bilinear" | "nearest";

/**
 * Gives the fractional map column of pixel column `u`; rows likewise with the photograph's height.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mapColumn } from "./mod.ts";
 *
 * // 4 cells over 32 pixels: the first cell covers pixels 0 to 7 and has its centre at 3.5.
 * assert.equal(mapColumn(3.5, 4, 32), 0);
 * ```
 */
export function mapColumn(u: number, columns: number, photoWidth: number): number {
  return (u + 0.5) * columns / photoWidth - 0.5;
}

/** A feature map on the host. */
export interface HostFeatureMap {
  /** Rows of cells. */
  rows: number;
  /** Columns of cells. */
  columns: number;
  /** Numbers of a cell. */
  width: number;
  /** [rows * columns][width] features. */
  data: ArrayLike<number>;
}

/** Samples one pixel in float64: the reference of `sample` in `pair_gather.wgsl`. */
export function sampleReference(
  map: HostFeatureMap,
  photo: ImageSize,
  u: number,
  v: number,
  sampling: Sampling,
): number[] {
  const clamp = (x: number, count: number) => Math.min(Math.max(x, 0), count - 1);
  const at = (x: number, y: number, k: number) => map.data[(y * map.columns + x) * map.width + k]!;
  let x = mapColumn(u, map.columns, photo.width);
  let y = mapColumn(v, map.rows, photo.height);
  const channels = Array.from({ length: map.width }, (_, k) => k);
  if (sampling === "nearest") {
    x = clamp(Math.floor(x + 0.5), map.columns);
    y = clamp(Math.floor(y + 0.5), map.rows);
    return channels.map((k) => at(x, y, k));
  }
  x = clamp(x, map.columns);
  y = clamp(y, map.rows);
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [clamp(x0 + 1, map.columns), clamp(y0 + 1, map.rows)];
  const [s, t] = [x - x0, y - y0];
  return channels.map((k) =>
    (1 - t) * ((1 - s) * at(x0, y0, k) + s * at(x1, y0, k)) +
    t * ((1 - s) * at(x0, y1, k) + s * at(x1, y1, k))
  );
}
