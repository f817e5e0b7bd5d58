/**
 * Classes of what stands in a room: the 13 of S3DIS, which the student predicts, and 32 parts of them, which only the
 * embedded teacher learns.
 *
 * @module
 */

/** Names of the classes, in the order of S3DIS; a label is an index into this list. */
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

/** Name of a class. */
export type RoomClass = typeof ROOM_CLASSES[number];

/** RGB (0 to 255) of each class, for pictures. */
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

/** Names of the parts with the class of each; a part is an index into this list. */
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

/** Name of a part. */
export type RoomPart = typeof ROOM_PARTS[number][0];

const partIndex = new Map<string, number>(ROOM_PARTS.map(([name], index) => [name, index]));

/** Gives the index of a part. */
export function partOf(name: RoomPart): number {
  return partIndex.get(name)!;
}

/** Class (0 to 12) of each part. */
export const PART_CLASS: Uint8Array = Uint8Array.from(
  ROOM_PARTS,
  ([, name]) => ROOM_CLASSES.indexOf(name),
);
