/**
 * Small clouds that the tests of this folder share.
 *
 * @module
 */

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Coordinates, four words for each row: `count` draws from a cube of side `side` around `centre`, with repeats. */
export function randomCoords(seed: number, count: number, side: number, centre = 0): Int32Array {
  const next = uniform(seed);
  const coords = new Int32Array(count * 4);
  for (let i = 0; i < coords.length; i++) {
    if (i % 4 < 3) coords[i] = centre + Math.floor((next() - 0.5) * side);
  }
  return coords;
}

/** Coordinates from [x, y, z] triples, four words for each row. */
export function coordsOf(rows: readonly (readonly [number, number, number])[]): Int32Array {
  return Int32Array.from(rows.flatMap(([x, y, z]) => [x, y, z, 0]));
}

/** Positions in metres: `count` points of a cube of side `side`, three floats for each. */
export function randomPositions(seed: number, count: number, side: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: count * 3 }, () => (next() - 0.5) * side);
}
