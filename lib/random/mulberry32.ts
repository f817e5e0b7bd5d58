/**
 * A small generator of random numbers, for tests and examples that need a few of them. Whatever a result depends on
 * draws from `Random` (random.ts) instead, which has more state and independent streams.
 *
 * @module
 */

/**
 * Gives a generator of uniform numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain), 32 bits of state.
 *
 * @param seed any uint32.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const next = mulberry32(1);
 * assert.equal(next(), 0.6270739405881613);
 * assert.equal(next(), 0.002735721180215478);
 * ```
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
