/**
 * Holds a camera against its photograph: a photograph of another size than the calibrated one, one that was rotated, and
 * a principal point that cannot be right.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { type Photo, upright as uprightOf } from "../photo/photo.ts";
import type { Warning } from "../warning.ts";
import type { Camera } from "./camera.ts";
import type { Pinhole } from "./camera.ts";
import { type CameraSpec, some } from "./camera_format.ts";

/** How much aspect ratios may differ for one picture to be the other one scaled, as a share. */
const ASPECT_TOLERANCE = 0.01;
/** Distance of a principal point from the middle, as a share of the side, beyond which it is doubtful. */
const DOUBTFUL_OFFSET = 0.1;
/** The same, beyond which pixels of another size must have been meant where a file gives no size. */
const WRONG_OFFSET = 0.2;
/** Field of view from which a focal length is hardly one in pixels, degrees. */
const WIDE = 150;

/** Kinds of doubt about single photographs; each becomes one warning with the names of all that it concerns. */
const DOUBTS = {
  scaled: [
    "photograph-size",
    (names: string) =>
      `Photographs have another size than their cameras, which were scaled with them: ${names}. Send photographs in ` +
      "their calibrated size if they were cut and not scaled.",
  ],
  rotated: [
    "photograph-orientation",
    (names: string) =>
      `Photographs were rotated as their EXIF orientation says, since their cameras are those of the upright pictures: ` +
      `${names}.`,
  ],
  stored: [
    "photograph-orientation",
    (names: string) =>
      `Photographs have an EXIF orientation and were used as they are stored, which their cameras allow: ${names}. ` +
      "If the cameras are those of the upright pictures, send the pictures upright and without the tag.",
  ],
  offCentre: [
    "cameras",
    (names: string) =>
      `The principal points of cameras lie far from the middle of their photographs: ${names}. Check cx and cy, in ` +
      "pixels of the photograph.",
  ],
  wide: [
    "cameras",
    (names: string) =>
      `Cameras see more than ${WIDE} degrees: ${names}. Check that the focal lengths are in pixels.`,
  ],
} as const satisfies Record<string, readonly [code: string, text: (names: string) => string]>;

/** Collects doubts about single photographs. */
export class PhotographDoubts {
  readonly #names = new Map<keyof typeof DOUBTS, string[]>();

  /** Notes a doubt about a photograph. */
  add(kind: keyof typeof DOUBTS, name: string): void {
    const names = this.#names.get(kind);
    if (names) names.push(name);
    else this.#names.set(kind, [name]);
  }

  /** One warning for each kind of doubt. */
  warnings(): Warning[] {
    return [...this.#names].map(([kind, names]) => {
      const [code, text] = DOUBTS[kind];
      return { code, text: text(some(names)), field: "images" };
    });
  }
}

/**
 * Makes the camera of a photograph, and rotates the photograph where it fits its camera only so.
 *
 * @throws {CameraError} where the photograph has another shape than its camera, or the principal point shows that the
 *   camera is for another size
 */
export function fitCamera(
  spec: CameraSpec,
  stored: Photo,
  doubts: PhotographDoubts,
): { photo: Photo; camera: Camera } {
  const photo = oriented(spec, stored, doubts);
  const { file, worldToCamera, source } = spec;
  const { width, height } = photo;
  const size = spec.size ?? { width, height };
  if (!hasShape(photo, size)) {
    throw new CameraError({
      file: source,
      problem: `photograph ${photo.name} has ${width}x${height} pixels${
        orientationOf(photo)
      }, its camera ${size.width}x${size.height}`,
      mend: "send the photograph in its calibrated size, or scale fx, fy, cx, cy, width and height",
      field: spec.field,
    });
  }
  const pinhole = scaled(spec.pinhole(size), width / size.width, height / size.height);
  if (size.width !== width || size.height !== height) doubts.add("scaled", photo.name);
  const offset = offsetOf(pinhole, photo);
  if (spec.size === null && !spec.anySize && offset > WRONG_OFFSET) {
    const point = `(${round(pinhole.cx)}, ${round(pinhole.cy)})`;
    throw new CameraError({
      file: source,
      problem:
        `the principal point ${point} is far from the middle of photograph ${photo.name}, which has ${width}x${height} pixels: ` +
        "the camera seems to be for another size",
      mend: "send the photograph in its calibrated size, or scale fx, fy, cx and cy with it",
      field: spec.field,
    });
  }
  if (offset > (spec.size === null ? DOUBTFUL_OFFSET : WRONG_OFFSET)) {
    doubts.add("offCentre", photo.name);
  }
  if (
    spec.wideLens?.kind === "equirectangular" && Math.abs(width / height / 2 - 1) > ASPECT_TOLERANCE
  ) {
    throw new CameraError({
      file: source,
      problem: `panorama ${photo.name} has ${width}x${height} pixels`,
      mend: "send all of it, 360 by 180 degrees, which is twice as wide as it is high",
      field: spec.field,
    });
  }
  const isWide = !spec.wideLens && 2 * Math.atan(width / 2 / pinhole.fx) > WIDE * Math.PI / 180;
  if (isWide) doubts.add("wide", photo.name);
  return { photo, camera: { file, width, height, ...pinhole, worldToCamera } };
}

/** The photograph as it is stored, or as its EXIF orientation rotates it, whichever its camera is for. */
function oriented(spec: CameraSpec, photo: Photo, doubts: PhotographDoubts): Photo {
  if (photo.orientation === undefined) return photo;
  const upright = uprightOf(photo);
  const [asStored, asUpright] = [photo, upright].map((picture) => fits(spec, picture));
  if (!asStored && asUpright) {
    doubts.add("rotated", photo.name);
    return upright;
  }
  if (asUpright) doubts.add("stored", photo.name);
  return photo;
}

function orientationOf({ orientation }: Photo): string {
  return orientation === undefined
    ? ""
    : ` as it is stored (its EXIF orientation is ${orientation})`;
}

/** Whether a camera may be that of a picture of this size. */
function fits(spec: CameraSpec, size: ImageSize): boolean {
  if (spec.size) return hasShape(size, spec.size);
  return spec.anySize === true || offsetOf(spec.pinhole(size), size) <= DOUBTFUL_OFFSET;
}

/** Whether one picture may be the other one scaled. */
function hasShape(a: ImageSize, b: ImageSize): boolean {
  const [x, y] = [a.width / b.width, a.height / b.height];
  // A side is rounded to whole pixels.
  return Math.abs(x / y - 1) <= ASPECT_TOLERANCE + 0.5 / Math.min(a.width, a.height);
}

/** Intrinsics of a picture that was scaled; the first pixel's corner, not its centre, stays where it is. */
function scaled({ fx, fy, cx, cy }: Pinhole, x: number, y: number): Pinhole {
  if (x === 1 && y === 1) return { fx, fy, cx, cy };
  return { fx: fx * x, fy: fy * y, cx: (cx + 0.5) * x - 0.5, cy: (cy + 0.5) * y - 0.5 };
}

/** Distance of a principal point from the middle, as a share of the side. */
function offsetOf({ cx, cy }: Pinhole, { width, height }: ImageSize): number {
  return Math.max(Math.abs((cx + 0.5) / width - 0.5), Math.abs((cy + 0.5) / height - 0.5));
}

function round(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}
