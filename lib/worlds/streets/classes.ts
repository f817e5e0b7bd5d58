/**
 * What things in a street are called: ten classes, which the student predicts, and the parts that refine them,
 * which only the embedded teacher ever learns. The classes are those of SemanticKITTI that a street of any town
 * holds, with its kinds of vehicle, of rider and of pole each put together.
 *
 * @module
 */

/** Class names; a label is an index into this list, 255 is "ignore". */
export const STREET_CLASSES = [
  "road",
  "sidewalk",
  "building",
  "vegetation",
  "trunk",
  "pole",
  "car",
  "person",
  "terrain",
  "fence",
] as const;

export type StreetClass = typeof STREET_CLASSES[number];

/** Label of points and pixels that no class holds: rain in the air, sky. */
export const IGNORE_LABEL = 255;

/** RGB (0..255) of each class, for pictures. */
export const STREET_PALETTE: readonly (readonly [number, number, number])[] = [
  [120, 80, 130],
  [240, 60, 200],
  [250, 190, 70],
  [40, 160, 60],
  [130, 80, 40],
  [230, 230, 130],
  [70, 130, 245],
  [230, 50, 50],
  [150, 220, 110],
  [250, 125, 60],
];

/** ASPRS classification code of each class; codes from 64 on are for users to define. */
export const STREET_ASPRS: readonly number[] = [11, 64, 6, 5, 65, 66, 67, 68, 2, 69];

/** Part names with the class each belongs to; a part is an index into this list. */
export const STREET_PARTS = [
  ["asphalt", "road"],
  ["marking", "road"],
  ["paving", "sidewalk"],
  ["kerb", "sidewalk"],
  ["facade", "building"],
  ["roof", "building"],
  ["door", "building"],
  ["balcony", "building"],
  ["hedge", "vegetation"],
  ["bush", "vegetation"],
  ["crown", "vegetation"],
  ["trunk", "trunk"],
  ["post", "pole"],
  ["lamp", "pole"],
  ["sign", "pole"],
  ["car body", "car"],
  ["car window", "car"],
  ["wheel", "car"],
  ["head", "person"],
  ["torso", "person"],
  ["legs", "person"],
  ["grass", "terrain"],
  ["mound", "terrain"],
  ["fence bars", "fence"],
  ["fence post", "fence"],
] as const satisfies readonly (readonly [string, StreetClass])[];

export type StreetPart = typeof STREET_PARTS[number][0];

const partIndex = new Map<string, number>(STREET_PARTS.map(([name], index) => [name, index]));

/** Index of a part by name. */
export function partOf(name: StreetPart): number {
  return partIndex.get(name)!;
}

/** Class index (0..9) of each part. */
export const PART_CLASS: Uint8Array = Uint8Array.from(
  STREET_PARTS,
  ([, name]) => STREET_CLASSES.indexOf(name),
);
