/**
 * Removes lens distortion from photographs. The projection kernels only know pinholes, so a distorted photograph is
 * resampled once, when it is read, instead of distorting every point in every kernel.
 *
 * Source: D. C. Brown, "Close-range camera calibration" (1971), in the terms of OpenCV's `cv::undistort`.
 *
 * @module
 */
import type { Camera } from "../camera/camera.ts";
import type { Pinhole } from "../camera/camera.ts";
import type { LensDistortion } from "../camera/camera_format.ts";
import { CameraError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import type { Photo } from "./photo.ts";
import { sampler } from "./sampler.ts";

/** Bounds of the search for the zoom at which the distorted picture just fills the result. */
const LEAST_ZOOM = 0.5;
const LARGEST_ZOOM = 4;
const HALVINGS = 20;
/** Points tested along each side of a picture, and from its centre outwards. */
const STEPS = 64;

/**
 * Resamples a photograph to one that a pinhole would have taken. Both focal lengths are scaled by the smallest factor
 * at which every pixel has a source, so that as little as possible of the picture is lost.
 *
 * @param camera camera of the photograph, with the focal lengths of the distorted picture
 * @param source name of the camera file, for errors
 * @returns photograph and camera without distortion
 * @throws {CameraError} where no factor from 0.5 to 4 works: the coefficients cannot be right
 */
export function undistort(
  photo: Photo,
  camera: Camera,
  distortion: LensDistortion,
  source: string,
): { photo: Photo; camera: Camera } {
  const filled = (zoom: number) => fills(zoomed(camera, zoom), camera, distortion, photo);
  if (!filled(LARGEST_ZOOM)) {
    throw new CameraError({
      file: source,
      problem: `the distortion of ${camera.file} folds the picture`,
      mend: "check its coefficients, or undistort the photograph",
      field: "distortion",
    });
  }
  let [low, high] = [LEAST_ZOOM, LARGEST_ZOOM];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (filled(middle)) high = middle;
    else low = middle;
  }
  const straight = zoomed(camera, high);
  const pixels = resample(photo, straight, camera, distortion);
  return { photo: { ...photo, pixels }, camera: straight };
}

/**
 * Finds where a pixel of the undistorted picture lies in the distorted one.
 *
 * @param straight intrinsics of the undistorted picture
 * @param bent intrinsics of the distorted picture
 * @returns column and row, with the centre of the first pixel at (0, 0)
 */
export function distort(
  u: number,
  v: number,
  straight: Pinhole,
  bent: Pinhole,
  lens: LensDistortion,
): [number, number] {
  const x = (u - straight.cx) / straight.fx;
  const y = (v - straight.cy) / straight.fy;
  const r2 = x * x + y * y;
  const { p1, p2 } = lens;
  const radial = radialOf(r2, lens);
  const xd = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  const yd = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
  return [bent.fx * xd + bent.cx, bent.fy * yd + bent.cy];
}

/** The factor by which a lens changes a radius, of the square of the radius. */
function radialOf(
  r2: number,
  { k1, k2, k3 = 0, k4 = 0, k5 = 0, k6 = 0, k4Above = 0, division = 0 }: LensDistortion,
): number {
  // NaN beyond the radius that the lens shows, which has no source in the picture.
  if (division !== 0) return 2 / (1 + Math.sqrt(1 - 4 * division * r2));
  const above = 1 + r2 * (k1 + r2 * (k2 + r2 * (k3 + r2 * k4Above)));
  return above / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)));
}

function zoomed(camera: Camera, zoom: number): Camera {
  return { ...camera, fx: camera.fx * zoom, fy: camera.fy * zoom };
}

/** Whether the whole border has a source, and the distortion does not fold back inside of it. */
function fills(
  straight: Camera,
  bent: Camera,
  distortion: LensDistortion,
  { width, height }: ImageSize,
): boolean {
  const [right, bottom] = [width - 1, height - 1];
  let farthest = 0;
  for (let i = 0; i <= STEPS; i++) {
    const [u, v] = [right * i / STEPS, bottom * i / STEPS];
    for (const [column, row] of [[u, 0], [u, bottom], [0, v], [right, v]] as const) {
      const [sourceColumn, sourceRow] = distort(column, row, straight, bent, distortion);
      if (!(sourceColumn >= 0 && sourceColumn <= right && sourceRow >= 0 && sourceRow <= bottom)) {
        return false;
      }
      const x = (column - straight.cx) / straight.fx;
      const y = (row - straight.cy) / straight.fy;
      farthest = Math.max(farthest, x * x + y * y);
    }
  }
  // The distorted radius must grow with the radius.
  for (let i = 1, last = 0; i <= STEPS; i++) {
    const r2 = farthest * i / STEPS;
    const radius = Math.sqrt(r2) * radialOf(r2, distortion);
    if (!(radius > last)) return false;
    last = radius;
  }
  return true;
}

/** Bilinear resampling; every pixel of the result has a source. */
function resample(
  photo: Photo,
  straight: Camera,
  bent: Camera,
  distortion: LensDistortion,
): Uint8Array {
  const sample = sampler(photo);
  const out = new Uint8Array(photo.pixels.length);
  for (let row = 0, to = 0; row < photo.height; row++) {
    for (let column = 0; column < photo.width; column++, to += 3) {
      const [u, v] = distort(column, row, straight, bent, distortion);
      sample(u, v, out, to);
    }
  }
  return out;
}
