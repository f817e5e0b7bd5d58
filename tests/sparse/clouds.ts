/**
 * Small clouds that the tests of this folder share.
 *
 * @module
 */
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** Coordinates, four words for each row: `count` draws from a cube of side `side` around `centre`, with repeats. */
export function randomCoords(seed: number, count: number, side: number, centre = 0): Int32Array {
  const next = mulberry32(seed);
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
  const next = mulberry32(seed);
  return Float32Array.from({ length: count * 3 }, () => (next() - 0.5) * side);
}
