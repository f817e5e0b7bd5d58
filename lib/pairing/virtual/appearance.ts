/**
 * Chooses the colours that points are drawn in: their own; else their intensity as grey; else none, and shading shows
 * their shapes. A field with the same value everywhere shows nothing and is ignored: some programs write white, or ones.
 *
 * Colours and grey are scaled to the brightness of a photograph by one factor for the whole scan, since teachers were
 * trained on well exposed pictures, and scans are often dark.
 *
 * @module
 */
import type { Scan } from "../../scan/mod.ts";

/** Source of the colours in a virtual view. */
export type Appearance = "colour" | "intensity" | "shape";

/** Mean brightness that points are scaled to, 0 to 1. */
const EXPOSURE = 0.48;
/** Largest factor by which brightness is multiplied or divided. */
const MOST_GAIN = 4;
/** Fraction of the points that are brighter than white: reflectors are few and very bright. */
const GLARING = 0.02;

/** Gives the colours of points as words, red in the low byte, then green and blue; null where only shapes are drawn. */
export function appearanceOf(
  { colors, intensity }: Pick<Scan, "colors" | "intensity">,
): { appearance: Appearance; colours: Uint32Array | null } {
  if (colors && differs(colors, 3)) return { appearance: "colour", colours: exposed(colors) };
  if (!intensity || !differs(intensity, 1)) return { appearance: "shape", colours: null };
  const rising = intensity.toSorted();
  const white = rising[Math.ceil((1 - GLARING) * (rising.length - 1))]! || 1;
  const grey = new Float32Array(3 * intensity.length);
  intensity.forEach((value, i) => grey.fill(Math.min(1, value / white), 3 * i, 3 * i + 3));
  return { appearance: "intensity", colours: exposed(grey) };
}

/** Whether any point has another value than the first one. */
function differs(values: Float32Array, width: number): boolean {
  return values.some((value, i) => value !== values[i % width]);
}

/** Scales colours (RGB 0..1) so that their mean becomes {@link EXPOSURE}, and packs them. */
function exposed(colors: Float32Array): Uint32Array {
  let sum = 0;
  for (const value of colors) sum += value;
  const gain = EXPOSURE / (sum / colors.length);
  const bounded = Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, gain));
  const byte = (value: number) => Math.min(255, Math.round(255 * bounded * value));
  return Uint32Array.from(
    { length: colors.length / 3 },
    (_, i) => byte(colors[3 * i]!) | byte(colors[3 * i + 1]!) << 8 | byte(colors[3 * i + 2]!) << 16,
  );
}

/** Gives the mean colour of points, RGB 0..1, for pixels without a point; grey where the points have no colour. */
export function backgroundOf(colours: Uint32Array | null): [number, number, number] {
  if (!colours) return [0.5, 0.5, 0.5];
  return [0, 8, 16].map((shift) =>
    colours.reduce((sum, word) => sum + (word >> shift & 255), 0) / colours.length / 255
  ) as [number, number, number];
}
