/**
 * Classes of what stands in a street: ten, which the student predicts, and parts of them, which only the embedded teacher
 * learns. The classes are those of SemanticKITTI that streets of every town hold, with its kinds of vehicle, of rider and
 * of pole each merged into one.
 *
 * @module
 */

/** Names of the classes; a label is an index into this list. */
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

/** Name of a class. */
export type StreetClass = typeof STREET_CLASSES[number];

/** RGB (0 to 255) of each class, for pictures. */
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

/** ASPRS classification code of each class; codes from 64 on are left to users to define. */
export const STREET_ASPRS: readonly number[] = [11, 64, 6, 5, 65, 66, 67, 68, 2, 69];

/** Names of the parts with the class of each; a part is an index into this list. */
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

/** Name of a part. */
export type StreetPart = typeof STREET_PARTS[number][0];

const partIndex = new Map<string, number>(STREET_PARTS.map(([name], index) => [name, index]));

/** Gives the index of a part. */
export function partOf(name: StreetPart): number {
  return partIndex.get(name)!;
}

/** Class (0 to 9) of each part. */
export const PART_CLASS: Uint8Array = Uint8Array.from(
  STREET_PARTS,
  ([, name]) => STREET_CLASSES.indexOf(name),
);
