/**
 * What somebody may have meant by a name that there is not.
 *
 * @module
 */
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Longer names are no slips of the pen. */
const MOST_CHARACTERS = 60;
/** So many letters of one name have to begin the other. */
const LEAST_PREFIX = 3;

/**
 * Finds the name that is nearest to another one: one that it begins or continues, or else one from which at most about a third
 * of its letters differ.
 *
 * @returns null where none is near
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nearestName } from "./nearest_name.ts";
 *
 * const known = ["steps", "learningRate", "voxelSize"];
 * assert.equal(nearestName("setps", known), "steps");
 * assert.equal(nearestName("learning_rate", known), "learningRate");
 * assert.equal(nearestName("voxel", known), "voxelSize");
 * assert.equal(nearestName("colour", known), null);
 * ```
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (name.length > MOST_CHARACTERS) return null;
  const given = plain(name);
  let nearest: string | null = null;
  let least = Math.ceil(given.length / 3) + 1;
  for (const candidate of known) {
    const other = plain(candidate);
    const shorter = Math.min(given.length, other.length);
    const isBeginning = shorter >= LEAST_PREFIX &&
      given.slice(0, shorter) === other.slice(0, shorter);
    const distance = isBeginning ? 0.5 : levenshteinDistance(given, other);
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** A name without capitals and without what joins its words. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}
