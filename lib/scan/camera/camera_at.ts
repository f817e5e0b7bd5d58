/**
 * Cameras by where they stand and where they look: for pictures that are made, not taken.
 *
 * @module
 */
import type { Camera } from "./cameras.ts";

/** Size of a picture in pixels, and its horizontal field of view in radians. */
export interface Lens {
  width: number;
  height: number;
  fieldOfView: number;
}

/** A camera at `eye` that looks along a heading and a pitch (radians, up positive); z is up. */
export function cameraAt(
  file: string,
  eye: readonly [number, number, number],
  heading: number,
  pitch: number,
  lens: Lens,
): Camera {
  const ch = Math.cos(heading), sh = Math.sin(heading);
  const cp = Math.cos(pitch), sp = Math.sin(pitch);
  // Rows: right, down, forward.
  const rows = [[sh, -ch, 0], [sp * ch, sp * sh, -cp], [cp * ch, cp * sh, sp]] as const;
  const worldToCamera = new Float64Array(16);
  rows.forEach(([x, y, z], row) => {
    worldToCamera.set([x, y, z, -(x * eye[0] + y * eye[1] + z * eye[2])], row * 4);
  });
  worldToCamera[15] = 1;
  const focal = lens.width / 2 / Math.tan(lens.fieldOfView / 2);
  return {
    file,
    width: lens.width,
    height: lens.height,
    fx: focal,
    fy: focal,
    cx: (lens.width - 1) / 2,
    cy: (lens.height - 1) / 2,
    worldToCamera,
  };
}
