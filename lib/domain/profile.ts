/**
 * The profile of a scan: a few measures of its shape that tell kinds of scans apart whatever sensor made them. They are
 * quantiles and shares, so that outliers change little.
 *
 * @module
 */
import { looksDown, type Scan } from "../scan/mod.ts";
import { Columns, type Square } from "./columns.ts";

/** Name of a measure. */
export type MeasureName =
  | "width"
  | "spread"
  | "height"
  | "level"
  | "upright"
  | "horizontal"
  | "spacing";

/** The names of the measures. */
export const MEASURE_NAMES: readonly MeasureName[] = [
  "width",
  "spread",
  "height",
  "level",
  "upright",
  "horizontal",
  "spacing",
];

/** The measures of one scan; all of them are above 0. */
export interface ScanProfile {
  /** Whether the file says that the scan was made from the air; left out where it does not tell. */
  readonly fromAbove?: boolean;
  /** Diameter of the circle about the middle that holds nine tenths of the area that has points, metres. */
  readonly width: number;
  /**
   * Radius that holds half of the points, as a share of the radius that holds half of the area: small around a sensor
   * that stands on the ground, 1 where points are even.
   */
  readonly spread: number;
  /** Difference in height between the highest and the lowest points, outliers apart, metres. */
  readonly height: number;
  /** Height above the lowest points at which half of the points lie, as a share of `height`. */
  readonly level: number;
  /** Share of the columns half a metre wide whose points differ in height by more than half a metre. */
  readonly upright: number;
  /**
   * Share of the points that lie on level surfaces, such as floors and roads, up to 0.15: a place that is seen from within
   * has that much, and whether it has more depends on what stands there.
   */
  readonly horizontal: number;
  /** Median distance of a point from its nearest neighbour, metres. */
  readonly spacing: number;
}

/** Most points that quantiles are taken of. */
const SAMPLE = 100_000;
/** Most points whose neighbours are searched. */
const SPACINGS = 400;
/** Share of the points at either end that count as outliers. */
const TAIL = 0.02;
/** Share of the area that `width` holds. */
const HELD = 0.9;
/** Side of the square that is looked at, as a factor of the extent of the scan without outliers. */
const MARGIN = 2;
/** Cells across that square in which area is counted. */
const AREA_CELLS = 200;
/** Points in a column in which neighbours are searched, on average. */
const COLUMN_POINTS = 8;
/** Edge of the columns that are upright or not, metres. */
const COLUMN = 0.5;
/** Distance within which other points tell the surface that a point lies on, metres; more where points lie far apart. */
const SURFACE = 0.25;
/** The same as a factor of the distance of neighbours. */
const SURFACE_SPACINGS = 3;
/** Most points whose surfaces are looked at. */
const SURFACES = 1000;
/** Least level, below which the roughness of the ground decides. */
const LEAST_LEVEL = 0.02;
/** Least share on level surfaces, below which chance decides. */
const LEAST_HORIZONTAL = 0.01;
/**
 * Share on level surfaces beyond which more tells nothing: the largest, in steps of 0.05, of which no whole room or street
 * of the validation scenes falls short by more than the tolerance of the rule; the least of those has 0.089
 * (`fixtures/students/domain_rule.ts`).
 */
const ENOUGH_HORIZONTAL = 0.15;
/** Least value of a measure, so that ratios are finite. */
const LEAST = 1e-3;

/**
 * Measures a scan. It looks at every point three times, at 100,000 of them more often, and draws nothing at random.
 *
 * @param positions [N][3], metres, z up; points that are not finite are passed over.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A floor of 8 x 6 metres with a point every 10 cm.
 * const floor = Float32Array.from({ length: 80 * 60 * 3 }, (_, i) => {
 *   const point = Math.floor(i / 3);
 *   return [(point % 80) * 0.1, Math.floor(point / 80) * 0.1, 0][i % 3]!;
 * });
 * const { width, height, level, upright, horizontal, spacing } = profileOf(floor);
 * assert.ok(width > 7 && width < 9);
 * assert.ok(Math.abs(spacing - 0.1) < 0.001);
 * assert.equal(horizontal, 0.15);
 * // Nothing is 0, so that ratios are finite.
 * assert.deepEqual([height, level, upright], [0.001, 0.02, 0.001]);
 * ```
 */
export function profileOf(positions: Float32Array): ScanProfile {
  const [x, y, z] = sampleOf(positions);
  const [bottom, middle, top] = spreadOf(z);
  const height = Math.max(top - bottom, LEAST);
  const square = squareOf(x, y);
  const { pointRadii, areaRadii } = radiiOf(x, y, square);
  const spacing = Math.max(spacingIn(positions, square), LEAST);
  const surfaces = new Columns(positions, square, Math.max(SURFACE, SURFACE_SPACINGS * spacing));
  return {
    width: Math.max(2 * quantile(areaRadii, HELD), LEAST),
    spread: Math.max(quantile(pointRadii, 0.5), LEAST) / Math.max(quantile(areaRadii, 0.5), LEAST),
    height,
    level: Math.max((middle - bottom) / height, LEAST_LEVEL),
    upright: Math.max(new Columns(positions, square, COLUMN).uprightShare(), LEAST),
    horizontal: Math.min(
      Math.max(surfaces.levelShare(SURFACES), LEAST_HORIZONTAL),
      ENOUGH_HORIZONTAL,
    ),
    spacing,
  };
}

/** Measures a scan by its points, and by what its file says of how it was made. */
export function scanProfile(scan: Scan): ScanProfile {
  return { ...profileOf(scan.positions), ...(looksDown(scan) ? { fromAbove: true } : {}) };
}

/**
 * Gives the median distance of a point from its nearest neighbour at another place, outliers apart.
 *
 * @param positions [N][3].
 * @returns the distance in the unit of the positions; 0 where no point has a neighbour nearby.
 */
export function spacingOf(positions: Float32Array): number {
  const [x, y] = sampleOf(positions);
  return spacingIn(positions, squareOf(x, y));
}

/** The coordinates of evenly drawn finite points, axis by axis. */
function sampleOf(positions: Float32Array): [Float64Array, Float64Array, Float64Array] {
  const axes: [number[], number[], number[]] = [[], [], []];
  const stride = 3 * Math.max(1, Math.ceil(positions.length / 3 / SAMPLE));
  for (let at = 0; at < positions.length; at += stride) {
    const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
    if (!Number.isFinite(x + y + z)) continue;
    axes[0].push(x);
    axes[1].push(y);
    axes[2].push(z);
  }
  return [Float64Array.from(axes[0]), Float64Array.from(axes[1]), Float64Array.from(axes[2])];
}

/**
 * Sorted distances from the middle: those of all points, and those of one point of each cell, which count an area once
 * however many points it has.
 */
function radiiOf(
  x: Float64Array,
  y: Float64Array,
  { middle, side }: Square,
): { pointRadii: Float64Array; areaRadii: Float64Array } {
  const edge = side / AREA_CELLS;
  const seen = new Set<number>();
  const pointRadii: number[] = [];
  const areaRadii: number[] = [];
  x.forEach((value, p) => {
    const [dx, dy] = [value - middle[0], y[p]! - middle[1]];
    if (Math.max(Math.abs(dx), Math.abs(dy)) > side / 2) return;
    const cell = Math.floor(dx / edge) + Math.floor(dy / edge) * 2 * AREA_CELLS;
    const radius = Math.hypot(dx, dy);
    pointRadii.push(radius);
    if (!seen.has(cell)) areaRadii.push(radius);
    seen.add(cell);
  });
  return {
    pointRadii: Float64Array.from(pointRadii).sort(),
    areaRadii: Float64Array.from(areaRadii).sort(),
  };
}

/** The square that is looked at. */
function squareOf(x: Float64Array, y: Float64Array): Square {
  const [left, centreX, right] = spreadOf(x);
  const [front, centreY, back] = spreadOf(y);
  return {
    middle: [centreX, centreY],
    side: MARGIN * Math.max(right - left, back - front, LEAST),
  };
}

/** The median distance of points from their nearest neighbours; 0 where no point has one. */
function spacingIn(positions: Float32Array, square: Square): number {
  const edge = square.side / Math.sqrt(positions.length / 3 / COLUMN_POINTS);
  return quantile(new Columns(positions, square, edge).spacings(SPACINGS).sort(), 0.5);
}

/** The lowest, the middle and the highest of values, outliers apart. */
function spreadOf(values: Float64Array): [number, number, number] {
  const sorted = values.toSorted();
  return [quantile(sorted, TAIL), quantile(sorted, 0.5), quantile(sorted, 1 - TAIL)];
}

/** A quantile of sorted values; 0 where there are none. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}
