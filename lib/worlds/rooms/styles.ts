/**
 * How rooms of one style look: their sizes, their finishes, and which of the two shapes of each piece of
 * furniture they hold. Style A is what the student is trained on; style B is a foreign building; "any"
 * mixes both, object by object, and recolours many of them (it makes the teacher's pictures).
 *
 * @module
 */
import { drawMaterial, type Finish, type Material, type TextureKind } from "../materials.ts";
import type { Random } from "../random.ts";

export type StyleName = "A" | "B" | "any";
export type Shape = "A" | "B";

export type Role =
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

interface Size {
  halfX: readonly [number, number];
  halfY: readonly [number, number];
  height: readonly [number, number];
}

/** Room sizes in metres. */
const SIZES: Record<Shape, Size> = {
  A: { halfX: [1.7, 2.4], halfY: [1.7, 2.4], height: [2.45, 2.8] },
  B: { halfX: [2.3, 3.0], halfY: [1.5, 2.1], height: [2.9, 3.4] },
};

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

const FINISHES: Record<Shape, Record<Role, Finish>> = {
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
};

/** Any colour at all; keeps the textures of the finish it replaces. */
function recoloured(base: Finish): Finish {
  return { ...base, hue: [0, 1], saturation: [0, 0.6], value: [0.15, 1] };
}

/** Draws shapes and materials of one style. */
export class Style {
  readonly name: StyleName;

  constructor(name: StyleName) {
    this.name = name;
  }

  /** The shape of the next object: the style's own, or either. */
  shape(random: Random): Shape {
    return this.name === "any" ? (random.chance(0.5) ? "A" : "B") : this.name;
  }

  /** Half length, half width and height of a room, metres. */
  size(random: Random): { halfX: number; halfY: number; height: number } {
    const size = SIZES[this.shape(random)];
    return {
      halfX: random.range(...size.halfX),
      halfY: random.range(...size.halfY),
      height: random.range(...size.height),
    };
  }

  /** A material for one role. In style "any" a quarter of the materials take any colour. */
  material(random: Random, role: Role): Material {
    const base = FINISHES[this.shape(random)][role];
    const free = this.name === "any" && random.chance(0.25);
    const material = drawMaterial(random, free ? recoloured(base) : base);
    if (material.kind === "writing") {
      const dark = material.colour[1] < 0.5;
      return { ...material, second: dark ? [0.85, 0.85, 0.8] : [0.1, 0.1, 0.35] };
    }
    return material;
  }
}
