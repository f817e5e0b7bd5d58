/**
 * The height of points above the ground, found from the points alone.
 *
 * The lowest points of cells of a metre make a surface. What stands on the ground is told from it by progressive
 * morphological opening: squares of growing size are tried, and a cell that falls by much at one of them belongs to
 * something of that size. Terrain falls as well, but little at each step, however steep or high it is. What is left is
 * interpolated; points close to that surface give the ground its level, which is interpolated once more.
 *
 * Sources: Zhang et al., "A progressive morphological filter for removing nonground measurements from airborne LIDAR
 * data", 2003; Pingel et al., "An improved simple morphological filter for the terrain classification of airborne LIDAR
 * data", 2013 (squares that grow evenly, and slope in the last decision). Numbers are in metres.
 *
 * @module
 */
import { quantilesOf } from "../extent.ts";
import { boundsOf } from "../triple.ts";
import { bilinear, fillGaps } from "./fill_gaps.ts";
import { lowestOf } from "./lowest.ts";
import { type Grid, opening } from "./sliding_minimum.ts";

/** Edge of a cell. */
const EDGE = 1;
/** Most cells, in all and for each point; larger and sparser scans get larger cells. */
const MOST_CELLS = 2 ** 22;
const CELLS_PER_POINT = 32;
/** Half the width of the largest thing that is told from terrain; where the edge of the scan cuts it, its width. */
const LARGEST = 120;
/** Squares up to so far from their middle to their edge grow by one cell to each side, larger ones by two. */
const FINE = 10;
/** What a cell may fall at one square and still be ground: so much, more for larger squares, and at most so much. */
const FALL = { least: 0.3, slope: 0.15, most: 2.5 };
/** Points up to so much above the surface are ground, and more where it is steep. */
const NEAR = 0.3;
/** Steepest slope that is believed. */
const STEEPEST = 1.5;
/** Over so many cells the slope of the ground is measured where it is grown. */
const BACK = 3;
/** How much, as a share of what a slope rises in a cell, the lowest points of sloping cells differ. */
const ROUGH = 0.6;

/** The steps to the neighbours of a cell. */
const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))
  .filter(([dx, dy]) => dx !== 0 || dy !== 0);

/** A grid over a scan. */
export interface GroundFrame {
  readonly width: number;
  readonly height: number;
  /** Edge of a cell, metres. */
  readonly edge: number;
  /** Corner of the first cell. */
  readonly low: readonly [x: number, y: number];
}

/**
 * Measures the height of every point above the ground below it, in a few seconds for ten million points.
 *
 * The ground under buildings, trees and water without echoes is interpolated. Points below the ground, such as multiple
 * reflections, get negative heights and do not lower it. Buildings of up to 240 m, or 120 m where the edge of the scan cuts them, are taken off the ground, also on
 * slopes. What is wider counts as ground, and so does what no ground lies beside.
 *
 * @param positions [N][3], metres, with z up.
 * @returns [N] metres.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Level ground of 20 m × 20 m, four points a square metre, and a box of 6 m × 6 m that is 4 m high.
 * const positions = Float32Array.from({ length: 3 * 1600 }, (_, i) => {
 *   const [x, y] = [(Math.floor(i / 3) % 40) / 2, Math.floor(i / 120) / 2];
 *   const isBox = Math.abs(x - 10) < 3 && Math.abs(y - 10) < 3;
 *   return [x, y, isBox ? 4 : 0][i % 3]!;
 * });
 * const heights = heightsAboveGround(positions);
 * assert.equal(heights[0], 0);
 * assert.ok(Math.abs(heights[20 * 40 + 20]! - 4) < 0.01);
 * ```
 */
export function heightsAboveGround(positions: Float32Array): Float32Array {
  const frame = frameOf(positions);
  const lowest = lowestOf(positions, (p) => cellOf(frame, positions, p), frame);
  const below = filled(grown(withoutObjects(lowest, frame.edge), lowest, frame.edge));
  const ground = filled(groundLevels(positions, frame, below));
  const heights = new Float32Array(positions.length / 3);
  for (let p = 0; p < heights.length; p++) {
    heights[p] = positions[3 * p + 2]! - levelAt(ground, frame, positions, p);
  }
  return heights;
}

/** The grid over the scan; stray points far out lie outside it. */
export function frameOf(positions: Float32Array): GroundFrame {
  // A few points that are scattered over a country must not take as long as a survey of it.
  const most = Math.min(MOST_CELLS, Math.max(1, CELLS_PER_POINT * positions.length / 3));
  const bounds = boundsOf(positions);
  const cells = (low: number[], high: number[], edge: number) =>
    [0, 1].map((axis) => Math.floor((high[axis]! - low[axis]!) / edge) + 1);
  const area = ([width, height]: number[]) => width! * height!;
  let [low, high] = [bounds.low.slice(0, 2), bounds.high.slice(0, 2)];
  if (area(cells(low, high, EDGE)) > most) {
    const quantiles = quantilesOf(positions);
    const [first, last] = [quantiles(0.01), quantiles(0.99)];
    const margin = [0, 1].map((axis) => 0.1 * (last[axis]! - first[axis]!) + EDGE);
    low = low.map((value, axis) => Math.max(value, first[axis]! - margin[axis]!));
    high = high.map((value, axis) => Math.min(value, last[axis]! + margin[axis]!));
  }
  let edge = EDGE;
  while (area(cells(low, high, edge)) > most) edge *= 1.25;
  const [width, height] = cells(low, high, edge);
  return { width: width!, height: height!, edge, low: [low[0]!, low[1]!] };
}

/** The cell of a point, or -1 outside the grid. */
function cellOf(
  { width, height, edge, low }: GroundFrame,
  positions: Float32Array,
  p: number,
): number {
  const x = Math.floor((positions[3 * p]! - low[0]) / edge);
  const y = Math.floor((positions[3 * p + 1]! - low[1]) / edge);
  return x < 0 || y < 0 || x >= width || y >= height ? -1 : y * width + x;
}

function filled(grid: Grid): Grid {
  return { ...grid, values: fillGaps(grid) };
}

/** The lowest heights of cells that hold ground; the others become gaps. */
function withoutObjects(lowest: Grid, edge: number): Grid {
  const { width, height } = lowest;
  const ground = lowest.values.slice();
  let surface = lowest.values;
  const widest = Math.min(LARGEST / edge, Math.max(width, height) - 1);
  for (let radius = 1; radius <= widest; radius += radius * edge < FINE ? 1 : 2) {
    const opened = opening({ width, height, values: surface }, radius);
    const fall = Math.min(FALL.least + FALL.slope * radius * edge, FALL.most);
    for (let cell = 0; cell < ground.length; cell++) {
      if (surface[cell]! - opened[cell]! > fall) ground[cell] = Infinity;
    }
    surface = opened;
  }
  return { width, height, values: ground };
}

/**
 * Grows the ground along its own slope: a cell that goes on as the ground before it does is ground too. That brings back
 * steep edges of the scan and hill tops, which fall at each square, and stops at walls.
 */
function grown(ground: Grid, lowest: Grid, edge: number): Grid {
  const { width, height } = lowest;
  const values = ground.values;
  const open: number[] = [];
  values.forEach((value, cell) => {
    if (value !== Infinity) open.push(cell);
  });
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    for (const [dx, dy] of AROUND) {
      const [u, v] = [x + dx, y + dy];
      const [a, b] = [x - BACK * dx, y - BACK * dy];
      if (Math.min(u, v, a, b) < 0 || Math.max(u, a) >= width || Math.max(v, b) >= height) continue;
      const next = v * width + u;
      const before = values[b * width + a]!;
      if (values[next] !== Infinity || before === Infinity) continue;
      const rise = (values[cell]! - before) / BACK;
      const error = Math.abs(lowest.values[next]! - values[cell]! - rise);
      if (Math.abs(rise) > STEEPEST * edge || error > NEAR + ROUGH * Math.abs(rise)) continue;
      values[next] = lowest.values[next]!;
      open.push(next);
    }
  }
  return ground;
}

/** The mean height of each cell's points that lie near the surface below. */
function groundLevels(positions: Float32Array, frame: GroundFrame, below: Grid): Grid {
  const slopes = slopesOf(below, frame.edge);
  const sums = new Float64Array(below.values.length);
  const counts = new Uint32Array(below.values.length);
  for (let p = 0; p < positions.length / 3; p++) {
    const cell = cellOf(frame, positions, p);
    if (cell < 0) continue;
    const above = positions[3 * p + 2]! - levelAt(below, frame, positions, p);
    // The lowest point of a sloping cell lies below its middle.
    const rise = slopes[cell]! * frame.edge;
    if (above < -NEAR - rise || above > NEAR + rise) continue;
    sums[cell]! += positions[3 * p + 2]!;
    counts[cell]!++;
  }
  const values = Float32Array.from(sums, (sum, c) => counts[c] === 0 ? Infinity : sum / counts[c]!);
  return { ...below, values };
}

/** How steep a surface is in each cell. */
function slopesOf({ width, height, values }: Grid, edge: number): Float32Array {
  const slopes = new Float32Array(values.length);
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const [left, right] = [Math.max(x - 1, 0), Math.min(x + 1, width - 1)];
      const [front, back] = [Math.max(y - 1, 0), Math.min(y + 1, height - 1)];
      const along = (values[y * width + right]! - values[y * width + left]!) / (right - left || 1);
      const across = (values[back * width + x]! - values[front * width + x]!) / (back - front || 1);
      slopes[cell] = Math.min(Math.hypot(along, across) / edge, STEEPEST);
    }
  }
  return slopes;
}

/** The height of a surface of cells where a point is. */
function levelAt(
  surface: Grid,
  { edge, low }: GroundFrame,
  positions: Float32Array,
  p: number,
): number {
  const x = (positions[3 * p]! - low[0]) / edge - 0.5;
  const y = (positions[3 * p + 1]! - low[1]) / edge - 0.5;
  return bilinear(surface, x, y);
}
