/**
 * Which classes have objects ("things"), and which are mere surfaces ("stuff"): by the names that ScanNet, S3DIS,
 * SemanticKITTI, nuScenes and Cityscapes give them, and the worlds of this program.
 *
 * @module
 */

/** Metres over which parts of one object are joined, by class; the nearer its neighbours usually stand, the fewer. */
const REACHES: readonly (readonly [metres: number, names: string])[] = [
  [
    0.15,
    "beam column window door table desk chair sofa bookcase bookshelf board cabinet bed counter picture curtain toilet " +
    "sink bathtub refrigerator shower-curtain other-furniture",
  ],
  [0.4, "person pedestrian"],
  [0.6, "trunk bicycle motorcycle bicyclist motorcyclist rider traffic-cone animal"],
  [0.8, "pole traffic-sign traffic-light"],
  [1, "car truck bus trailer train construction-vehicle other-vehicle"],
];

const REACH_OF: ReadonlyMap<string, number> = new Map(
  REACHES.flatMap(([metres, names]) => names.split(" ").map((name) => [name, metres])),
);

/**
 * Gives the metres over which parts of an object of a class are joined; null where a class of that name has no objects,
 * or where nothing is known of it. Capitals, spaces and underscores make no difference.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(reachOfClass("Traffic_sign"), 0.8);
 * assert.equal(reachOfClass("wall"), null);
 * ```
 */
export function reachOfClass(name: string): number | null {
  return REACH_OF.get(name.trim().toLowerCase().replace(/[\s_]+/g, "-")) ?? null;
}
