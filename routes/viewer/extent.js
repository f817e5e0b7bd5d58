/**
 * What of a cloud to look at: its extent without stray points, how dense it is, and whether a ceiling
 * closes it.
 *
 * @module
 */

/** Points that are looked at; the first ones are spread evenly over the scan. */
const SAMPLE = 50_000;
/** Share of the points beyond each end of an axis that may be stray. */
const STRAY = 0.002;
/** Cells of the longest edge, for the density. */
const CELLS = 64;

/**
 * @param {Float32Array} positions [M][3]
 * @returns {{least: number[], greatest: number[], spacing: number}} the box without stray points, and the
 * usual distance of neighbours.
 */
export function extentOf(positions) {
  const axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((axis) => sortedAlong(positions, axis));
  const last = axes[0].length - 1;
  const least = axes.map((values) => values[Math.floor(STRAY * last)]);
  const greatest = axes.map((values) => values[Math.ceil((1 - STRAY) * last)]);
  return { least, greatest, spacing: spacingOf(positions, least, greatest) };
}

/**
 * @param {Float32Array} positions
 * @param {number[]} up
 * @returns {{low: number, high: number, ceiling: number | null}} heights between which points lie, and that
 * below which one sees into a closed room.
 */
export function heightsOf(positions, up) {
  const heights = sortedAlong(positions, up);
  const last = heights.length - 1;
  const low = heights[Math.floor(STRAY * last)];
  const high = heights[Math.ceil((1 - STRAY) * last)];
  // The rule of the pictures that the command line draws: a dense layer at the top.
  const inTop = heights.filter((height) => height >= low + 0.9 * (high - low)).length;
  const closed = high > low && inTop > heights.length / 12;
  return { low, high, ceiling: closed ? low + 0.8 * (high - low) : null };
}

/**
 * Where points lie along an axis, least first.
 *
 * @param {Float32Array} positions
 * @param {number[]} axis
 */
function sortedAlong(positions, [x, y, z]) {
  const sampled = Math.min(SAMPLE, positions.length / 3);
  return Float32Array.from(
    { length: sampled },
    (_, i) => x * positions[3 * i] + y * positions[3 * i + 1] + z * positions[3 * i + 2],
  ).sort();
}

/**
 * The distance of neighbours, if the points lie evenly on the surfaces that they fill.
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
      // Stray points fill cells of their own, which would make the rest look dense.
      cell = place < 0 || place > CELLS ? NaN : cell * (CELLS + 1) + place;
    }
    if (Number.isNaN(cell)) continue;
    inside++;
    if (filled[cell] === 0) cells++;
    filled[cell] = 1;
  }
  return edge * Math.sqrt(cells / Math.max(1, inside));
}
