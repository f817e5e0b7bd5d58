/**
 * How land of one style looks: the towns that its objects are drawn from.
 *
 * @module
 */
import { drawMaterial, type Material } from "../materials.ts";
import type { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import { type AerialSurface, type AerialTown, FINISHES } from "./finishes.ts";

/** The towns that the objects of a style come from. */
export const STYLE_TOWNS: Record<StyleName, readonly AerialTown[]> = {
  A: ["A"],
  B: ["B"],
  teacher: ["A", "C"],
};

/** Draws the towns and materials of one style. */
export class AerialStyle {
  readonly #towns: readonly AerialTown[];
  /** Whether broadleaved trees have leaves. */
  readonly leaves: boolean;
  /** The towns drawn so far. */
  readonly drawn: Set<AerialTown> = new Set();

  constructor(name: StyleName, leaves: boolean) {
    this.#towns = STYLE_TOWNS[name];
    this.leaves = leaves;
  }

  /** Draws the town of the next object. */
  town(random: Random): AerialTown {
    const town = this.#towns.length === 1 ? this.#towns[0]! : random.pick(this.#towns);
    this.drawn.add(town);
    return town;
  }

  /** Draws a material for a kind of surface. */
  material(random: Random, surface: AerialSurface): Material {
    const material = drawMaterial(random, FINISHES[this.town(random)][surface]);
    return surface === "wall" ? { ...material, second: [0.1, 0.13, 0.18] } : material;
  }
}
