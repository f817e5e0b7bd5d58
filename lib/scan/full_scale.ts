/**
 * Scales stored colours and intensities to 0..1. Files do not say which range their fields use (8-bit values in
 * 16-bit fields are common), so the largest value of the whole file decides.
 *
 * @module
 */

/**
 * Gives the full scale of values from the largest of them.
 *
 * @param isFloat whether the field holds floating-point numbers, whose full scale may be 1
 * @returns 1, 255 or 65535; null where the value is above all of these
 */
export function fullScale(largest: number, isFloat: boolean): 1 | 255 | 65535 | null {
  if (isFloat && largest <= 1) return 1;
  if (largest <= 255) return 255;
  if (largest <= 65535) return 65535;
  return null;
}

/** Gives the largest value; 0 for an empty list. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > largest) largest = value;
  }
  return largest;
}

/** Divides values by a scale. */
export function scaled(values: ArrayLike<number>, scale: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! / scale;
  return out;
}
