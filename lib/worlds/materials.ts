/**
 * Colours and procedural textures: what a surface looks like before light falls on it. A material is
 * evaluated at a point of a primitive's face, in metres, so that textures keep their size in the world.
 *
 * @module
 */
import type { Random } from "../random/random.ts";

export type Colour = readonly [number, number, number];

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

export interface Material {
  kind: TextureKind;
  /** Base colour, RGB 0..1. */
  colour: Colour;
  /** Second colour: joints, stripes, ink, ground outside. */
  second: Colour;
  /** Size of the pattern in metres. */
  scale: number;
  /** Sends light itself: drawn at its own brightness, whatever the lamps do. */
  emissive: boolean;
  /** Seed of the pattern. */
  seed: number;
  /** Facades: height of the primitive's centre over the ground floor, metres; 0 where absent. */
  rise?: number;
}

/** Ranges of hue, saturation and value, each [low, high] in 0..1, and the textures to pick from. */
export interface Finish {
  hue: readonly [number, number];
  saturation: readonly [number, number];
  value: readonly [number, number];
  kinds: readonly TextureKind[];
  scale: readonly [number, number];
}

/** RGB of hue, saturation and value, all 0..1. */
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

/** A material of one colour. */
export function plain(colour: Colour): Material {
  return { kind: "plain", colour, second: colour, scale: 1, emissive: false, seed: 1 };
}

/** Hash of two integers and a seed to [0, 1). */
function lattice(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1), smooth over a lattice of step 1. */
function noise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x), iy = Math.floor(y);
  let fx = x - ix, fy = y - iy;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  const low = lattice(ix, iy, seed) * (1 - fx) + lattice(ix + 1, iy, seed) * fx;
  const high = lattice(ix, iy + 1, seed) * (1 - fx) + lattice(ix + 1, iy + 1, seed) * fx;
  return low * (1 - fy) + high * fy;
}

/**
 * Albedo of a material at (u, v) metres on a face; v is the height on upright faces.
 * Writes RGB (about 0..1, emissive materials may pass 1) into out[0..2].
 */
export function albedo(material: Material, u: number, v: number, out: Float64Array): void {
  const { colour, second, scale, seed } = material;
  // mix: 0 = colour, 1 = second. gain: brightness on top.
  let mix = 0;
  let gain = 1;
  switch (material.kind) {
    case "plain":
    case "glow":
      gain = 0.96 + 0.08 * noise(u / scale, v / scale, seed);
      break;
    case "wood":
      mix = noise(u * 1.5, v / (0.1 * scale), seed) * 0.7;
      break;
    case "planks": {
      const row = Math.floor(v / (0.4 * scale));
      const along = Math.floor(u / (3 * scale) + lattice(row, 7, seed));
      gain = 0.85 + 0.3 * lattice(row, along, seed);
      mix = 0.4 * noise(u * 2, v / (0.06 * scale), seed);
      if (v / (0.4 * scale) - row < 0.05) gain *= 0.6;
      break;
    }
    case "tiles":
    case "bricks": {
      const height = material.kind === "tiles" ? scale : 0.35 * scale;
      const row = Math.floor(v / height);
      const shifted = u / scale + (material.kind === "bricks" && (row & 1) === 1 ? 0.5 : 0);
      const column = Math.floor(shifted);
      const joint = shifted - column < 0.05 || v / height - row < 0.05 * scale / height;
      mix = joint ? 1 : 0;
      gain = joint ? 1 : 0.9 + 0.2 * lattice(row, column, seed);
      break;
    }
    case "fabric":
      mix = lattice(Math.floor(u * 120), Math.floor(v * 120), seed) * 0.5;
      gain = 0.92 + 0.16 * noise(u * 4, v * 4, seed);
      break;
    case "stripes":
      mix = ((u / (0.3 * scale)) % 1 + 1) % 1 < 0.5 ? 1 : 0;
      break;
    case "spines": {
      // Books side by side: each about 4 cm wide, of its own colour and height.
      const book = Math.floor(u / 0.042);
      if (lattice(book, 3, seed) > (v / scale + 1) * 0.5 + 0.15) {
        const [r, g, b] = hsv(lattice(book, 1, seed), 0.3 + 0.5 * lattice(book, 2, seed), 0.65);
        const band = ((v / scale) * 3 + lattice(book, 5, seed)) % 1 > 0.8 ? 1.4 : 1;
        const tone = (0.5 + 0.8 * lattice(book, 4, seed)) * band;
        out[0] = r * tone;
        out[1] = g * tone;
        out[2] = b * tone;
        return;
      }
      gain = 0.35;
      break;
    }
    case "writing": {
      const line = Math.floor(v / 0.09);
      const inside = v / 0.09 - line;
      const written = lattice(line, 1, seed) < 0.5 && noise(u * 3, line, seed) > 0.5;
      mix = written && inside < 0.5 && noise(u * 40, v * 40, seed) > 0.55 ? 1 : 0;
      break;
    }
    case "daylight":
      // Sky above, something darker below, blurred blobs as trees or houses.
      mix = v + 0.35 * noise(u * 3, v * 3, seed) - scale < 0 ? 0.85 : 0.15;
      gain = 0.9 + 0.2 * noise(u * 2, v * 2, seed ^ 5);
      break;
    case "leaves":
      mix = noise(u * 25, v * 25, seed);
      gain = 0.6 + 0.7 * noise(u * 11, v * 11, seed ^ 9);
      break;
    case "asphalt":
      // Grain, and patches of another age.
      mix = noise(u / (4 * scale), v / (4 * scale), seed) > 0.7 ? 0.6 : 0;
      gain = 0.85 + 0.2 * lattice(Math.floor(u * 18), Math.floor(v * 18), seed) +
        0.1 * noise(u, v, seed ^ 3);
      break;
    case "grass":
      mix = noise(u / scale, v / scale, seed);
      gain = 0.65 + 0.45 * noise(u * 7, v * 7, seed ^ 5) +
        0.25 * lattice(Math.floor(u * 16), Math.floor(v * 16), seed);
      break;
    case "foliage":
      mix = noise(u * 5, v * 5, seed);
      gain = 0.4 + 0.6 * noise(u * 3 / scale, v * 3 / scale, seed ^ 9) +
        0.4 * noise(u * 14, v * 14, seed);
      break;
    case "bark":
      mix = noise(u * 14, v * 2, seed);
      gain = 0.75 + 0.4 * noise(u * 5, v * 9, seed ^ 7);
      break;
    case "plaster facade":
    case "brick facade":
      facade(material, u, v, out);
      return;
    case "glass":
      gain = 0.8 + 0.4 * noise(u * 1.5, v * 3, seed);
      break;
    case "paint":
      gain = 0.97 + 0.06 * noise(u * 2, v * 2, seed);
      break;
    case "wheel": {
      // A hub of `scale` with spokes in a tyre; seen along the axle.
      const radius = Math.hypot(u, v);
      const spoke = Math.cos(5 * Math.atan2(v, u)) > -0.3 || radius > 0.85 * scale;
      mix = radius < scale && spoke ? 1 : 0;
      break;
    }
    case "sign": {
      // A rim of the second colour, and something drawn inside.
      const reach = Math.max(Math.abs(u), Math.abs(v)) / scale;
      mix = reach > 0.78 || (reach < 0.5 && noise(u / scale * 3, v / scale * 3, seed) > 0.6)
        ? 1
        : 0;
      break;
    }
  }
  out[0] = (colour[0] + (second[0] - colour[0]) * mix) * gain;
  out[1] = (colour[1] + (second[1] - colour[1]) * mix) * gain;
  out[2] = (colour[2] + (second[2] - colour[2]) * mix) * gain;
}

/**
 * A wall with a grid of windows, `scale` metres a storey: the second colour is the glass, the wall is plaster
 * or brick.
 */
function facade(material: Material, u: number, v: number, out: Float64Array): void {
  const { colour, second, scale, seed } = material;
  const pitch = scale * (0.75 + 0.5 * lattice(1, 1, seed));
  const column = Math.floor(u / pitch + 0.5),
    storey = Math.floor((v + (material.rise ?? 0)) / scale);
  const across = Math.abs(u / pitch - column) * 2;
  const up = (v + (material.rise ?? 0)) / scale - storey;
  const half = 0.3 + 0.35 * lattice(2, 1, seed);
  const sill = 0.32 - 0.2 * lattice(3, 1, seed), head = 0.78 + 0.14 * lattice(4, 1, seed);
  const frame = 0.12;
  if (across < half && up > sill && up < head) {
    const inside = across < half - frame && up > sill + frame / 2 && up < head - frame / 2 &&
      across > frame / 3;
    // Panes differ: curtains, rooms behind.
    const tone = inside ? 0.6 + 0.8 * lattice(column, storey, seed) : 1;
    for (let i = 0; i < 3; i++) out[i] = inside ? second[i]! * tone : 0.35 + 0.6 * colour[i]!;
    return;
  }
  let gain = 0.92 + 0.16 * noise(u / 2, v / 2, seed);
  if (material.kind === "brick facade") {
    const row = Math.floor(v / 0.12);
    const stone = u / 0.3 + (row & 1) * 0.5;
    const joint = v / 0.12 - row < 0.15 || stone - Math.floor(stone) < 0.08;
    gain *= joint ? 1.25 : 0.75 + 0.4 * lattice(row, Math.floor(stone), seed);
  }
  // A band between storeys.
  if (up > 0.95 && lattice(5, 1, seed) > 0.5) gain *= 0.75;
  for (let i = 0; i < 3; i++) out[i] = colour[i]! * gain;
}
