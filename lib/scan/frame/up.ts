/**
 * The axis of a scan that points up, and the rotation that makes it z.
 *
 * @module
 */

/** The directions that may be up. */
export const UP_AXES = ["x", "y", "z", "-x", "-y", "-z"] as const;

/** The direction that points up. */
export type UpAxis = typeof UP_AXES[number];

/** For each of the new axes, the old one that it is, and its sign. */
type Rotation = readonly (readonly [axis: 0 | 1 | 2, sign: 1 | -1])[];

/**
 * Proper rotations that exchange axes, so that no coordinate is rounded. Those of y and -y are the usual ones between
 * files with y up, or with the axes of a camera, and files with z up.
 */
const ROTATIONS: Readonly<Record<UpAxis, Rotation>> = {
  x: [[1, 1], [2, 1], [0, 1]],
  y: [[0, 1], [2, -1], [1, 1]],
  z: [[0, 1], [1, 1], [2, 1]],
  "-x": [[2, 1], [1, 1], [0, -1]],
  "-y": [[0, 1], [2, 1], [1, -1]],
  "-z": [[0, 1], [1, -1], [2, -1]],
};

/** Gives the rotation that makes `up` the z axis, as the columns and signs of its rows. */
export function rotationToZ(up: UpAxis): Rotation {
  return ROTATIONS[up];
}
