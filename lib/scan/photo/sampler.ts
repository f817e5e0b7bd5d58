/**
 * Bilinear samples of a photograph.
 *
 * @module
 */
import type { Photo } from "./photo.ts";

/**
 * Makes the function that samples a photograph.
 *
 * @returns a function that writes red, green and blue at a column and a row, those beyond the border being those on it,
 *   to three bytes of an array
 */
export function sampler(
  { width, height, pixels }: Photo,
): (column: number, row: number, to: Uint8Array, at: number) => void {
  return (column, row, to, at) => {
    const x = Math.min(Math.max(column, 0), width - 1);
    const y = Math.min(Math.max(row, 0), height - 1);
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [ax, ay] = [x - left, y - top];
    const across = left + 1 < width ? 3 : 0;
    const down = top + 1 < height ? 3 * width : 0;
    const from = 3 * (top * width + left);
    for (let c = 0; c < 3; c++) {
      const upper = pixels[from + c]! * (1 - ax) + pixels[from + across + c]! * ax;
      const lower = pixels[from + down + c]! * (1 - ax) +
        pixels[from + down + across + c]! * ax;
      to[at + c] = Math.round(upper * (1 - ay) + lower * ay);
    }
  };
}
