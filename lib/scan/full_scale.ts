/**
 * Brings stored colours and intensities to 0..1. Files do not say which range their fields use (8-bit
 * values in 16-bit fields are common), so the range is decided from the largest value of the whole file.
 *
 * @module
 */

/**
 * Full scale of values whose largest is `largest`.
 *
 * @param isFloat whether the field holds floating-point numbers, whose full scale may be 1
 * @returns 1, 255 or 65535; null where nothing fits
 */
export function fullScale(largest: number, isFloat: boolean): 1 | 255 | 65535 | null {
  if (isFloat && largest <= 1) return 1;
  if (largest <= 255) return 255;
  if (largest <= 65535) return 65535;
  return null;
}

/** Largest value; 0 for none. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > largest) largest = value;
  }
  return largest;
}

/** A copy of `values` divided by `scale`. */
export function scaled(values: ArrayLike<number>, scale: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! / scale;
  return out;
}
