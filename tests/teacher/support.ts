/**
 * What the teacher tests share: a pattern and weights that Python scripts of the fixtures compute in the same way.
 *
 * @module
 */
import type { Photo } from "../../lib/scan/mod.ts";

/** Bytes (7 x + 13 y + 31 c + x y) mod 256: pattern() of fixtures/teachers/export_forms.py. */
export function pattern(width: number, height: number): Photo {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    pixels[i] = 7 * x + 13 * y + 31 * c + x * y;
  }
  return { name: "pattern.png", width, height, pixels };
}

/** A photograph whose red is the column, green the row, and blue 255. */
export function ramp(width: number, height: number): Photo {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    pixels.set([i % width, Math.floor(i / width), 255], 3 * i);
  }
  return { name: "ramp.png", width, height, pixels };
}

/** fill() of fixtures/teachers/export_forms.py: tensors of (count, centre, scale), one after the other. */
export function formulaWeights(recipe: readonly (readonly [number, number, number])[]): Uint8Array {
  const weights = new Float32Array(recipe.reduce((sum, [count]) => sum + count, 0));
  let i = 0;
  for (const [count, centre, scale] of recipe) {
    for (const end = i + count; i < end; i++) {
      let x = Math.imul(i ^ (i >>> 16), 0x7feb352d);
      x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
      x = (x ^ (x >>> 16)) >>> 0;
      weights[i] = centre + scale * (x / 2 ** 31 - 1);
    }
  }
  return new Uint8Array(weights.buffer);
}
