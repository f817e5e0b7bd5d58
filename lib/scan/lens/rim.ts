/**
 * The black rim around the round picture of a fisheye lens.
 *
 * @module
 */
import type { Pinhole } from "../camera/camera.ts";

import type { Photo } from "../photo/photo.ts";

/** Values up to which a pixel is black; JPEG makes black a little uneven. */
const BLACK = 16;
/** Directions that are looked at. */
const DIRECTIONS = 256;
/** Share of the pixels of a ring that are not black in a picture. */
const LEAST_SHARE = 0.1;
/** Pixels by which the picture is taken to be smaller than it seems, since its edge is blurred. */
const BLUR = 2;

/**
 * Finds where the picture ends.
 *
 * @returns pixels from the principal point; infinite where the picture fills the photograph
 */
export function rimOf({ width, height, pixels }: Photo, { cx, cy }: Pinhole): number {
  const isBlack = (column: number, row: number) => {
    const at = 3 * (row * width + column);
    return Math.max(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!) <= BLACK;
  };
  const farthest = Math.floor(
    Math.hypot(Math.max(cx, width - 1 - cx), Math.max(cy, height - 1 - cy)),
  );
  for (let radius = farthest; radius > 0; radius--) {
    let [inside, lit] = [0, 0];
    for (let i = 0; i < DIRECTIONS; i++) {
      const angle = 2 * Math.PI * i / DIRECTIONS;
      const column = Math.round(cx + radius * Math.cos(angle));
      const row = Math.round(cy + radius * Math.sin(angle));
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      inside++;
      if (!isBlack(column, row)) lit++;
    }
    if (lit === 0 || lit < LEAST_SHARE * inside) continue;
    return radius === farthest ? Infinity : Math.max(1, radius - BLUR);
  }
  // All of it is black; whoever looks at the views will see that.
  return Infinity;
}
