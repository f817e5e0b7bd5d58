/**
 * Cuts the picture of a fisheye lens, or a panorama, into pictures that pinholes would have taken: the faces of a cube
 * around the camera, each as far as the picture fills it.
 *
 * @module
 */
import type { Camera } from "../camera/camera.ts";
import { CameraError } from "../errors.ts";
import type { Photo } from "../photo/photo.ts";
import { sampler } from "../photo/sampler.ts";
import { filledRectangle } from "./filled_rectangle.ts";
import { projection, type WideLens } from "./wide_lens.ts";
import { rimOf } from "./rim.ts";

/** Axes of a face in those of the camera: right, down, forward. */
type Axes = readonly [readonly number[], readonly number[], readonly number[]];

/** The faces by name. */
const FACES: Readonly<Record<string, Axes>> = {
  front: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  right: [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
  back: [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
  left: [[0, 0, 1], [0, 1, 0], [-1, 0, 0]],
  up: [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
  down: [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
};
/** The most views of one picture. */
export const MOST_CUT_VIEWS = Object.keys(FACES).length;
/** The most pixels that all views have together, as a multiple of those of the picture. */
export const MOST_CUT_PIXELS = 2;
/** Cells along the edge of a face that are looked at to find what the picture fills of it. */
const CELLS = 64;
/** Cells along a side of what is worth a view. */
const LEAST_CELLS = 8;

/** A picture that was cut out, and its camera. */
export interface CutView {
  photo: Photo;
  camera: Camera;
}

/**
 * Cuts a picture into views of at most 90 by 90 degrees, which are called by its name and their direction. They have as
 * many pixels for an angle as the middle of the picture.
 *
 * @param camera camera of the picture; its focal lengths are pixels for a radian in the middle
 * @param source name of the camera file, for errors
 * @throws {CameraError} where no part of a face is filled: the lens cannot be right
 */
export function cutViews(photo: Photo, camera: Camera, lens: WideLens, source: string): CutView[] {
  const project = projection(
    lens.kind === "fisheye"
      ? { ...lens, radius: lens.radius ?? rimOf(photo, camera) / camera.fx }
      : lens,
    camera,
    photo,
  );
  const sample = sampler(photo);
  const faces = Object.entries(FACES).flatMap(([name, axes]) => {
    const look = (right: number, down: number) => project(...directionOf(axes, right, down));
    // Places of a face run from -1 to 1.
    const isFilled = (column: number, row: number) => look(placeOf(column), placeOf(row)) !== null;
    const cells = filledRectangle(CELLS, isFilled);
    return Math.min(cells.width, cells.height) < LEAST_CELLS ? [] : [{ name, axes, look, cells }];
  });
  // Numbers of a lens that cannot be right must not ask for more pixels than there is memory.
  const area = faces.reduce((sum, { cells }) => sum + cells.width * cells.height, 0) *
    (2 / CELLS) ** 2;
  const most = Math.sqrt(MOST_CUT_PIXELS * photo.width * photo.height / area);
  const focal = Math.max(1, Math.floor(Math.min((camera.fx + camera.fy) / 2 + 0.5, most)));
  const views = faces.flatMap(({ name, axes, look, cells }) => {
    const [left, top, right, bottom] = [
      cells.left,
      cells.top,
      cells.left + cells.width,
      cells.top + cells.height,
    ].map((cell) => Math.round(2 * focal * cell / CELLS)) as [number, number, number, number];
    const [width, height] = [right - left, bottom - top];
    if (width < 1 || height < 1) return [];
    const [cx, cy] = [focal - left - 0.5, focal - top - 0.5];
    const pixels = new Uint8Array(3 * width * height);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at += 3) {
        const pixel = look((column - cx) / focal, (row - cy) / focal);
        // Between the corners of filled cells, rounding may leave the picture.
        if (pixel) sample(pixel[0], pixel[1], pixels, at);
      }
    }
    const file = `${camera.file} (${name})`;
    return [{
      photo: { name: `${photo.name} (${name})`, width, height, pixels },
      camera: {
        file,
        width,
        height,
        fx: focal,
        fy: focal,
        cx,
        cy,
        worldToCamera: alongAxes(axes, camera.worldToCamera),
      },
    }];
  });
  if (views.length > 0) return views;
  throw new CameraError({
    file: source,
    problem: `the fisheye lens of ${camera.file} fills no part of its photograph`,
    mend: "check its focal lengths, its principal point and k1 to k4",
    field: "distortion",
  });
}

/** The corner of a cell on a face. */
function placeOf(cell: number): number {
  return 2 * cell / CELLS - 1;
}

/** A direction through a face, in camera axes. */
function directionOf(
  [x, y, z]: Axes,
  right: number,
  down: number,
): [number, number, number] {
  const along = (axis: 0 | 1 | 2) => x[axis]! * right + y[axis]! * down + z[axis]!;
  return [along(0), along(1), along(2)];
}

/** A pose seen along other axes: [4][4], row-major. */
function alongAxes(axes: Axes, pose: Float64Array): Float64Array {
  const out = new Float64Array(16);
  out[15] = 1;
  for (const [row, axis] of axes.entries()) {
    for (let column = 0; column < 4; column++) {
      out[4 * row + column] = axis.reduce((sum, a, i) => sum + a * pose[4 * i + column]!, 0);
    }
  }
  return out;
}
