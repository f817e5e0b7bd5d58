/**
 * How streets of one style look: their measures, and the colours and textures of everything. A is the town of the source
 * domain, B that of the domain "town". C and D are two more towns: style "teacher" takes every object from A, C or D.
 *
 * @module
 */
import { drawMaterial, type Finish, type Material, type TextureKind } from "../materials.ts";
import type { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";

/** A town, which has shapes, measures and finishes of its own. */
export type Town = "A" | "B" | "C" | "D";

/** The towns that the objects of a style come from. */
export const STYLE_TOWNS: Record<StyleName, readonly Town[]> = {
  A: ["A"],
  B: ["B"],
  teacher: ["A", "C", "D"],
};

/** A kind of surface, which has a finish of its own. */
export type StreetSurface =
  | "asphalt"
  | "marking"
  | "paving"
  | "kerb"
  | "grass"
  | "soil"
  | "wall"
  | "roof"
  | "door"
  | "balcony"
  | "foliage"
  | "bark"
  | "post"
  | "lamp"
  | "sign"
  | "paint"
  | "glass"
  | "wheel"
  | "shirt"
  | "trousers"
  | "skin"
  | "fence";

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

function finish(
  hue: Range,
  saturation: Range,
  value: Range,
  kinds: readonly TextureKind[],
  scale: Range = [0.3, 0.6],
): Finish {
  return { hue, saturation, value, kinds, scale };
}

/** Finishes that are the same in every town. */
const COMMON = {
  marking: finish([0.1, 0.16], [0, 0.08], [0.8, 0.95], ["plain"]),
  glass: finish([0.55, 0.62], [0.15, 0.4], [0.08, 0.2], ["glass"]),
  wheel: finish([0, 1], [0, 0.05], [0.05, 0.1], ["wheel"], [0.17, 0.22]),
  skin: finish([0.04, 0.08], [0.3, 0.6], [0.3, 0.9], ["plain"]),
  shirt: finish([0, 1], [0.1, 0.85], [0.15, 0.9], ["plain", "fabric", "stripes"], [0.3, 0.8]),
  trousers: finish([0, 1], [0, 0.5], [0.08, 0.5], ["plain", "fabric"]),
  lamp: finish([0.1, 0.15], [0, 0.15], [0.8, 0.95], ["plain"]),
} as const;

const FINISHES: Record<Town, Record<StreetSurface, Finish>> = {
  A: {
    ...COMMON,
    asphalt: finish([0.55, 0.7], [0, 0.06], [0.26, 0.36], ["asphalt"], [0.5, 1.2]),
    paving: finish([0.05, 0.15], [0, 0.12], [0.5, 0.68], ["tiles"], [0.5, 0.8]),
    kerb: finish([0.05, 0.15], [0, 0.08], [0.6, 0.75], ["plain"]),
    grass: finish([0.22, 0.3], [0.4, 0.65], [0.3, 0.5], ["grass"], [0.6, 2]),
    soil: finish([0.2, 0.28], [0.35, 0.6], [0.3, 0.45], ["grass"], [0.5, 1.5]),
    wall: finish([0.06, 0.16], [0.05, 0.35], [0.7, 0.92], ["plaster facade"], [2.7, 2.9]),
    roof: finish([0.01, 0.05], [0.5, 0.75], [0.35, 0.6], ["bricks"], [0.4, 0.6]),
    door: finish([0.02, 0.1], [0.4, 0.7], [0.2, 0.45], ["planks", "plain"], [0.3, 0.5]),
    balcony: finish([0.05, 0.12], [0.1, 0.4], [0.5, 0.8], ["plain", "wood"]),
    foliage: finish([0.24, 0.33], [0.45, 0.75], [0.25, 0.45], ["foliage"], [0.6, 1.2]),
    bark: finish([0.06, 0.1], [0.25, 0.5], [0.22, 0.38], ["bark"]),
    post: finish([0.3, 0.6], [0, 0.1], [0.4, 0.6], ["plain"]),
    sign: finish([0, 0], [0, 0.02], [0.85, 0.95], ["sign"], [0.28, 0.32]),
    paint: finish([0, 1], [0, 0.85], [0.15, 0.85], ["paint"]),
    fence: finish([0.05, 0.1], [0.1, 0.55], [0.35, 0.9], ["plain", "wood"]),
  },
  B: {
    ...COMMON,
    asphalt: finish([0.05, 0.12], [0.03, 0.1], [0.4, 0.52], ["asphalt"], [1.5, 3]),
    paving: finish([0, 0.04], [0.25, 0.45], [0.4, 0.55], ["bricks"], [0.3, 0.5]),
    kerb: finish([0.55, 0.65], [0, 0.08], [0.3, 0.42], ["plain"]),
    grass: finish([0.12, 0.19], [0.35, 0.6], [0.4, 0.6], ["grass"], [1, 4]),
    soil: finish([0.05, 0.1], [0.3, 0.5], [0.35, 0.5], ["asphalt"], [0.5, 1.5]),
    wall: finish([0, 0.08], [0.25, 0.6], [0.3, 0.6], ["brick facade"], [3.1, 3.5]),
    roof: finish([0.55, 0.65], [0, 0.1], [0.25, 0.4], ["plain"]),
    door: finish([0.5, 0.65], [0.1, 0.4], [0.15, 0.35], ["glass", "stripes"], [0.3, 0.6]),
    balcony: finish([0, 1], [0, 0.5], [0.55, 0.9], ["stripes", "plain"], [0.3, 0.8]),
    foliage: finish([0.34, 0.44], [0.3, 0.6], [0.16, 0.32], ["foliage"], [0.3, 0.5]),
    bark: finish([0.02, 0.06], [0.3, 0.5], [0.25, 0.42], ["bark"]),
    post: finish([0.3, 0.45], [0.1, 0.5], [0.12, 0.3], ["plain"]),
    sign: finish([0.6, 0.62], [0.7, 0.9], [0.5, 0.7], ["sign"], [0.35, 0.5]),
    paint: finish([0, 1], [0, 0.4], [0.1, 0.95], ["paint", "paint", "stripes"], [1.5, 3]),
    fence: finish([0.3, 0.5], [0, 0.3], [0.3, 0.6], ["plain"]),
  },
  C: {
    ...COMMON,
    asphalt: finish([0.6, 0.75], [0, 0.12], [0.2, 0.32], ["asphalt", "bricks"], [0.4, 2]),
    paving: finish([0.08, 0.14], [0.05, 0.3], [0.45, 0.75], ["tiles", "bricks"], [0.3, 0.6]),
    kerb: finish([0, 1], [0, 0.1], [0.45, 0.8], ["plain"]),
    grass: finish([0.18, 0.34], [0.35, 0.7], [0.25, 0.6], ["grass"], [0.5, 3]),
    soil: finish([0.06, 0.28], [0.3, 0.6], [0.25, 0.5], ["grass"], [0.4, 1.5]),
    wall: finish([0, 0.1], [0.3, 0.65], [0.35, 0.7], ["brick facade", "plaster facade"], [
      2.5,
      2.9,
    ]),
    roof: finish([0, 0.7], [0.05, 0.3], [0.2, 0.4], ["bricks", "planks"], [0.3, 0.6]),
    door: finish([0, 1], [0.5, 0.9], [0.2, 0.6], ["plain", "planks"], [0.3, 0.5]),
    balcony: finish([0, 1], [0, 0.2], [0.6, 0.95], ["plain"]),
    foliage: finish([0.16, 0.38], [0.35, 0.8], [0.2, 0.55], ["foliage", "leaves"], [0.4, 1.5]),
    bark: finish([0.05, 0.12], [0.1, 0.5], [0.2, 0.6], ["bark"]),
    post: finish([0, 1], [0, 0.3], [0.1, 0.4], ["plain"]),
    sign: finish([0.12, 0.16], [0.6, 0.9], [0.7, 0.9], ["sign"], [0.28, 0.4]),
    paint: finish([0, 1], [0, 0.9], [0.05, 0.95], ["paint"]),
    fence: finish([0.04, 0.4], [0.1, 0.6], [0.2, 0.7], ["wood", "plain", "planks"]),
  },
  D: {
    ...COMMON,
    asphalt: finish([0, 1], [0, 0.08], [0.22, 0.45], ["asphalt"], [0.5, 3]),
    paving: finish([0, 1], [0, 0.08], [0.55, 0.85], ["tiles", "plain"], [0.6, 1.2]),
    kerb: finish([0, 1], [0, 0.06], [0.35, 0.85], ["plain"]),
    grass: finish([0.16, 0.36], [0.3, 0.7], [0.25, 0.65], ["grass"], [0.5, 4]),
    soil: finish([0.05, 0.3], [0.2, 0.6], [0.25, 0.55], ["grass", "asphalt"], [0.4, 2]),
    wall: finish([0, 1], [0, 0.4], [0.45, 0.95], ["plaster facade", "brick facade"], [2.9, 3.6]),
    roof: finish([0, 1], [0, 0.2], [0.2, 0.7], ["plain", "planks"]),
    door: finish([0, 1], [0, 0.6], [0.1, 0.6], ["plain", "glass"]),
    balcony: finish([0, 1], [0, 0.4], [0.3, 0.9], ["plain", "stripes"], [0.4, 1]),
    foliage: finish([0.14, 0.42], [0.25, 0.75], [0.18, 0.55], ["foliage", "leaves"], [0.3, 1.5]),
    bark: finish([0.05, 0.14], [0, 0.3], [0.3, 0.8], ["bark"]),
    post: finish([0, 1], [0, 0.4], [0.2, 0.75], ["plain", "wood"]),
    sign: finish([0, 1], [0.3, 0.9], [0.4, 0.9], ["sign"], [0.28, 0.45]),
    paint: finish([0, 1], [0, 0.9], [0.1, 0.95], ["paint"]),
    fence: finish([0, 1], [0, 0.4], [0.1, 0.8], ["plain"]),
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
