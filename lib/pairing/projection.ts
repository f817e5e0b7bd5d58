/**
 * Where a camera sees a point: pinhole, OpenCV axes (x right, y down, z forward), the centre of the first
 * pixel at (0, 0).
 *
 * The GPU works in float32 on positions less the scan's origin. The origin goes into the pose here, in
 * float64, so that map coordinates of millions of metres cancel before anything is rounded. What rounding
 * is left moves a pixel by about 1e-7 of its distance from the principal point, however far the camera
 * stands: 100 km above a tile it is a thousandth of a pixel.
 *
 * @module
 */
import type { Camera } from "../scan/mod.ts";

/** Scan coordinates, less the origin, to camera coordinates: 12 numbers, three rows of [R | t]. */
export type LocalPose = Float64Array;

/** Composes a camera's pose with the scan's origin. */
export function localPose(
  camera: Camera,
  origin: readonly [number, number, number],
): LocalPose {
  const world = camera.worldToCamera;
  const pose = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    const [a, b, c, t] = world.subarray(4 * row, 4 * row + 4) as unknown as number[];
    pose.set([a!, b!, c!, a! * origin[0] + b! * origin[1] + c! * origin[2] + t!], 4 * row);
  }
  return pose;
}

/** A point in an image. */
export interface Projected {
  /** Pixel coordinates, fractional. */
  u: number;
  v: number;
  /** Depth along the optical axis, metres. */
  z: number;
  /** In front of the camera and on the image. */
  inside: boolean;
}

/** Projects one point (metres, less the origin) in float64: the reference of `pair_project.wgsl`. */
export function projectReference(
  camera: Camera,
  pose: LocalPose,
  point: ArrayLike<number>,
): Projected {
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
