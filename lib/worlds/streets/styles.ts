/**
 * How streets of one style look: the towns that their objects are drawn from, and the measures of each town.
 *
 * @module
 */
import { drawMaterial, type Material } from "../materials.ts";
import type { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import { FINISHES, type StreetSurface } from "./finishes.ts";
import type { Town } from "./towns.ts";

/** The towns that the objects of a style come from. */
export const STYLE_TOWNS: Record<StyleName, readonly Town[]> = {
  A: ["A"],
  B: ["B"],
  teacher: ["A", "C", "D"],
};

type Range = readonly [number, number];

/** Measures of a street, metres, and how often objects stand along it. */
export interface Measures {
  /** Half width of the carriageway. */
  road: Range;
  /** Width of the sidewalk. */
  sidewalk: Range;
  /** Width of a strip of grass between kerb and sidewalk. */
  verge: Range;
  /** Probability that there is such a strip. */
  verges: number;
  /** Length of a lot along the street. */
  lot: Range;
  /** Distance of buildings from the sidewalk. */
  setback: Range;
  /** Probability that a lot has no building. */
  green: number;
  /** Probability that the front of a lot is fenced. */
  fenced: number;
  /** Mean distance between trees, between poles and between parked cars along one side. */
  trees: number;
  poles: number;
  parked: number;
}

/** The measures of every town. */
export const MEASURES: Record<Town, Measures> = {
  A: {
    road: [3, 3.8],
    sidewalk: [1.6, 2.4],
    verge: [1, 1.6],
    verges: 0.5,
    lot: [10, 15],
    setback: [2.5, 5],
    green: 0.25,
    fenced: 0.7,
    trees: 12,
    poles: 14,
    parked: 14,
  },
  B: {
    road: [4.6, 6.2],
    sidewalk: [2.8, 4.2],
    verge: [1.8, 2.6],
    verges: 0.35,
    lot: [14, 22],
    setback: [0.2, 1.2],
    green: 0.35,
    fenced: 0.85,
    trees: 11,
    poles: 13,
    parked: 11,
  },
  C: {
    road: [2.7, 3.4],
    sidewalk: [1.3, 2],
    verge: [0.8, 1.4],
    verges: 0.25,
    lot: [6, 9],
    setback: [1.2, 2.4],
    green: 0.2,
    fenced: 0.75,
    trees: 13,
    poles: 13,
    parked: 10,
  },
  D: {
    road: [3.2, 4.8],
    sidewalk: [1.8, 3],
    verge: [1.2, 2.4],
    verges: 0.7,
    lot: [12, 18],
    setback: [1.5, 6],
    green: 0.35,
    fenced: 0.65,
    trees: 10,
    poles: 12,
    parked: 14,
  },
};

/** Draws second colours that do not follow from the first: those of panes, rims of signs and hubs of wheels. */
function secondOf(surface: StreetSurface, random: Random): Material["second"] | undefined {
  if (surface === "wall") return [0.1, 0.13, random.range(0.15, 0.22)];
  if (surface === "sign") return random.chance(0.6) ? [0.75, 0.08, 0.08] : [0.08, 0.15, 0.55];
  if (surface === "wheel") return [0.6, 0.6, 0.62];
  return undefined;
}

/** Draws the towns, measures and materials of one style. */
export class StreetStyle {
  readonly #towns: readonly Town[];
  /** The towns drawn so far. */
  readonly drawn: Set<Town> = new Set();

  constructor(name: StyleName) {
    this.#towns = STYLE_TOWNS[name];
  }

  /** Draws the town of the next object. */
  town(random: Random): Town {
    const town = this.#towns.length === 1 ? this.#towns[0]! : random.pick(this.#towns);
    this.drawn.add(town);
    return town;
  }

  /** Draws a material for a kind of surface. */
  material(random: Random, surface: StreetSurface): Material {
    const material = drawMaterial(random, FINISHES[this.town(random)][surface]);
    const second = secondOf(surface, random);
    return second ? { ...material, second } : material;
  }
}
