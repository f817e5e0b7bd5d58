/**
 * The feature of a pixel. A feature map covers the whole photograph, so pixel u lies at column
 * (u + 0.5) * columns / photoWidth - 0.5, where whole numbers are the centres of map cells. Pixels beyond the outermost
 * centres take the border's feature.
 *
 * @module
 */

/** `bilinear` blends the four cells around a pixel; `nearest` takes the cell that the pixel lies in. */
export type Sampling = "bilinear" | "nearest";

/** Fractional map column of pixel column `u`; rows likewise with the photograph's height. */
export function mapColumn(u: number, columns: number, photoWidth: number): number {
  return (u + 0.5) * columns / photoWidth - 0.5;
}

/** Feature rows on the host: f32 [rows * columns][width]. */
export interface HostMap {
  rows: number;
  columns: number;
  width: number;
  data: ArrayLike<number>;
}

/** Samples one pixel in float64: the reference of `sample` in `pair_gather.wgsl`. */
export function sampleReference(
  map: HostMap,
  photo: { width: number; height: number },
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
