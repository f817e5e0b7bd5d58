/**
 * Which photographs a variant is shown of a scene.
 *
 * @module
 */
import type { DatasetScene } from "../datasets/dataset.ts";
import type { Variant } from "./variant.ts";

/** `photos[i]` goes with `cameras[i]`. */
export type Views = Pick<DatasetScene, "photos" | "cameras">;

/**
 * The views of a variant. A number of images is spread evenly over the scene's list; swapped photographs
 * stand at the camera half the list away.
 *
 * @throws {RangeError} where photographs are to be swapped and there is but one.
 */
export function viewsOf(variant: Pick<Variant, "images" | "photographs">, scene: Views): Views {
  const count = scene.photos.length;
  if (variant.photographs === "none") return { photos: [], cameras: [] };
  const taken = Math.min(variant.images ?? count, count);
  const chosen = Array.from({ length: taken }, (_, i) => Math.floor(i * count / taken));
  if (variant.photographs === "swapped" && taken < 2) {
    throw new RangeError("Cannot swap the photographs of a scene that has but one; leave it out");
  }
  const shift = variant.photographs === "swapped" ? Math.floor(taken / 2) : 0;
  const shown = chosen.map((_, i) => chosen[(i + shift) % taken]!);
  return {
    photos: shown.map((i) => scene.photos[i]!),
    cameras: chosen.map((i) => scene.cameras[i]!),
  };
}
