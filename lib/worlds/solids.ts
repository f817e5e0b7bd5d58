/**
 * What the ray caster sees of a world: a packed list of solid primitives. Every world is built of them.
 *
 * A primitive is {@link PRIMITIVE_WORDS} f32 words:
 *
 * | words | meaning |
 * | ----- | ------- |
 * | 0..2  | centre x, y, z, metres |
 * | 3     | kind, a value of {@link KIND} |
 * | 4..6  | half sizes along its own x, y, z |
 * | 7     | shape, by kind |
 * | 8, 9  | cosine and sine of its rotation about z |
 * | 10,11 | shape, by kind |
 *
 * @module
 */

/** Words (f32) of one packed primitive. */
export const PRIMITIVE_WORDS = 12;

/** Kinds of primitive, and the meaning of their shape words; words that are not mentioned are 0. */
export const KIND = {
  box: 0,
  /** Upright; half sizes x and y both hold its radius. */
  cylinder: 1,
  ellipsoid: 2,
  /** Upright cone frustum: half size x is the radius at the bottom, word 7 the radius at the top. */
  frustum: 3,
  /** Lies along its own x: half size z is the radius at -x, word 7 that at +x, at most half size z. */
  roller: 4,
  /**
   * A trapezoid of the x-z plane, extruded along y: it reaches from -x to x at the bottom and from word 10 to word 11
   * at the top, where word 10 is at most word 11. Gables, car bodies, slanted legs.
   */
  prism: 5,
  /**
   * An upright sheet y = 0 of bars: word 7 is the distance between its uprights, word 10 that between its rails, word
   * 11 the width of both, counted from -x and from the bottom. Rays pass between them. Fences, railings, mesh.
   */
  lattice: 6,
  /** A pyramid frustum: word 7 and word 10 are the half sizes x and y of its top, at most those of its bottom. Hipped roofs. */
  pyramid: 7,
} as const;

/** Solids that rays meet. */
export interface Solids {
  /** f32 [count * PRIMITIVE_WORDS]. */
  readonly primitives: Float32Array;
  /** Number of primitives. */
  readonly count: number;
}
