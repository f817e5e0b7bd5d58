/**
 * What the checks of kernels share: numbers to compute with, and what is too far from a reference.
 *
 * @module
 */
import type { RowPrecision } from "../gpu/mod.ts";
import { mulberry32 } from "../random/mulberry32.ts";

/**
 * Largest error of a result, as a share of its largest number. Sums of 44 to 150 float32 are within 1e-6. Rows in float16
 * are within 5e-4 where the driver rounds to the nearest, and within 1e-3 where it rounds towards zero.
 */
const TOLERANCES: Readonly<Record<RowPrecision, number>> = { f32: 1e-4, f16: 2e-3 };

/** Numbers in [-1, 1) from a seed. */
export function numbers(seed: number, count: number): Float32Array {
  const next = mulberry32(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

/**
 * The first result that is too far from what is expected, in words.
 *
 * @param precision how rows are stored.
 */
export function fault(
  results: readonly [what: string, actual: Float32Array, expected: ArrayLike<number>][],
  precision: RowPrecision = "f32",
): string | null {
  for (const [what, actual, expected] of results) {
    let [scale, worst] = [0, 0];
    for (let i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]!));
      // A number that is none is as wrong as can be.
      const error = Math.abs(actual[i]! - expected[i]!);
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    }
    if (worst > TOLERANCES[precision] * scale) {
      return `${what} are off by ${(worst / scale).toPrecision(2)}`;
    }
  }
  return null;
}
