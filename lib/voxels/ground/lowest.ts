/**
 * The lowest point of each cell of a grid that is no noise: of echoes from below the ground, such as multiple reflections,
 * next to none lie at the same height, while of the ground some reach through the densest leaves.
 *
 * @module
 */
import type { Grid } from "./sliding_minimum.ts";

/** A point is believed if so many others lie around it, at its height give or take so many metres. */
const OTHERS = 4;
const DEPTH = 1;
/** And so great a share of the points around. */
const SHARE = 0.01;
/** How many points lie around, at least, where the scan is evenly dense. */
const AROUND = 400;
/** Cells to each side, at most. */
const MOST_REACH = 10;

/** Points by cell. */
interface Columns {
  readonly width: number;
  readonly height: number;
  /** [cells + 1] where the heights of each cell begin. */
  readonly starts: Uint32Array;
  /** Heights, cell by cell. */
  readonly heights: Float32Array;
}

/**
 * Finds the lowest height of each cell; a cell that holds nothing but noise is a gap.
 *
 * @param positions [N][3].
 * @param cellOf gives the cell of a point, row after row; -1 outside the grid.
 */
export function lowestOf(
  positions: Float32Array,
  cellOf: (point: number) => number,
  { width, height }: Pick<Grid, "width" | "height">,
): Grid {
  const columns = columnsOf(positions, cellOf, width, height);
  const { starts, heights } = columns;
  const values = new Float32Array(width * height);
  const known = values.filter((_, cell) => starts[cell + 1]! > starts[cell]!).length;
  const side = Math.sqrt(AROUND * known / Math.max(heights.length, 1));
  const reach = Math.max(1, Math.min(MOST_REACH, Math.ceil((side - 1) / 2)));
  for (let cell = 0; cell < values.length; cell++) {
    let lowest = nextAbove(columns, cell, -Infinity);
    while (lowest < Infinity && !isBelieved(columns, cell, lowest, reach)) {
      lowest = nextAbove(columns, cell, lowest);
    }
    values[cell] = lowest;
  }
  return { width, height, values };
}

function columnsOf(
  positions: Float32Array,
  cellOf: (point: number) => number,
  width: number,
  height: number,
): Columns {
  const starts = new Uint32Array(width * height + 1);
  const count = positions.length / 3;
  for (let p = 0; p < count; p++) {
    const cell = cellOf(p);
    if (cell >= 0) starts[cell + 1]!++;
  }
  for (let cell = 0; cell < width * height; cell++) starts[cell + 1]! += starts[cell]!;
  const heights = new Float32Array(starts[width * height]!);
  const next = starts.slice();
  for (let p = 0; p < count; p++) {
    const cell = cellOf(p);
    if (cell >= 0) heights[next[cell]!++] = positions[3 * p + 2]!;
  }
  return { width, height, starts, heights };
}

/** The lowest height of a cell that is greater than a bound; Infinity where there is none. */
function nextAbove({ starts, heights }: Columns, cell: number, bound: number): number {
  let lowest = Infinity;
  for (let i = starts[cell]!; i < starts[cell + 1]!; i++) {
    const z = heights[i]!;
    if (z > bound && z < lowest) lowest = z;
  }
  return lowest;
}

/** Whether enough points around a cell lie as high as `z`; where there are few in all, every one is believed. */
function isBelieved(
  { width, height, starts, heights }: Columns,
  cell: number,
  z: number,
  reach: number,
): boolean {
  const [x, y] = [cell % width, Math.floor(cell / width)];
  const [first, last] = [Math.max(x - reach, 0), Math.min(x + reach, width - 1)];
  const [front, back] = [Math.max(y - reach, 0), Math.min(y + reach, height - 1)];
  let around = -1;
  for (let v = front; v <= back; v++) {
    around += starts[v * width + last + 1]! - starts[v * width + first]!;
  }
  if (around < 3 * OTHERS) return true;
  // The point itself counts as well.
  let missing = Math.max(OTHERS, SHARE * around) + 1;
  for (let v = front; v <= back; v++) {
    for (let i = starts[v * width + first]!; i < starts[v * width + last + 1]!; i++) {
      if (Math.abs(heights[i]! - z) <= DEPTH && --missing <= 0) return true;
    }
  }
  return false;
}
