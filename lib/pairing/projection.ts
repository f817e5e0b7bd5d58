/**
 * Projects points into images: pinhole, OpenCV axes (x right, y down, z forward), the centre of the first pixel at
 * (0, 0).
 *
 * The GPU works in float32 on positions minus the scan's origin. The origin is added to the pose here, in float64, so
 * that map coordinates of millions of metres cancel before anything is rounded. The remaining rounding moves a pixel by
 * about 1e-7 of its distance from the principal point, however far away the camera is: 100 km above a tile that is a
 * thousandth of a pixel.
 *
 * @module
 */
import type { Camera } from "../scan/mod.ts";

/** From scan coordinates minus the origin to camera coordinates: 12 numbers, three rows of [R | t]. */
export type LocalPose = Float64Array;

/**
 * Combines a camera's pose with the scan's origin.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cameraAt } from "../scan/mod.ts";
 * import { localPose, projectReference } from "./mod.ts";
 *
 * const origin = [600_000, 5_000_000, 100] as const;
 * const optics = { width: 100, height: 80, fieldOfView: Math.PI / 2 };
 * const camera = cameraAt("a.png", origin, 0, 0, optics);
 * // A point 2 m in front of the camera, in coordinates minus the origin.
 * const { u, v, z } = projectReference(camera, localPose(camera, origin), [2, 0, 0]);
 * assert.deepEqual([u, v, z], [49.5, 39.5, 2]);
 * ```
 */
export function localPose(
  camera: Camera,
  origin: readonly [number, number, number],
): LocalPose {
  const world = camera.worldToCamera;
  const pose = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    const [a = 0, b = 0, c = 0, t = 0] = world.subarray(4 * row, 4 * row + 4);
    pose.set([a, b, c, a * origin[0] + b * origin[1] + c * origin[2] + t], 4 * row);
  }
  return pose;
}

/** A point in an image. */
export interface ProjectedPoint {
  /** Column, fractional pixels. */
  u: number;
  /** Row, fractional pixels. */
  v: number;
  /** Depth along the optical axis, metres. */
  z: number;
  /** Whether it is in front of the camera and inside the image. */
  inside: boolean;
}

/** Projects one point (metres, minus the origin) in float64: the reference of `pair_project.wgsl`. */
export function projectReference(
  camera: Camera,
  pose: LocalPose,
  point: ArrayLike<number>,
): ProjectedPoint {
  const along = (row: number) =>
    pose[row]! * point[0]! + pose[row + 1]! * point[1]! + pose[row + 2]! * point[2]! +
    pose[row + 3]!;
  const z = along(8);
  if (!(z > 0)) return { u: 0, v: 0, z, inside: false };
  const u = camera.fx * along(0) / z + camera.cx;
  const v = camera.fy * along(4) / z + camera.cy;
  const inside = u >= -0.5 && v >= -0.5 && u < camera.width - 0.5 && v < camera.height - 0.5;
  return { u, v, z, inside };
}
