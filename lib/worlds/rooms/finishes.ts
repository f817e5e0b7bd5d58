/**
 * Colours and textures of everything in a room, by shape: A and B of the two buildings, C, D and E of the teacher's
 * rooms.
 *
 * @module
 */
import type { Finish, TextureKind } from "../materials.ts";
import type { Shape } from "./shapes.ts";

/** A kind of surface, which has a finish of its own. */
export type RoomSurface =
  | "ceiling"
  | "floor"
  | "rug"
  | "wall"
  | "beam"
  | "column"
  | "windowFrame"
  | "door"
  | "table"
  | "chair"
  | "sofa"
  | "bookcase"
  | "board"
  | "boardFrame"
  | "metal"
  | "clutter";

type Range = readonly [number, number];

function finish(
  hue: Range,
  saturation: Range,
  value: Range,
  kinds: readonly TextureKind[],
  scale: Range = [0.2, 0.5],
): Finish {
  return { hue, saturation, value, kinds, scale };
}

/** The finishes of every shape. */
export const FINISHES: Record<Shape, Record<RoomSurface, Finish>> = {
  A: {
    ceiling: finish([0.08, 0.17], [0, 0.06], [0.85, 0.97], ["plain", "plain", "tiles"], [0.5, 0.7]),
    floor: finish([0.05, 0.11], [0.25, 0.55], [0.4, 0.7], ["planks", "wood"], [0.25, 0.5]),
    rug: finish([0, 1], [0.2, 0.6], [0.3, 0.7], ["fabric", "stripes"]),
    wall: finish([0.08, 0.17], [0.02, 0.15], [0.75, 0.95], ["plain"]),
    beam: finish([0.08, 0.12], [0.05, 0.3], [0.55, 0.8], ["plain", "wood"]),
    column: finish([0, 1], [0, 0.1], [0.5, 0.75], ["plain", "fabric"]),
    windowFrame: finish([0, 1], [0, 0.08], [0.8, 0.95], ["plain"]),
    door: finish([0.05, 0.1], [0.35, 0.65], [0.35, 0.65], ["wood"]),
    table: finish([0.06, 0.11], [0.3, 0.6], [0.5, 0.8], ["wood", "plain"]),
    chair: finish([0, 1], [0.05, 0.35], [0.12, 0.4], ["plain", "fabric"]),
    sofa: finish([0, 1], [0.25, 0.55], [0.3, 0.6], ["fabric"]),
    bookcase: finish([0.06, 0.1], [0.3, 0.55], [0.3, 0.6], ["wood"]),
    board: finish([0, 1], [0, 0.03], [0.9, 1], ["writing"]),
    boardFrame: finish([0, 1], [0, 0.1], [0.5, 0.7], ["plain"]),
    metal: finish([0.5, 0.7], [0, 0.1], [0.3, 0.6], ["plain"]),
    clutter: finish([0, 1], [0.1, 0.7], [0.2, 0.9], ["plain", "stripes", "fabric"]),
  },
  B: {
    ceiling: finish([0.5, 0.65], [0, 0.1], [0.6, 0.85], ["plain", "tiles", "planks"], [0.4, 0.7]),
    floor: finish([0.5, 0.7], [0, 0.15], [0.3, 0.65], ["tiles"], [0.25, 0.5]),
    rug: finish([0, 1], [0.1, 0.5], [0.2, 0.9], ["fabric", "tiles"]),
    wall: finish([0, 1], [0.15, 0.4], [0.55, 0.85], ["plain", "bricks", "stripes"], [0.22, 0.35]),
    beam: finish([0.04, 0.09], [0.3, 0.5], [0.2, 0.4], ["wood"]),
    column: finish([0, 0.06], [0.2, 0.5], [0.4, 0.7], ["bricks", "plain"]),
    windowFrame: finish([0, 1], [0, 0.1], [0.12, 0.35], ["plain"]),
    door: finish([0, 1], [0.3, 0.7], [0.4, 0.8], ["plain"]),
    table: finish([0, 1], [0, 0.1], [0.65, 0.95], ["plain", "fabric"]),
    chair: finish([0, 1], [0.4, 0.8], [0.5, 0.85], ["plain", "stripes"]),
    sofa: finish([0.02, 0.12], [0, 0.25], [0.2, 0.8], ["plain", "stripes"]),
    bookcase: finish([0, 1], [0, 0.1], [0.75, 0.95], ["plain"]),
    board: finish([0.33, 0.45], [0.3, 0.6], [0.15, 0.35], ["writing"]),
    boardFrame: finish([0.05, 0.1], [0.3, 0.6], [0.3, 0.6], ["wood"]),
    metal: finish([0, 1], [0, 0.15], [0.6, 0.85], ["plain"]),
    clutter: finish([0, 1], [0.1, 0.8], [0.2, 0.9], ["plain", "tiles"]),
  },
  // Only the teacher's rooms have C (painted and bright), D (raw and dark) and E (pale and natural).
  C: {
    ceiling: finish([0, 1], [0, 0.2], [0.7, 1], ["plain", "stripes"], [0.3, 0.8]),
    floor: finish([0, 1], [0.1, 0.5], [0.4, 0.85], ["fabric", "plain", "stripes"], [0.2, 0.8]),
    rug: finish([0, 1], [0.3, 0.8], [0.4, 0.95], ["planks", "plain", "bricks"]),
    wall: finish([0, 1], [0.05, 0.35], [0.75, 1], ["plain", "plain", "planks"], [0.3, 0.9]),
    beam: finish([0, 1], [0.1, 0.6], [0.5, 0.95], ["plain"]),
    column: finish([0, 1], [0.1, 0.5], [0.6, 1], ["plain", "stripes", "tiles"]),
    windowFrame: finish([0, 1], [0.2, 0.6], [0.4, 0.9], ["plain"]),
    door: finish([0, 1], [0.1, 0.5], [0.6, 1], ["plain", "stripes", "wood"]),
    table: finish([0, 1], [0.2, 0.7], [0.4, 0.9], ["plain", "wood"]),
    chair: finish([0, 1], [0.2, 0.7], [0.3, 0.95], ["fabric", "wood"]),
    sofa: finish([0, 1], [0.4, 0.8], [0.4, 0.9], ["plain", "fabric"]),
    bookcase: finish([0, 1], [0.2, 0.7], [0.35, 0.9], ["plain", "wood"]),
    board: finish([0.05, 0.13], [0.25, 0.55], [0.45, 0.8], ["fabric", "writing"]),
    boardFrame: finish([0, 1], [0.2, 0.7], [0.4, 0.9], ["plain"]),
    metal: finish([0, 1], [0.2, 0.6], [0.4, 0.9], ["plain"]),
    clutter: finish([0, 1], [0, 0.9], [0.1, 1], ["plain", "wood", "stripes", "bricks"]),
  },
  D: {
    ceiling: finish([0, 1], [0, 0.15], [0.3, 0.7], ["plain", "bricks", "wood"], [0.3, 1]),
    floor: finish([0, 0.15], [0.05, 0.4], [0.15, 0.45], ["bricks", "planks", "plain"], [0.3, 1]),
    rug: finish([0, 1], [0.1, 0.6], [0.1, 0.5], ["fabric", "bricks", "stripes"]),
    wall: finish([0, 0.2], [0.1, 0.5], [0.3, 0.65], ["tiles", "plain", "wood"], [0.3, 0.9]),
    beam: finish([0.5, 0.7], [0, 0.2], [0.15, 0.6], ["plain", "tiles"]),
    column: finish([0.4, 0.7], [0, 0.2], [0.2, 0.6], ["plain", "tiles", "wood"]),
    windowFrame: finish([0, 0.12], [0.3, 0.7], [0.25, 0.6], ["wood", "plain"]),
    door: finish([0.5, 0.75], [0.05, 0.4], [0.15, 0.5], ["planks", "plain", "stripes"]),
    table: finish([0, 0.12], [0.2, 0.6], [0.12, 0.4], ["wood", "planks", "tiles"]),
    chair: finish([0, 0.12], [0.3, 0.7], [0.2, 0.6], ["wood", "fabric"]),
    sofa: finish([0, 1], [0.1, 0.5], [0.08, 0.35], ["plain", "fabric"]),
    bookcase: finish([0, 1], [0, 0.4], [0.08, 0.35], ["wood", "plain", "planks"]),
    board: finish([0.5, 0.75], [0.1, 0.5], [0.08, 0.3], ["writing", "plain"]),
    boardFrame: finish([0, 1], [0, 0.2], [0.08, 0.35], ["plain"]),
    metal: finish([0, 0.15], [0.1, 0.6], [0.1, 0.5], ["plain", "wood"]),
    clutter: finish([0, 1], [0, 0.9], [0.05, 0.6], ["fabric", "wood", "bricks"]),
  },
  E: {
    ceiling: finish([0.06, 0.16], [0.05, 0.35], [0.7, 1], ["wood", "planks", "plain"], [0.3, 0.9]),
    floor: finish([0.06, 0.16], [0.05, 0.3], [0.6, 0.95], ["wood", "tiles", "fabric"], [0.3, 0.9]),
    rug: finish([0, 1], [0, 0.4], [0.5, 1], ["fabric", "stripes", "planks"]),
    wall: finish([0, 1], [0, 0.25], [0.6, 0.95], ["fabric", "plain", "tiles"], [0.1, 0.6]),
    beam: finish([0.06, 0.16], [0.1, 0.4], [0.6, 0.95], ["wood", "planks"]),
    column: finish([0.06, 0.16], [0.05, 0.4], [0.6, 0.95], ["wood", "plain", "planks"]),
    windowFrame: finish([0.06, 0.14], [0.2, 0.5], [0.5, 0.85], ["wood"]),
    door: finish([0.06, 0.16], [0.1, 0.4], [0.6, 0.95], ["wood", "planks"]),
    table: finish([0.06, 0.16], [0.1, 0.4], [0.6, 0.95], ["wood", "planks", "tiles"]),
    chair: finish([0.06, 0.16], [0.05, 0.4], [0.6, 0.95], ["wood", "plain", "fabric"]),
    sofa: finish([0, 1], [0, 0.25], [0.5, 0.95], ["fabric", "tiles"]),
    bookcase: finish([0.06, 0.16], [0.1, 0.4], [0.55, 0.95], ["wood", "planks"]),
    board: finish([0, 1], [0, 0.35], [0.6, 1], ["writing", "plain"]),
    boardFrame: finish([0.06, 0.16], [0.1, 0.5], [0.4, 0.9], ["wood", "plain"]),
    metal: finish([0, 1], [0, 0.3], [0.5, 0.95], ["plain"]),
    clutter: finish([0, 1], [0, 0.6], [0.3, 1], ["plain", "fabric", "tiles"]),
  },
};
