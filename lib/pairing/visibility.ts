/**
 * Decides which points a view sees, from the scan alone.
 *
 * A plain depth buffer fails on points: there is nothing between the points of a wall, so points behind it show through.
 * Coarser cells close the holes, but then every slanted surface occludes itself. The rule here looks for nearer points
 * *around* a point (after Pintus, Gobbetti and Agus, "Real-time rendering of massive
 * unstructured raw point clouds using screen-space operators", VAST 2011):
 *
 * - `nearest(level)` is the smallest depth in each cell of 2^level pixels (of 2^(level + shift) in photographs of
 *   more than four megapixels; there, "pixel" below means the finest cell).
 * - A point is occluded by a nearer point in its own pixel.
 * - It is also occluded where at least {@link CLOSED_DIRECTIONS} of the eight directions around it are closed. A
 *   direction is closed if, on any level up to the reach, the neighbouring cell in that direction holds a nearer point.
 * - The reach is {@link REACH} times the point spacing of the view, sqrt(pixels / points inside the image): far
 *   enough to span the holes of a sampled surface, and no farther. A wider gap is an opening.
 * - "Nearer" means by more than the tolerance (`absolute + relative * depth`) plus {@link SLANT} metres for each metre
 *   across, the slope of a surface that is seen at some 70 degrees. A floor seen at a low angle has nearer points only
 *   on one side, so it does not occlude itself.
 *
 * On a simulated room (boxes, a thin screen wall; truth by ray casting), scanned in five ways with 5,000 to 96,000
 * points, this keeps 98 to 99.5 % of the pairs that are visible in truth and also keeps 14 to 29 % of the hidden ones,
 * most of them on the far side of thin things (49 % in the sparsest scan). A depth buffer with cells of twice the
 * spacing keeps 94 to 97 % and 22 to 40 %. A weakness remains: the reach is too short for the holes of a near surface
 * that is sampled far more sparsely than the surfaces behind it.
 *
 * @module
 */
import type { Camera, ImageSize } from "../scan/mod.ts";
import type { ProjectedPoint } from "./projection.ts";

/** Closed directions, of eight, that occlude a point: a straight silhouette closes at most five. */
export const CLOSED_DIRECTIONS = 6;
/** How far neighbours reach, in point spacings. */
export const REACH = 4;
/** Metres of depth that a surface may rise for each metre across without occluding itself. */
export const SLANT = 3;
/** Levels of the pyramid; the coarsest cells are 64 of the finest wide. */
const LEVELS = 7;
/** Depth of an empty cell: the largest float32. */
export const NO_DEPTH = 3.4028234663852886e38;

/** How much nearer a point has to be to occlude another. */
export interface DepthTolerance {
  /** Metres. */
  absolute: number;
  /** Fraction of the depth. */
  relative: number;
}

/** Most cells of the finest depth grid: the pixels of a photograph of four megapixels. */
const MAX_CELLS = 2 ** 22;

/** The finest grid of depths of a view: cells of 2^shift pixels, with the smallest shift that gives at most 2^22 cells. */
export interface DepthGrid {
  /** Binary logarithm of the edge of a cell in pixels. */
  shift: number;
  /** Columns of cells. */
  width: number;
  /** Rows of cells. */
  height: number;
}

/** Gives the depth grid of a photograph; its cells are single pixels in photographs of up to four megapixels. */
export function depthGrid(photo: ImageSize): DepthGrid {
  for (let shift = 0;; shift++) {
    const width = Math.ceil(photo.width / 2 ** shift);
    const height = Math.ceil(photo.height / 2 ** shift);
    if (width * height <= MAX_CELLS) return { shift, width, height };
  }
}

/** One level of the depth pyramid; the levels follow one another in one buffer. */
export interface PyramidLevel {
  /** Cells before the first one of the level. */
  offset: number;
  /** Columns of cells. */
  width: number;
  /** Rows of cells. */
  height: number;
}

/** Gives the levels of the depth pyramid over a grid. */
export function pyramidLevels({ width, height }: DepthGrid): PyramidLevel[] {
  const levels: PyramidLevel[] = [];
  let offset = 0;
  for (let level = 0; level < LEVELS; level++) {
    levels.push({ offset, width, height });
    offset += width * height;
    width = Math.ceil(width / 2);
    height = Math.ceil(height / 2);
  }
  return levels;
}

/** Gives the largest (points inside) * 4^l with which level l is used: 2^l <= REACH * spacing. */
export function reachNumber(grid: DepthGrid): number {
  return REACH ** 2 * grid.width * grid.height;
}

/** Gives the mean focal length in pixels: a pixel covers depth / focal metres. */
export function meanFocal(camera: Camera): number {
  return Math.sqrt(camera.fx * camera.fy);
}

/** Applies the rule in plain TypeScript: the reference of `pair_project`, `pair_pyramid` and `pair_see`. */
export function visibilityReference(
  camera: Camera,
  points: readonly ProjectedPoint[],
  tolerance: DepthTolerance,
): boolean[] {
  const grid = depthGrid(camera);
  const levels = pyramidLevels(grid);
  const nearest = levels.map((level) =>
    new Float64Array(level.width * level.height).fill(NO_DEPTH)
  );
  const cellOf = ({ u, v }: ProjectedPoint, level: number): [number, number] => {
    const shift = grid.shift + level;
    return [Math.floor(u + 0.5) >> shift, Math.floor(v + 0.5) >> shift];
  };
  for (const point of points.filter((point) => point.inside)) {
    levels.forEach(({ width }, level) => {
      const [x, y] = cellOf(point, level);
      const depths = nearest[level]!;
      depths[y * width + x] = Math.min(depths[y * width + x]!, point.z);
    });
  }
  const inside = points.filter((point) => point.inside).length;
  const used = levels.filter((_, l) => l === 0 || inside * 4 ** l <= reachNumber(grid)).length;
  return points.map((point) => {
    if (!point.inside) return false;
    const footprint = point.z / meanFocal(camera) * 2 ** grid.shift;
    const behind = (level: number, x: number, y: number, across: number) => {
      const { width, height } = levels[level]!;
      if (x < 0 || y < 0 || x >= width || y >= height) return false;
      const rise = SLANT * footprint * across;
      return point.z >
        nearest[level]![y * width + x]! + tolerance.absolute + tolerance.relative * point.z + rise;
    };
    if (behind(0, ...cellOf(point, 0), 1)) return false;
    const closed = new Set<number>();
    for (let level = 0; level < used; level++) {
      const [x, y] = cellOf(point, level);
      for (let k = 0; k < 9; k++) {
        const [dx, dy] = [k % 3 - 1, Math.floor(k / 3) - 1];
        const across = 1.5 * 2 ** level * Math.hypot(dx, dy);
        if (k !== 4 && behind(level, x + dx, y + dy, across)) closed.add(k);
      }
    }
    return closed.size < CLOSED_DIRECTIONS;
  });
}
