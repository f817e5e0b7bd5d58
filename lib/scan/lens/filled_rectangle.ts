/**
 * The largest rectangle of a grid whose cells are all filled.
 *
 * @module
 */

/** A rectangle of cells. */
export interface CellRectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * Finds the rectangle with the most cells, of which all four corners have to be filled.
 *
 * @param cells along a side of the grid
 * @param isFilled whether a corner is filled; corners run from 0 to `cells`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { filledRectangle } from "./filled_rectangle.ts";
 *
 * const found = filledRectangle(4, (column, row) => column <= 2 && row >= 1);
 * assert.deepEqual(found, { left: 0, top: 1, width: 2, height: 3 });
 * ```
 */
export function filledRectangle(
  cells: number,
  isFilled: (column: number, row: number) => boolean,
): CellRectangle {
  const corners = Array.from(
    { length: cells + 1 },
    (_, row) => Array.from({ length: cells + 1 }, (_, column) => isFilled(column, row)),
  );
  // How many filled cells end at each column of the row that is looked at, going up.
  const heights = new Array<number>(cells).fill(0);
  let best: CellRectangle = { left: 0, top: 0, width: 0, height: 0 };
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const [above, below] = [corners[row]!, corners[row + 1]!];
      const isWhole = above[column] && above[column + 1] && below[column] && below[column + 1];
      heights[column] = isWhole ? heights[column]! + 1 : 0;
    }
    for (let left = 0; left < cells; left++) {
      let height = Infinity;
      for (let right = left; right < cells && heights[right]! > 0; right++) {
        height = Math.min(height, heights[right]!);
        const width = right - left + 1;
        if (width * height > best.width * best.height) {
          best = { left, top: row - height + 1, width, height };
        }
      }
    }
  }
  return best;
}
