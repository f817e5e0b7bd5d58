/**
 * Cameras by where they stand and where they look, for pictures that are rendered.
 *
 * @module
 */
import type { Camera } from "./camera.ts";

/** Optics of a rendering camera. */
export interface CameraOptics {
  /** Columns of the picture, pixels. */
  width: number;
  /** Rows of the picture, pixels. */
  height: number;
  /** Horizontal field of view, radians. */
  fieldOfView: number;
}

/**
 * Makes a camera that stands at `eye` and looks along a heading and a pitch; z is up.
 *
 * @param file name of the picture
 * @param heading radians, counter-clockwise from x
 * @param pitch radians, positive upwards
 *
 * @example Project a point
 * ```ts
 * import assert from "node:assert/strict";
 * import { localPose, projectReference } from "../../pairing/mod.ts";
 * import { cameraAt } from "../mod.ts";
 *
 * const optics = { width: 100, height: 80, fieldOfView: Math.PI / 2 };
 * const camera = cameraAt("a.png", [0, 0, 2], 0, 0, optics);
 * // A point 4 m ahead and 1 m to the left.
 * const { u, v, z, inside } = projectReference(camera, localPose(camera, [0, 0, 0]), [4, 1, 2]);
 * assert.deepEqual([u, v, z, inside], [37, 39.5, 4, true]);
 * ```
 */
export function cameraAt(
  file: string,
  eye: readonly [number, number, number],
  heading: number,
  pitch: number,
  optics: CameraOptics,
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
  const focal = optics.width / 2 / Math.tan(optics.fieldOfView / 2);
  return {
    file,
    width: optics.width,
    height: optics.height,
    fx: focal,
    fy: focal,
    cx: (optics.width - 1) / 2,
    cy: (optics.height - 1) / 2,
    worldToCamera,
  };
}
