/**
 * Which photographs a variant is shown of a scene.
 *
 * @module
 */
import type { DatasetScene } from "../../datasets/dataset.ts";
import type { Photo } from "../../scan/mod.ts";
import type { Variant } from "./variant.ts";

/** `photos[i]` goes with `cameras[i]`. */
export type Views = Pick<DatasetScene, "photos" | "cameras">;

/**
 * The views of a variant; virtual ones are rendered later, by the engine. A number of images is spread evenly over
 * the scene's list; swapped photographs stand at the camera half the list away, and one alone has its halves
 * exchanged.
 */
export function viewsOf(variant: Pick<Variant, "images" | "photographs">, scene: Views): Views {
  const count = scene.photos.length;
  if (["none", "virtual"].includes(variant.photographs)) return { photos: [], cameras: [] };
  const taken = Math.min(variant.images ?? count, count);
  const chosen = Array.from({ length: taken }, (_, i) => Math.floor(i * count / taken));
  const swaps = variant.photographs === "swapped";
  const shift = swaps ? Math.floor(taken / 2) : 0;
  const shown = chosen.map((_, i) => scene.photos[chosen[(i + shift) % taken]!]!);
  return {
    photos: swaps && taken === 1 ? shown.map(exchangeHalves) : shown,
    cameras: chosen.map((i) => scene.cameras[i]!),
  };
}

/** What was left is right. */
function exchangeHalves(photo: Photo): Photo {
  const { width, height } = photo;
  const half = Math.floor(width / 2);
  const pixels = new Uint8Array(photo.pixels.length);
  for (let row = 0; row < height; row++) {
    const line = photo.pixels.subarray(3 * row * width, 3 * (row + 1) * width);
    pixels.set(line.subarray(3 * half), 3 * row * width);
    pixels.set(line.subarray(0, 3 * half), 3 * (row * width + width - half));
  }
  return { ...photo, pixels };
}
