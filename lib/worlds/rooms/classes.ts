/**
 * What things in a room are called: the 13 classes of S3DIS, which the student predicts, and 32 parts
 * that refine them, which only the embedded teacher ever learns.
 *
 * @module
 */

/** S3DIS class names in S3DIS order; a label is an index into this list, 255 is "ignore". */
export const ROOM_CLASSES = [
  "ceiling",
  "floor",
  "wall",
  "beam",
  "column",
  "window",
  "door",
  "table",
  "chair",
  "sofa",
  "bookcase",
  "board",
  "clutter",
] as const;

export type RoomClass = typeof ROOM_CLASSES[number];

/** Label of points that no class holds (outliers of a scanner). */
export const IGNORE_LABEL = 255;

/** RGB (0..255) of each class, for pictures. */
export const ROOM_PALETTE: readonly (readonly [number, number, number])[] = [
  [200, 220, 235],
  [140, 110, 80],
  [190, 190, 170],
  [240, 150, 60],
  [150, 60, 160],
  [90, 200, 250],
  [160, 90, 40],
  [230, 200, 60],
  [220, 50, 50],
  [240, 120, 190],
  [60, 140, 70],
  [40, 80, 200],
  [70, 70, 70],
];

/** ASPRS code of each class: the shell is building (6), the floor ground (2), the rest unclassified (1). */
export const ROOM_ASPRS: readonly number[] = [6, 2, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1];

/** Part names with the class each belongs to; a part is an index into this list. */
export const ROOM_PARTS = [
  ["ceiling", "ceiling"],
  ["floor", "floor"],
  ["rug", "floor"],
  ["wall", "wall"],
  ["skirting", "wall"],
  ["beam", "beam"],
  ["column shaft", "column"],
  ["column base", "column"],
  ["window pane", "window"],
  ["window frame", "window"],
  ["door leaf", "door"],
  ["door frame", "door"],
  ["table top", "table"],
  ["table leg", "table"],
  ["table drawers", "table"],
  ["chair seat", "chair"],
  ["chair back", "chair"],
  ["chair leg", "chair"],
  ["sofa seat", "sofa"],
  ["sofa back", "sofa"],
  ["sofa arm", "sofa"],
  ["bookcase body", "bookcase"],
  ["books", "bookcase"],
  ["board surface", "board"],
  ["board frame", "board"],
  ["lamp", "clutter"],
  ["screen", "clutter"],
  ["box", "clutter"],
  ["bin", "clutter"],
  ["plant", "clutter"],
  ["vessel", "clutter"],
  ["radiator", "clutter"],
] as const satisfies readonly (readonly [string, RoomClass])[];

export type RoomPart = typeof ROOM_PARTS[number][0];

const partIndex = new Map<string, number>(ROOM_PARTS.map(([name], index) => [name, index]));

/** Index of a part by name. */
export function partOf(name: RoomPart): number {
  return partIndex.get(name)!;
}

/** Class index (0..12) of each part. */
export const PART_CLASS: Uint8Array = Uint8Array.from(
  ROOM_PARTS,
  ([, name]) => ROOM_CLASSES.indexOf(name),
);
