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
 * @returns {{least: number[], greatest: number[], spacing: number, ceiling: number | null}} the box without
 * stray points; the usual distance of neighbours; the height below which one sees into a closed room.
 */
export function extentOf(positions) {
  const count = positions.length / 3;
  const sampled = Math.min(SAMPLE, count);
  const axes = [0, 1, 2].map((axis) =>
    Float32Array.from({ length: sampled }, (_, i) => positions[3 * i + axis]).sort()
  );
  const last = sampled - 1;
  const least = axes.map((values) => values[Math.floor(STRAY * last)]);
  const greatest = axes.map((values) => values[Math.ceil((1 - STRAY) * last)]);
  const [low, high] = [least[2], greatest[2]];
  // The rule of the pictures that the command line draws: a dense layer at the top.
  const inTop = axes[2].filter((z) => z >= low + 0.9 * (high - low)).length;
  const closed = high > low && inTop > sampled / 12;
  return {
    least,
    greatest,
    spacing: spacingOf(positions, least, greatest),
    ceiling: closed ? low + 0.8 * (high - low) : null,
  };
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
