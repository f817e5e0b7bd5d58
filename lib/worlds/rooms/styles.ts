/**
 * How rooms of one style look: their sizes, their finishes, and the shapes of their furniture. Styles A and B hold one
 * shape each. In style "teacher" every object is of shape A, C, D or E, and half of the surfaces take any colour.
 *
 * @module
 */
import { drawMaterial, type Finish, type Material, type TextureKind } from "../materials.ts";
import type { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import type { Shape } from "./shapes.ts";
import { FINISHES, type RoomSurface } from "./finishes.ts";

const TEACHER_SHAPES: readonly Exclude<Shape, "B">[] = ["A", "C", "D", "E"];

interface Size {
  halfX: readonly [number, number];
  halfY: readonly [number, number];
  height: readonly [number, number];
}

/** Room sizes in metres. */
const SIZES: Record<StyleName, Size> = {
  A: { halfX: [1.7, 2.4], halfY: [1.7, 2.4], height: [2.45, 2.8] },
  B: { halfX: [2.3, 3.0], halfY: [1.5, 2.1], height: [2.9, 3.4] },
  teacher: { halfX: [1.5, 3.2], halfY: [1.5, 2.7], height: [2.35, 3.6] },
};

/** Textures that fit any surface but those that are written on. */
const SURFACES: readonly TextureKind[] = [
  "plain",
  "plain",
  "wood",
  "planks",
  "tiles",
  "bricks",
  "fabric",
  "stripes",
];

/** Any colour; half of the time any texture too, except on boards that are written on. */
function recoloured(base: Finish, random: Random): Finish {
  const any = random.chance(0.5) && !base.kinds.includes("writing");
  return {
    hue: [0, 1],
    saturation: [0, 0.8],
    value: [0.1, 1],
    kinds: any ? SURFACES : base.kinds,
    scale: any ? [0.15, 0.9] : base.scale,
  };
}

/** Draws shapes and materials of one style. */
export class RoomStyle {
  readonly name: StyleName;

  constructor(name: StyleName) {
    this.name = name;
  }

  /** Draws the shape of the next object: the style's own; in style "teacher" any but B. */
  shape(random: Random): Shape {
    return this.name === "teacher" ? random.pick(TEACHER_SHAPES) : this.name;
  }

  /** Draws half length, half width and height of a room, metres. */
  size(random: Random): { halfX: number; halfY: number; height: number } {
    const size = SIZES[this.name];
    return {
      halfX: random.range(...size.halfX),
      halfY: random.range(...size.halfY),
      height: random.range(...size.height),
    };
  }

  /** Draws a material for a kind of surface. In style "teacher" half of the materials take any colour. */
  material(random: Random, surface: RoomSurface): Material {
    const base = FINISHES[this.shape(random)][surface];
    const free = this.name === "teacher" && random.chance(0.5);
    const material = drawMaterial(random, free ? recoloured(base, random) : base);
    if (material.kind === "writing") {
      const dark = material.colour[1] < 0.5;
      return { ...material, second: dark ? [0.85, 0.85, 0.8] : [0.1, 0.1, 0.35] };
    }
    return material;
  }
}
