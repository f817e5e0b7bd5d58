/**
 * Grey-scale morphology on a grid with gaps: the minimum over a square around every cell, in a time that does not
 * depend on the size of the square.
 *
 * Source: van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels", 1992.
 *
 * @module
 */

/** The cells of a grid, row after row; gaps hold Infinity. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Opens a surface: whatever is narrower than the square falls to what lies around it. Gaps stay gaps.
 *
 * @param radius of the square in cells: its edge is 2 radius + 1; beyond the grid's edge there is nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = Float32Array.of(0, 0, 5, 0, 0, 7, 7, 7, 0);
 * const opened = opening({ width: 9, height: 1, values }, 1);
 * assert.deepEqual([...opened], [0, 0, 0, 0, 0, 7, 7, 7, 0]);
 * ```
 */
export function opening(grid: Grid, radius: number): Float32Array {
  const eroded = slidingMinimum(grid, radius);
  // The maximum is the minimum of what is negated; gaps stay out of both.
  for (let cell = 0; cell < eroded.length; cell++) {
    if (eroded[cell] !== Infinity) eroded[cell] = -eroded[cell]!;
  }
  const opened = slidingMinimum({ ...grid, values: eroded }, radius);
  for (let cell = 0; cell < opened.length; cell++) {
    opened[cell] = grid.values[cell] === Infinity ? Infinity : -opened[cell]!;
  }
  return opened;
}

/** The minimum over the square around every cell, gaps left out; Infinity where the square holds gaps alone. */
export function slidingMinimum({ width, height, values }: Grid, radius: number): Float32Array {
  const columns = transposed(alongRows(values, width, radius), width, height);
  return transposed(alongRows(columns, height, radius), height, width);
}

/**
 * The minimum over a window along each row. Rows are cut into runs as long as the window, so that a window spans two runs
 * at most: it is the minimum from its beginning to the end of its run, and from the beginning of the other to its end.
 */
function alongRows(values: Float32Array, width: number, radius: number): Float32Array {
  const run = 2 * radius + 1;
  const out = new Float32Array(values.length);
  const toHere = new Float32Array(width);
  const fromHere = new Float32Array(width);
  for (let row = 0; row < values.length; row += width) {
    for (let x = 0, inRun = 0; x < width; x++, inRun = inRun === run - 1 ? 0 : inRun + 1) {
      const value = values[row + x]!;
      toHere[x] = inRun === 0 ? value : Math.min(toHere[x - 1]!, value);
    }
    for (let x = width - 1, inRun = x % run; x >= 0; x--, inRun = (inRun || run) - 1) {
      const value = values[row + x]!;
      fromHere[x] = x === width - 1 || inRun === run - 1
        ? value
        : Math.min(fromHere[x + 1]!, value);
    }
    const lastRun = width - 1 - (width - 1) % run;
    for (let x = 0; x < width; x++) {
      const [first, last] = [x - radius, x + radius];
      out[row + x] = first < 0
        ? toHere[Math.min(last, width - 1)]!
        : first >= lastRun
        ? fromHere[first]!
        : Math.min(fromHere[first]!, toHere[Math.min(last, width - 1)]!);
    }
  }
  return out;
}

function transposed(values: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[x * height + y] = values[y * width + x]!;
  }
  return out;
}
