/**
 * Seeds of scenes: which split of which domain a scene belongs to is part of its seed.
 *
 * @module
 */

/** Splits of one domain's scenes. "teacher" holds the scenes that teachers are trained on. */
export const SPLITS = ["train", "validation", "test", "teacher"] as const;

export type Split = typeof SPLITS[number];

/** Scenes of one split of one domain. */
export const SCENES_PER_SPLIT = 65536;

/**
 * The seed of a scene of a world: 8 bits of split, 8 bits of domain, 16 bits of index, so no two scenes of any
 * splits or domains ever share one.
 *
 * @param domain the number of the domain, 0..255.
 * @throws {RangeError} where the index is out of range.
 */
export function seedOf(domain: number, split: Split, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= SCENES_PER_SPLIT) {
    throw new RangeError(`Cannot make scene ${index}: an index is an integer in 0..65535`);
  }
  return ((SPLITS.indexOf(split) << 24) | (domain << 16) | index) >>> 0;
}
