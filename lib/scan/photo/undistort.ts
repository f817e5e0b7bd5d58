/**
 * Takes lens distortion out of photographs. The projection kernels know pinholes alone, so a distorted photograph
 * is resampled to one when it is read, once, instead of distorting every point in every kernel.
 *
 * Source: D. C. Brown, "Close-range camera calibration" (1971), in the terms of OpenCV's `cv::undistort`.
 *
 * @module
 */
import type { Lens, Pinhole } from "../camera/camera_format.ts";
import type { Camera } from "../camera/cameras.ts";
import { CameraError } from "../errors.ts";
import type { Photo } from "./photo.ts";

/** Zooms between which the one that just fills the picture is looked for. */
const LEAST_ZOOM = 0.5;
const LARGEST_ZOOM = 4;
const HALVINGS = 20;
/** Points looked at along each side of a picture, and from its centre outwards. */
const STEPS = 64;

/**
 * A photograph as a pinhole would have taken it. The focal lengths change by one factor, such that every pixel has
 * a source and as little as possible of the picture is lost.
 *
 * @param camera the photograph's, with the focal lengths of the distorted picture
 * @returns photograph and camera, both without distortion
 * @throws {CameraError} where no zoom from 0.5 to 4 gives a picture: the lens is not what the numbers say
 */
export function undistort(
  photo: Photo,
  camera: Camera,
  lens: Lens,
  source: string,
): { photo: Photo; camera: Camera } {
  const filled = (zoom: number) => fills(zoomed(camera, zoom), camera, lens, photo);
  if (!filled(LARGEST_ZOOM)) {
    throw new CameraError({
      file: source,
      problem: `the distortion of ${camera.file} folds the picture`,
      mend: "check k1, k2, p1 and p2, or undistort the photograph",
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
  return { photo: { ...photo, pixels: resample(photo, straight, camera, lens) }, camera: straight };
}

/**
 * Where a pinhole's pixel lies in the distorted picture.
 *
 * @returns column and row, centre of the first pixel at (0, 0)
 */
export function distort(
  u: number,
  v: number,
  straight: Pinhole,
  bent: Pinhole,
  { k1, k2, p1, p2 }: Lens,
): [number, number] {
  const x = (u - straight.cx) / straight.fx;
  const y = (v - straight.cy) / straight.fy;
  const r2 = x * x + y * y;
  const radial = 1 + r2 * (k1 + r2 * k2);
  const xd = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  const yd = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
  return [bent.fx * xd + bent.cx, bent.fy * yd + bent.cy];
}

function zoomed(camera: Camera, zoom: number): Camera {
  return { ...camera, fx: camera.fx * zoom, fy: camera.fy * zoom };
}

/** Whether the whole border has a source, and the lens does not fold back anywhere inside of it. */
function fills(
  straight: Camera,
  bent: Camera,
  lens: Lens,
  { width, height }: { width: number; height: number },
): boolean {
  const [right, bottom] = [width - 1, height - 1];
  let farthest = 0;
  for (let i = 0; i <= STEPS; i++) {
    const [u, v] = [right * i / STEPS, bottom * i / STEPS];
    for (const [column, row] of [[u, 0], [u, bottom], [0, v], [right, v]] as const) {
      const [sourceColumn, sourceRow] = distort(column, row, straight, bent, lens);
      if (!(sourceColumn >= 0 && sourceColumn <= right && sourceRow >= 0 && sourceRow <= bottom)) {
        return false;
      }
      const x = (column - straight.cx) / straight.fx;
      const y = (row - straight.cy) / straight.fy;
      farthest = Math.max(farthest, x * x + y * y);
    }
  }
  for (let i = 1; i <= STEPS; i++) {
    const r2 = farthest * i / STEPS;
    // Derivative of the distorted radius by the radius.
    if (1 + r2 * (3 * lens.k1 + r2 * 5 * lens.k2) <= 0) return false;
  }
  return true;
}

/** Bilinear; every pixel of the answer has a source. */
function resample(
  { width, height, pixels }: Photo,
  straight: Camera,
  bent: Camera,
  lens: Lens,
): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [u, v] = distort(column, row, straight, bent, lens);
      const x = Math.min(Math.max(u, 0), width - 1);
      const y = Math.min(Math.max(v, 0), height - 1);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [ax, ay] = [x - left, y - top];
      const across = left + 1 < width ? 3 : 0;
      const down = top + 1 < height ? 3 * width : 0;
      const at = 3 * (top * width + left);
      for (let c = 0; c < 3; c++) {
        const upper = pixels[at + c]! * (1 - ax) + pixels[at + across + c]! * ax;
        const lower = pixels[at + down + c]! * (1 - ax) + pixels[at + down + across + c]! * ax;
        out[to++] = Math.round(upper * (1 - ay) + lower * ay);
      }
    }
  }
  return out;
}
