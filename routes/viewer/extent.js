/**
 * Measures of a cloud for its display: its extent without outliers, its density, and whether a ceiling covers it.
 *
 * @module
 */

/** How many points are examined; the first ones are spread evenly over the scan. */
const SAMPLE = 50_000;
/** Fraction of the points that may be outliers at each end of an axis. */
const OUTLIERS = 0.002;
/** The topmost fraction of a scan's height, in which a ceiling is looked for. */
const TOP = 0.15;
/** A ceiling covers more than this fraction of the ground plan. */
const CLOSED = 0.6;
/** More than this fraction of the points at the top lie in one thin layer if they are a ceiling, unlike treetops. */
const FLAT = 0.5;
/** Thickness of that layer, as a fraction of the scan's height. */
const LAYER = 0.04;
/** Cells along each side of the ground plan. */
const PLAN_CELLS = 12;
/** Fraction of the height that is left once a ceiling is cut away. */
const CUT = 0.8;
/** Cells along the longest edge, for the density. */
const CELLS = 64;

/**
 * Measures where points lie.
 *
 * @param {Float32Array} positions [M][3]
 * @returns {{least: number[], greatest: number[], spacing: number}} the box without outliers, and the usual distance of
 * neighbours.
 */
export function extentOf(positions) {
  const ranges = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((axis) => rangeOf(along(positions, axis)));
  const [least, greatest] = [0, 1].map((end) => ranges.map((range) => range[end]));
  return { least, greatest, spacing: spacingOf(positions, least, greatest) };
}

/**
 * Measures heights.
 *
 * @param {Float32Array} positions
 * @param {{east: number[], north: number[], up: number[]}} frame
 * @returns {{low: number, high: number, ceiling: number | null}} the least and the greatest height, and the height at
 * which to cut away the ceiling of a closed room.
 */
export function heightsOf(positions, { east, north, up }) {
  const heights = along(positions, up);
  const [low, high] = rangeOf(heights);
  const size = high - low;
  const top = heights.filter((height) => height >= high - TOP * size);
  const closed = size > 0 && inLayer(top, LAYER * size) > FLAT &&
    coverOfTop(along(positions, east), along(positions, north), heights, high - TOP * size) >
      CLOSED;
  return { low, high, ceiling: closed ? low + CUT * size : null };
}

/**
 * Returns the fraction of heights that lie in the fullest layer of a thickness.
 *
 * @param {Float32Array} heights
 * @param {number} thickness
 */
function inLayer(heights, thickness) {
  const sorted = heights.toSorted();
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to++) {
    while (sorted[to] - sorted[from] > thickness) from++;
    most = Math.max(most, to - from + 1);
  }
  return most / sorted.length;
}

/**
 * Returns the fraction of a scan's ground plan that is covered by points above a height.
 *
 * @param {Float32Array} easts
 * @param {Float32Array} norths
 * @param {Float32Array} heights
 * @param {number} top
 */
function coverOfTop(easts, norths, heights, top) {
  const [west, eastmost] = rangeOf(easts);
  const [south, northmost] = rangeOf(norths);
  /** @type {Set<number>} */
  const all = new Set();
  /** @type {Set<number>} */
  const covered = new Set();
  heights.forEach((height, i) => {
    const column = Math.floor((PLAN_CELLS * (easts[i] - west)) / (eastmost - west || 1));
    const row = Math.floor((PLAN_CELLS * (norths[i] - south)) / (northmost - south || 1));
    const cell = row * 2 * PLAN_CELLS + column;
    all.add(cell);
    if (height >= top) covered.add(cell);
  });
  return covered.size / all.size;
}

/**
 * Returns coordinates of the examined points along an axis.
 *
 * @param {Float32Array} positions
 * @param {number[]} axis
 */
function along(positions, [x, y, z]) {
  const sampled = Math.min(SAMPLE, positions.length / 3);
  return Float32Array.from(
    { length: sampled },
    (_, i) => x * positions[3 * i] + y * positions[3 * i + 1] + z * positions[3 * i + 2],
  );
}

/**
 * Returns the least and the greatest of values, without outliers.
 *
 * @param {Float32Array} values
 */
function rangeOf(values) {
  const sorted = values.toSorted();
  const last = sorted.length - 1;
  return [sorted[Math.floor(OUTLIERS * last)], sorted[Math.ceil((1 - OUTLIERS) * last)]];
}

/**
 * Estimates the distance of neighbours, assuming that the points lie evenly on the surfaces that they cover.
 *
 * @param {Float32Array} positions
 * @param {number[]} least
 * @param {number[]} greatest
 */
function spacingOf(positions, least, greatest) {
  const edge = Math.max(...least.map((low, i) => greatest[i] - low)) / CELLS;
  if (!(edge > 0)) return 1;
  const filled = new Uint8Array((CELLS + 1) ** 3);
  let cells = 0;
  let inside = 0;
  for (let i = 0; i < positions.length; i += 3) {
    let cell = 0;
    for (let axis = 0; axis < 3; axis++) {
      const place = Math.floor((positions[i + axis] - least[axis]) / edge);
      // Outliers fill cells of their own, which would make the spacing look wide.
      cell = place < 0 || place > CELLS ? NaN : cell * (CELLS + 1) + place;
    }
    if (Number.isNaN(cell)) continue;
    inside++;
    if (filled[cell] === 0) cells++;
    filled[cell] = 1;
  }
  return edge * Math.sqrt(cells / Math.max(1, inside));
}
