/**
 * Colours and textures of everything that is seen from the air, by town.
 *
 * @module
 */
import type { Finish, TextureKind } from "../materials.ts";

/**
 * A town, which has buildings, trees and finishes of its own. A is the town of the source domain, B that of the domain
 * "town"; C occurs in style "teacher" only.
 */
export type AerialTown = "A" | "B" | "C";

/** A kind of surface, which has a finish of its own. */
export type AerialSurface =
  | "grass"
  | "soil"
  | "asphalt"
  | "gravel"
  | "forest floor"
  | "rock"
  | "crop"
  | "water"
  | "tiles"
  | "flat roof"
  | "metal roof"
  | "wall"
  | "broadleaf"
  | "bare broadleaf"
  | "conifer"
  | "bark"
  | "steel"
  | "concrete"
  | "paint"
  | "glass"
  | "fence"
  | "container";

type Pair = readonly [number, number];

function finish(
  hue: Pair,
  saturation: Pair,
  value: Pair,
  kinds: readonly TextureKind[],
  scale: Pair = [0.5, 1.5],
): Finish {
  return { hue, saturation, value, kinds, scale };
}

/** Finishes that are the same in every town. */
const COMMON = {
  "forest floor": finish([0.08, 0.22], [0.25, 0.5], [0.18, 0.32], ["grass"], [0.5, 2]),
  rock: finish([0.05, 0.12], [0.03, 0.15], [0.45, 0.6], ["asphalt"], [0.5, 2]),
  water: finish([0.45, 0.62], [0.2, 0.5], [0.1, 0.26], ["glass"]),
  "bare broadleaf": finish([0.06, 0.1], [0.1, 0.35], [0.25, 0.42], ["foliage"], [0.3, 0.8]),
  conifer: finish([0.3, 0.42], [0.35, 0.6], [0.14, 0.26], ["foliage"], [0.3, 0.7]),
  bark: finish([0.06, 0.1], [0.2, 0.5], [0.2, 0.4], ["bark"]),
  steel: finish([0.5, 0.6], [0, 0.06], [0.4, 0.65], ["plain"]),
  concrete: finish([0.08, 0.14], [0.02, 0.1], [0.55, 0.75], ["plain", "asphalt"], [1, 3]),
  glass: finish([0.55, 0.62], [0.15, 0.4], [0.08, 0.2], ["glass"]),
  container: finish([0, 1], [0.4, 0.9], [0.3, 0.7], ["stripes"], [0.5, 1]),
} as const;

/** The finishes of every town. */
export const FINISHES: Record<AerialTown, Record<AerialSurface, Finish>> = {
  A: {
    ...COMMON,
    grass: finish([0.2, 0.3], [0.35, 0.6], [0.3, 0.5], ["grass"], [0.8, 4]),
    soil: finish([0.06, 0.11], [0.25, 0.5], [0.35, 0.55], ["grass", "stripes"], [1, 3]),
    asphalt: finish([0.55, 0.7], [0, 0.06], [0.28, 0.42], ["asphalt"], [0.5, 1.2]),
    gravel: finish([0.08, 0.13], [0.08, 0.25], [0.5, 0.7], ["asphalt"], [0.4, 1]),
    crop: finish([0.13, 0.26], [0.4, 0.65], [0.4, 0.6], ["stripes", "grass"], [0.5, 2]),
    tiles: finish([0.01, 0.06], [0.45, 0.75], [0.35, 0.65], ["bricks", "tiles"], [0.4, 0.6]),
    "flat roof": finish([0.05, 0.15], [0, 0.12], [0.35, 0.7], ["asphalt", "plain"], [0.5, 2]),
    "metal roof": finish([0.5, 0.65], [0, 0.15], [0.55, 0.8], ["stripes", "plain"], [0.8, 1.5]),
    wall: finish([0.06, 0.16], [0.05, 0.35], [0.7, 0.92], ["plaster facade"], [2.7, 2.9]),
    broadleaf: finish([0.2, 0.32], [0.4, 0.7], [0.25, 0.45], ["foliage"], [0.5, 1.5]),
    paint: finish([0, 1], [0, 0.8], [0.15, 0.9], ["paint"]),
    fence: finish([0.05, 0.1], [0.1, 0.5], [0.35, 0.8], ["plain", "wood"]),
  },
  B: {
    ...COMMON,
    grass: finish([0.11, 0.19], [0.3, 0.55], [0.4, 0.6], ["grass"], [1, 6]),
    soil: finish([0, 0.06], [0.35, 0.6], [0.3, 0.5], ["grass"], [1, 4]),
    asphalt: finish([0.05, 0.12], [0.03, 0.1], [0.42, 0.55], ["asphalt"], [1.5, 3]),
    gravel: finish([0.02, 0.08], [0.2, 0.4], [0.45, 0.65], ["bricks"], [0.4, 0.8]),
    crop: finish([0.1, 0.17], [0.5, 0.7], [0.5, 0.7], ["stripes"], [0.8, 3]),
    tiles: finish([0.55, 0.68], [0.05, 0.2], [0.22, 0.38], ["bricks", "planks"], [0.3, 0.5]),
    "flat roof": finish([0.02, 0.1], [0.1, 0.35], [0.3, 0.55], ["tiles", "plain"], [2, 5]),
    "metal roof": finish([0.28, 0.5], [0.2, 0.5], [0.35, 0.6], ["stripes"], [1, 3]),
    wall: finish([0, 0.08], [0.25, 0.6], [0.3, 0.6], ["brick facade"], [3.1, 3.5]),
    broadleaf: finish([0.14, 0.2], [0.4, 0.65], [0.35, 0.55], ["foliage"], [0.3, 0.5]),
    paint: finish([0, 1], [0, 0.5], [0.1, 0.95], ["paint", "stripes"], [1.5, 3]),
    fence: finish([0.3, 0.5], [0, 0.3], [0.3, 0.6], ["plain"]),
  },
  C: {
    ...COMMON,
    grass: finish([0.16, 0.36], [0.25, 0.7], [0.22, 0.6], ["grass"], [0.5, 5]),
    soil: finish([0.04, 0.16], [0.15, 0.6], [0.25, 0.65], ["grass", "stripes", "asphalt"], [1, 4]),
    asphalt: finish([0, 1], [0, 0.08], [0.2, 0.5], ["asphalt"], [0.4, 3]),
    gravel: finish([0.04, 0.16], [0.03, 0.35], [0.4, 0.8], ["asphalt", "tiles"], [0.4, 1.5]),
    crop: finish([0.12, 0.32], [0.3, 0.7], [0.3, 0.65], ["stripes", "grass"], [0.4, 3]),
    tiles: finish([0, 1], [0.05, 0.5], [0.2, 0.6], ["bricks", "planks", "tiles"], [0.3, 0.7]),
    "flat roof": finish([0, 1], [0, 0.2], [0.2, 0.85], ["plain", "asphalt"], [0.5, 4]),
    "metal roof": finish([0, 1], [0, 0.4], [0.3, 0.85], ["plain", "stripes"], [0.5, 3]),
    wall: finish([0, 1], [0, 0.5], [0.4, 0.95], ["plaster facade", "brick facade"], [2.5, 3.6]),
    broadleaf: finish([0.13, 0.4], [0.3, 0.75], [0.18, 0.55], ["foliage", "leaves"], [0.3, 1.5]),
    paint: finish([0, 1], [0, 0.9], [0.05, 0.95], ["paint"]),
    fence: finish([0, 0.5], [0.05, 0.6], [0.2, 0.8], ["wood", "plain", "planks"]),
  },
};
