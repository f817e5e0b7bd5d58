/**
 * Which photographs of a scene a variant is shown.
 *
 * @module
 */
import type { DatasetScene } from "../../datasets/dataset.ts";
import type { Photo } from "../../scan/mod.ts";
import type { Variant } from "./variant.ts";

/** `photos[i]` goes with `cameras[i]`. */
type SceneViews = Pick<DatasetScene, "photos" | "cameras">;

/**
 * The photographs that a variant is shown; virtual views are not among them, since the engine renders those.
 * Fewer photographs than the scene has are spread evenly over its list. Swapped photographs stand at the camera
 * half the list away; where there is one alone, its halves are exchanged.
 */
export function shownViews(
  { views, images }: Pick<Variant, "views" | "images">,
  scene: SceneViews,
): SceneViews {
  const count = scene.photos.length;
  if (views === "none" || views === "virtual") return { photos: [], cameras: [] };
  const taken = Math.min(images ?? count, count);
  const chosen = Array.from({ length: taken }, (_, i) => Math.floor(i * count / taken));
  const isSwapped = views === "swapped";
  const shift = isSwapped ? Math.floor(taken / 2) : 0;
  const shown = chosen.map((_, i) => scene.photos[chosen[(i + shift) % taken]!]!);
  return {
    photos: isSwapped && taken === 1 ? shown.map(exchangeHalves) : shown,
    cameras: chosen.map((i) => scene.cameras[i]!),
  };
}

/** Exchanges the left and the right half of a photograph. */
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
