/**
 * Classes of what an airborne survey sees: those of the ASPRS that surveys are delivered with, which the student
 * predicts, and parts of them, which only the embedded teacher learns. Vehicles, fences and other small things that
 * people made have no code of the ASPRS; surveys leave them unclassified, and so they are one class here.
 *
 * @module
 */

/** Names of the classes; a label is an index into this list. */
export const AERIAL_CLASSES = [
  "ground",
  "low vegetation",
  "medium vegetation",
  "high vegetation",
  "building",
  "water",
  "wire",
  "transmission tower",
  "bridge deck",
  "other",
  "noise",
] as const;

/** Name of a class. */
export type AerialClass = typeof AERIAL_CLASSES[number];

/** RGB (0 to 255) of each class, for pictures. */
export const AERIAL_PALETTE: readonly (readonly [number, number, number])[] = [
  [170, 120, 70],
  [190, 225, 120],
  [110, 190, 70],
  [30, 130, 50],
  [225, 75, 60],
  [60, 130, 230],
  [245, 215, 60],
  [150, 90, 190],
  [110, 110, 125],
  [250, 160, 200],
  [20, 20, 20],
];

/** ASPRS classification code of each class. */
export const AERIAL_ASPRS: readonly number[] = [2, 3, 4, 5, 6, 9, 14, 15, 17, 1, 7];

/** Classes that have objects, with the metres over which parts of one are joined: most things stand farther apart. */
export const AERIAL_THINGS: Readonly<Record<string, number>> = {
  building: 1.5,
  "transmission tower": 3,
  "bridge deck": 2,
  other: 1,
};

/** Points up to so high above the ground below are ground, metres: noise, and grass that surveys count as ground. */
const NEAR = 0.3;

/** Metres above the ground between which classes lie; water, bridges and noise lie anywhere. */
export const AERIAL_HEIGHTS: Readonly<Record<string, readonly [number | null, number | null]>> = {
  ground: [null, NEAR],
  ...Object.fromEntries(
    [
      "low vegetation",
      "medium vegetation",
      "high vegetation",
      "building",
      "wire",
      "transmission tower",
      "other",
    ].map((name) => [name, [NEAR, null] as const]),
  ),
};

/** Names of the parts with the class of each; a part is an index into this list. */
export const AERIAL_PARTS = [
  ["grass", "ground"],
  ["soil", "ground"],
  ["asphalt", "ground"],
  ["gravel", "ground"],
  ["forest floor", "ground"],
  ["rock", "ground"],
  ["crop", "low vegetation"],
  ["water", "water"],
  ["pitched roof", "building"],
  ["flat roof", "building"],
  ["wall", "building"],
  ["chimney", "building"],
  ["dormer", "building"],
  ["roof unit", "building"],
  ["broadleaf", "high vegetation"],
  ["conifer", "high vegetation"],
  ["trunk", "high vegetation"],
  ["shrub", "medium vegetation"],
  ["hedge", "medium vegetation"],
  ["wire", "wire"],
  ["pylon", "transmission tower"],
  ["deck", "bridge deck"],
  ["vehicle", "other"],
  ["fence", "other"],
  ["post", "other"],
  ["container", "other"],
] as const satisfies readonly (readonly [string, AerialClass])[];

/** Name of a part. */
export type AerialPart = typeof AERIAL_PARTS[number][0];

/** The parts that cover the ground; they come first among the parts. */
export const COVERS = [
  "grass",
  "soil",
  "asphalt",
  "gravel",
  "forest floor",
  "rock",
  "crop",
  "water",
] as const satisfies readonly AerialPart[];

/** Name of what covers the ground. */
export type Cover = typeof COVERS[number];

const partIndex = new Map<string, number>(AERIAL_PARTS.map(([name], index) => [name, index]));

/** Gives the index of a part. */
export function partOf(name: AerialPart): number {
  return partIndex.get(name)!;
}

/** Gives the label of a class. */
export function classOf(name: AerialClass): number {
  return AERIAL_CLASSES.indexOf(name);
}

/** Class (0 to 10) of each part; that of plants is the one that most of their points have. */
export const PART_CLASS: Uint8Array = Uint8Array.from(
  AERIAL_PARTS,
  ([, name]) => AERIAL_CLASSES.indexOf(name),
);

/** Heights above the ground at which medium and high vegetation begin, metres (those of IGN's LiDAR HD). */
export const VEGETATION_HEIGHTS = [0.5, 1.5] as const;

/** What grows lower than this cannot be told from the ground, and is delivered as ground; metres. */
export const LEAST_VEGETATION = 0.2;

/** Gives the class of a plant's point that lies `height` metres above the ground. */
export function vegetationOf(height: number): number {
  if (height < LEAST_VEGETATION) return classOf("ground");
  const [medium, high] = VEGETATION_HEIGHTS;
  return classOf(
    height < medium ? "low vegetation" : height < high ? "medium vegetation" : "high vegetation",
  );
}
