/**
 * Frames: where an object stands, and how it is rotated about z. An object is built in its own frame, without regard
 * to where in the world it will stand.
 *
 * @module
 */

/** x, y and z: a place in metres, or a direction. */
export type Vector3 = readonly [x: number, y: number, z: number];

/** The place and heading of an object. */
export interface Frame {
  /** Origin of the frame, metres: a point on the ground, or above it. */
  x: number;
  y: number;
  z: number;
  /** Cosine and sine of the rotation about z that takes the object's axes to the world's. */
  cos: number;
  sin: number;
}

/**
 * Makes the frame at (x, y, z) metres, rotated by `angle` radians about z.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Two metres ahead of a car that drives along y, and a metre to its left.
 * const car = frameAt(10, 0, 0, Math.PI / 2);
 * const { x, y } = within(car, 2, 1, 0);
 * assert.deepEqual([x, y], [9, 2]);
 * ```
 */
export function frameAt(x: number, y: number, z: number, angle: number): Frame {
  return { x, y, z, cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** Makes the frame at (x, y, z) of another frame, rotated by a further `angle` radians. */
export function within(frame: Frame, x: number, y: number, z: number, angle = 0): Frame {
  const c = Math.cos(angle), s = Math.sin(angle);
  return {
    x: frame.x + frame.cos * x - frame.sin * y,
    y: frame.y + frame.sin * x + frame.cos * y,
    z: frame.z + z,
    cos: frame.cos * c - frame.sin * s,
    sin: frame.sin * c + frame.cos * s,
  };
}
