/**
 * Frames: where an object stands and how it is turned about z. Objects are built in their own frame, which knows
 * nothing of the world's.
 *
 * @module
 */

/** Where an object stands: a point on the ground (or above it) and its heading. */
export interface Frame {
  x: number;
  y: number;
  z: number;
  /** Cosine and sine of the turn about z that takes the object's axes to the world's. */
  cos: number;
  sin: number;
}

/** A frame turned by `angle` radians about z. */
export function frameAt(x: number, y: number, z: number, angle: number): Frame {
  return { x, y, z, cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** The frame at (x, y, z) of another frame, turned by a further `angle`. */
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
