/**
 * Seeds of scenes. The seed says which split of which domain a scene belongs to, so that no two splits share a scene.
 *
 * @module
 */

/** Splits of one domain's scenes. "teacher" holds the scenes that teachers are trained on. */
export const SPLITS = ["train", "validation", "test", "teacher"] as const;

/** Name of a split. */
export type Split = typeof SPLITS[number];

/** Number of scenes in one split of one domain. */
export const SCENES_PER_SPLIT = 65536;

/**
 * Gives the seed of a scene: 8 bits of split, 8 bits of domain and 16 bits of index, so that no two scenes of a world
 * share one.
 *
 * @param domain the number of the domain, 0 to 255.
 * @throws {RangeError} where the index is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(seedOf(5, "test", 7), 0x02050007);
 * assert.throws(() => seedOf(5, "test", 65536), RangeError);
 * ```
 */
export function seedOf(domain: number, split: Split, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= SCENES_PER_SPLIT) {
    throw new RangeError(`Cannot make scene ${index}: an index is an integer from 0 to 65535`);
  }
  return ((SPLITS.indexOf(split) << 24) | (domain << 16) | index) >>> 0;
}
