/**
 * Rotated, mirrored and scaled copies of vectors, for augmentations of a scan.
 *
 * @module
 */

/** Maps the vector that begins at an index of an array. */
export type VectorMap = (vectors: ArrayLike<number>, at: number) => [number, number, number];

/**
 * Returns the map that mirrors x, then rotates about the vertical, then scales.
 *
 * @param angle in radians, counterclockwise seen from above.
 * @param mirror -1 to mirror x, 1 to leave it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const map = rotationAboutVertical(Math.PI, -1, 2);
 * assert.deepEqual(map([1, 0, 3], 0), [2, -2.4492935982947064e-16, 6]);
 * ```
 */
export function rotationAboutVertical(angle: number, mirror: 1 | -1, scale: number): VectorMap {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  return (vectors, at) => {
    const x = mirror * vectors[at]!;
    const y = vectors[at + 1]!;
    return [cos * x - sin * y, sin * x + cos * y, scale * vectors[at + 2]!];
  };
}

/** Maps all vectors [N][3] of an array into a new one. */
export function mapVectors(vectors: Float32Array, map: VectorMap): Float32Array {
  const mapped = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) mapped.set(map(vectors, i), i);
  return mapped;
}
