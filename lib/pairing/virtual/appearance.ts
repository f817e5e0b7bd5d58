/**
 * What colour points are drawn in: their own, else their intensity as grey, else none, and light makes the shapes.
 * A field that is the same everywhere shows nothing and counts as none: some programs write white, or ones.
 *
 * Both are brought to the brightness of a photograph by one factor a scan: teachers know well exposed pictures,
 * and scans are often dark.
 *
 * @module
 */
import type { Scan } from "../../scan/mod.ts";

/** Where the brightness in a virtual view comes from. */
export type Appearance = "colour" | "intensity" | "shape";

/** Mean brightness that points are brought to, 0 to 1. */
const EXPOSURE = 0.48;
/** Most that brightness is multiplied or divided by. */
const MOST_GAIN = 4;
/** Part of the points whose intensity is above what becomes white: reflectors are few and very bright. */
const GLARING = 0.02;

/** Colours of points as words, red in the low byte, then green, blue; null where shapes have to do. */
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

/** Packs colours (RGB 0..1), all multiplied by what brings their mean to {@link EXPOSURE}. */
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

/** Mean colour of points, RGB 0..1: what is drawn where nothing is. Mid grey where they have none. */
export function backgroundOf(colours: Uint32Array | null): [number, number, number] {
  if (!colours) return [0.5, 0.5, 0.5];
  return [0, 8, 16].map((shift) =>
    colours.reduce((sum, word) => sum + (word >> shift & 255), 0) / colours.length / 255
  ) as [number, number, number];
}
