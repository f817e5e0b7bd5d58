/**
 * Materials: what a surface looks like before light falls on it, and how it is drawn at random. textures.ts evaluates
 * them.
 *
 * @module
 */
import type { Random } from "../random/random.ts";

/** Red, green and blue, each about 0 to 1. */
export type Colour = readonly [number, number, number];

/** Name of a procedural texture; see textures.ts. */
export type TextureKind =
  | "plain"
  | "wood"
  | "planks"
  | "tiles"
  | "bricks"
  | "fabric"
  | "stripes"
  | "spines"
  | "writing"
  | "daylight"
  | "leaves"
  | "glow"
  | "asphalt"
  | "grass"
  | "foliage"
  | "bark"
  | "plaster facade"
  | "brick facade"
  | "glass"
  | "paint"
  | "wheel"
  | "sign";

/** The look of a surface. */
export interface Material {
  kind: TextureKind;
  /** Base colour, RGB 0..1. */
  colour: Colour;
  /** Second colour: that of joints, stripes, ink, the ground outside a window. */
  second: Colour;
  /** Size of the pattern in metres. */
  scale: number;
  /** Whether it gives light itself: it is drawn at its own brightness, whatever the lamps do. */
  emissive: boolean;
  /** Seed of the pattern. */
  seed: number;
  /** Facades: height of the primitive's centre above the ground floor, metres; 0 by default. */
  rise?: number;
}

/** What materials are drawn from: ranges [low, high] of hue, saturation and value (0 to 1), and textures. */
export interface Finish {
  hue: readonly [number, number];
  saturation: readonly [number, number];
  value: readonly [number, number];
  kinds: readonly TextureKind[];
  /** Range of the pattern's size, metres. */
  scale: readonly [number, number];
}

/**
 * Converts hue, saturation and value (all 0 to 1) to RGB.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(hsv(0, 1, 1), [1, 0, 0]);
 * assert.deepEqual(hsv(1 / 3, 1, 0.5), [0, 0.5, 0]);
 * ```
 */
export function hsv(hue: number, saturation: number, value: number): Colour {
  const channel = (shift: number) => {
    const k = (shift + hue * 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Draws a material from a finish. */
export function drawMaterial(random: Random, finish: Finish): Material {
  const colour = hsv(
    random.range(...finish.hue),
    random.range(...finish.saturation),
    random.range(...finish.value),
  );
  const shade = random.chance(0.7) ? random.range(0.45, 0.85) : random.range(1.1, 1.4);
  return {
    kind: random.pick(finish.kinds),
    colour,
    second: [colour[0] * shade, colour[1] * shade, colour[2] * shade],
    scale: random.range(...finish.scale),
    emissive: false,
    seed: random.uint32(),
  };
}

/** Makes a material of one colour. */
export function plain(colour: Colour): Material {
  return { kind: "plain", colour, second: colour, scale: 1, emissive: false, seed: 1 };
}
