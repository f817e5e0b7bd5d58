/**
 * Lenses that see too much for one pinhole: fisheye lenses and panoramas.
 *
 * @module
 */
import type { Pinhole } from "../camera/camera.ts";

import type { ImageSize } from "../image_size.ts";

/**
 * A fisheye lens of Kannala and Brandt, as OpenCV's `cv::fisheye` and COLMAP have it: a ray at the angle θ to the axis
 * comes in at the radius θ + k1 θ³ + k2 θ⁵ + k3 θ⁷ + k4 θ⁹, in focal lengths. COLMAP's THIN_PRISM_FISHEYE distorts that
 * point further, by p1, p2, sx1 and sy1.
 *
 * Source: J. Kannala and S. Brandt, "A generic camera model and calibration method for conventional, wide-angle, and
 * fish-eye lenses" (2006); colmap/src/colmap/sensor/models.h.
 */
export interface FisheyeLens {
  readonly kind: "fisheye";
  /** k1 to k4. */
  readonly k: readonly [number, number, number, number];
  /** Tangential and thin-prism coefficients; none where left out. */
  readonly prism?: {
    readonly p1: number;
    readonly p2: number;
    readonly sx1: number;
    readonly sy1: number;
  };
  /** Focal lengths from the principal point beyond which there is no picture; found in the picture where left out. */
  readonly radius?: number;
}

/** A panorama of 360 by 180 degrees: columns are longitudes, rows latitudes, the middle is straight ahead. */
export interface PanoramaLens {
  readonly kind: "equirectangular";
}

/** A lens that sees too much for one pinhole. */
export type WideLens = FisheyeLens | PanoramaLens;

/** Column and row of a picture, with the centre of the first pixel at (0, 0). */
type Pixel = readonly [column: number, row: number];

/** Angles that are tried to find the widest one that a fisheye lens maps one to one. */
const ANGLES = 720;

/**
 * Makes the function that finds a direction in a picture.
 *
 * @param pinhole focal lengths and principal point of the picture, pixels
 * @returns a function from a direction in camera axes (x right, y down, z forward; any length) to the pixel that shows
 *   it, or to null where the picture does not
 */
export function projection(
  lens: WideLens,
  pinhole: Pinhole,
  { width, height }: ImageSize,
): (x: number, y: number, z: number) => Pixel | null {
  if (lens.kind === "equirectangular") {
    return (x, y, z) => [
      width * (0.5 + Math.atan2(x, z) / (2 * Math.PI)) - 0.5,
      height * (0.5 + Math.atan2(y, Math.hypot(x, z)) / Math.PI) - 0.5,
    ];
  }
  const { fx, fy, cx, cy } = pinhole;
  const widest = widestAngle(lens);
  const radius = lens.radius ?? Infinity;
  return (x, y, z) => {
    const across = Math.hypot(x, y);
    const angle = Math.atan2(across, z);
    if (angle > widest) return null;
    const scale = across === 0 ? 0 : angle / across;
    const [u, v] = bent(lens, x * scale, y * scale);
    if (Math.hypot(u, v) > radius) return null;
    const [column, row] = [fx * u + cx, fy * v + cy];
    const isInside = column >= 0 && column <= width - 1 && row >= 0 && row <= height - 1;
    return isInside ? [column, row] : null;
  };
}

/** Distorts a point of an ideal fisheye picture, whose radius is the angle; lengths in focal lengths. */
function bent({ k, prism }: FisheyeLens, u: number, v: number): Pixel {
  const r2 = u * u + v * v;
  const radial = 1 + r2 * (k[0] + r2 * (k[1] + r2 * (k[2] + r2 * k[3])));
  if (prism === undefined) return [u * radial, v * radial];
  const { p1, p2, sx1, sy1 } = prism;
  return [
    u * radial + 2 * p1 * u * v + p2 * (r2 + 2 * u * u) + sx1 * r2,
    v * radial + p1 * (r2 + 2 * v * v) + 2 * p2 * u * v + sy1 * r2,
  ];
}

/** The angle up to which the radius in the picture grows with the angle, at most 180 degrees. */
function widestAngle({ k }: FisheyeLens): number {
  let last = 0;
  for (let step = 1; step <= ANGLES; step++) {
    const angle = Math.PI * step / ANGLES;
    const [radius] = bent({ kind: "fisheye", k }, angle, 0);
    if (!(radius > last)) return Math.PI * (step - 1) / ANGLES;
    last = radius;
  }
  return Math.PI;
}
