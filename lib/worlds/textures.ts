/**
 * Procedural textures. A material is evaluated at a point of a primitive's face, in metres, so that the size of a texture
 * does not depend on that of its primitive.
 *
 * @module
 */
import { hsv, type Material, type TextureKind } from "./materials.ts";

/** What a pattern makes of a point. One object is filled anew for every pixel. */
interface Pattern {
  /** 0 for the material's first colour, 1 for its second. */
  mix: number;
  /** Factor of brightness. */
  gain: number;
}

/** Sets the pattern of a material at (u, v) metres; `mix` is 0 and `gain` is 1 before. */
type DrawPattern = (material: Material, u: number, v: number, pattern: Pattern) => void;

/** Hashes two integers and a seed to [0, 1). */
function lattice(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1): random values at the corners of a grid of step 1, and smooth in between. */
function noise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x), iy = Math.floor(y);
  let fx = x - ix, fy = y - iy;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  const low = lattice(ix, iy, seed) * (1 - fx) + lattice(ix + 1, iy, seed) * fx;
  const high = lattice(ix, iy + 1, seed) * (1 - fx) + lattice(ix + 1, iy + 1, seed) * fx;
  return low * (1 - fy) + high * fy;
}

const even: DrawPattern = ({ scale, seed }, u, v, pattern) => {
  pattern.gain = 0.96 + 0.08 * noise(u / scale, v / scale, seed);
};

const rectangles: DrawPattern = ({ kind, scale, seed }, u, v, pattern) => {
  const height = kind === "tiles" ? scale : 0.35 * scale;
  const row = Math.floor(v / height);
  const shifted = u / scale + (kind === "bricks" && (row & 1) === 1 ? 0.5 : 0);
  const column = Math.floor(shifted);
  const joint = shifted - column < 0.05 || v / height - row < 0.05 * scale / height;
  pattern.mix = joint ? 1 : 0;
  pattern.gain = joint ? 1 : 0.9 + 0.2 * lattice(row, column, seed);
};

const PATTERNS: Record<Exclude<TextureKind, "plaster facade" | "brick facade">, DrawPattern> = {
  plain: even,
  glow: even,
  wood({ scale, seed }, u, v, pattern) {
    pattern.mix = noise(u * 1.5, v / (0.1 * scale), seed) * 0.7;
  },
  planks({ scale, seed }, u, v, pattern) {
    const row = Math.floor(v / (0.4 * scale));
    const along = Math.floor(u / (3 * scale) + lattice(row, 7, seed));
    pattern.gain = 0.85 + 0.3 * lattice(row, along, seed);
    pattern.mix = 0.4 * noise(u * 2, v / (0.06 * scale), seed);
    if (v / (0.4 * scale) - row < 0.05) pattern.gain *= 0.6;
  },
  tiles: rectangles,
  bricks: rectangles,
  fabric({ seed }, u, v, pattern) {
    pattern.mix = lattice(Math.floor(u * 120), Math.floor(v * 120), seed) * 0.5;
    pattern.gain = 0.92 + 0.16 * noise(u * 4, v * 4, seed);
  },
  stripes({ scale }, u, _v, pattern) {
    pattern.mix = ((u / (0.3 * scale)) % 1 + 1) % 1 < 0.5 ? 1 : 0;
  },
  /** The dark behind the books; see {@link bookSpine}. */
  spines(_material, _u, _v, pattern) {
    pattern.gain = 0.35;
  },
  writing({ seed }, u, v, pattern) {
    const line = Math.floor(v / 0.09);
    const inside = v / 0.09 - line;
    const written = lattice(line, 1, seed) < 0.5 && noise(u * 3, line, seed) > 0.5;
    pattern.mix = written && inside < 0.5 && noise(u * 40, v * 40, seed) > 0.55 ? 1 : 0;
  },
  /** Sky above, something darker below, and blurred blobs for trees or houses. */
  daylight({ scale, seed }, u, v, pattern) {
    pattern.mix = v + 0.35 * noise(u * 3, v * 3, seed) - scale < 0 ? 0.85 : 0.15;
    pattern.gain = 0.9 + 0.2 * noise(u * 2, v * 2, seed ^ 5);
  },
  leaves({ seed }, u, v, pattern) {
    pattern.mix = noise(u * 25, v * 25, seed);
    pattern.gain = 0.6 + 0.7 * noise(u * 11, v * 11, seed ^ 9);
  },
  /** Grain, and patches of another age. */
  asphalt({ scale, seed }, u, v, pattern) {
    pattern.mix = noise(u / (4 * scale), v / (4 * scale), seed) > 0.7 ? 0.6 : 0;
    pattern.gain = 0.85 + 0.2 * lattice(Math.floor(u * 18), Math.floor(v * 18), seed) +
      0.1 * noise(u, v, seed ^ 3);
  },
  grass({ scale, seed }, u, v, pattern) {
    pattern.mix = noise(u / scale, v / scale, seed);
    pattern.gain = 0.65 + 0.45 * noise(u * 7, v * 7, seed ^ 5) +
      0.25 * lattice(Math.floor(u * 16), Math.floor(v * 16), seed);
  },
  foliage({ scale, seed }, u, v, pattern) {
    pattern.mix = noise(u * 5, v * 5, seed);
    pattern.gain = 0.4 + 0.6 * noise(u * 3 / scale, v * 3 / scale, seed ^ 9) +
      0.4 * noise(u * 14, v * 14, seed);
  },
  bark({ seed }, u, v, pattern) {
    pattern.mix = noise(u * 14, v * 2, seed);
    pattern.gain = 0.75 + 0.4 * noise(u * 5, v * 9, seed ^ 7);
  },
  glass({ seed }, u, v, pattern) {
    pattern.gain = 0.8 + 0.4 * noise(u * 1.5, v * 3, seed);
  },
  paint({ seed }, u, v, pattern) {
    pattern.gain = 0.97 + 0.06 * noise(u * 2, v * 2, seed);
  },
  /** A hub of radius `scale` with spokes in a tyre, about the axle. */
  wheel({ scale }, u, v, pattern) {
    const radius = Math.hypot(u, v);
    const spoke = Math.cos(5 * Math.atan2(v, u)) > -0.3 || radius > 0.85 * scale;
    pattern.mix = radius < scale && spoke ? 1 : 0;
  },
  /** A rim of the second colour, and a pattern inside. */
  sign({ scale, seed }, u, v, pattern) {
    const reach = Math.max(Math.abs(u), Math.abs(v)) / scale;
    const drawn = reach < 0.5 && noise(u / scale * 3, v / scale * 3, seed) > 0.6;
    pattern.mix = reach > 0.78 || drawn ? 1 : 0;
  },
};

const pattern: Pattern = { mix: 0, gain: 1 };

/**
 * Writes the albedo of a material at (u, v) metres on a face, as RGB (about 0 to 1; more for emissive materials), to
 * `out[0]` .. `out[2]`. On upright faces v is the height.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plain } from "./materials.ts";
 *
 * const tiles = { ...plain([1, 0, 0]), kind: "tiles", second: [0, 0, 0] } as const;
 * const out = new Float64Array(3);
 * albedo(tiles, 0.01, 0.5, out); // tiles of a metre: a joint
 * assert.deepEqual([...out], [0, 0, 0]);
 * albedo(tiles, 0.5, 0.5, out);
 * assert.ok(out[0]! >= 0.9);
 * ```
 */
export function albedo(material: Material, u: number, v: number, out: Float64Array): void {
  const { kind, colour, second } = material;
  if (kind === "plaster facade" || kind === "brick facade") return facade(material, u, v, out);
  if (kind === "spines" && bookSpine(material, u, v, out)) return;
  pattern.mix = 0;
  pattern.gain = 1;
  PATTERNS[kind](material, u, v, pattern);
  const { mix, gain } = pattern;
  out[0] = (colour[0] + (second[0] - colour[0]) * mix) * gain;
  out[1] = (colour[1] + (second[1] - colour[1]) * mix) * gain;
  out[2] = (colour[2] + (second[2] - colour[2]) * mix) * gain;
}

/**
 * Albedo of books side by side, each 4.2 cm wide and of its own colour and height; false above the book, where nothing
 * is written.
 */
function bookSpine({ scale, seed }: Material, u: number, v: number, out: Float64Array): boolean {
  const book = Math.floor(u / 0.042);
  if (lattice(book, 3, seed) <= (v / scale + 1) * 0.5 + 0.15) return false;
  const [r, g, b] = hsv(lattice(book, 1, seed), 0.3 + 0.5 * lattice(book, 2, seed), 0.65);
  const band = ((v / scale) * 3 + lattice(book, 5, seed)) % 1 > 0.8 ? 1.4 : 1;
  const tone = (0.5 + 0.8 * lattice(book, 4, seed)) * band;
  out[0] = r * tone;
  out[1] = g * tone;
  out[2] = b * tone;
  return true;
}

/**
 * Albedo of a wall of plaster or brick with a grid of windows. Storeys are `scale` metres high; the second colour is that
 * of the panes.
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
    // Panes differ in brightness, as curtains and rooms behind them do.
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
