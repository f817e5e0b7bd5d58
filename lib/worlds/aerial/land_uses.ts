/**
 * What land is used for, which decides what stands on it.
 *
 * @module
 */

/** What land is used for; a meadow is next to nothing but ground, and wide roofs leave little of it. */
export const LAND_USES = [
  "homes",
  "centre",
  "works",
  "fields",
  "forest",
  "meadow",
  "wide roofs",
] as const;

/** Name of a use of land. */
export type LandUse = typeof LAND_USES[number];

/** How often each use occurs; those left out never do. */
export type UseShares = Readonly<Partial<Record<LandUse, number>>>;
