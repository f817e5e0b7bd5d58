/**
 * The shape of the ground: a smooth height field with roads on dams, ditches and waters in it. The ray caster knows
 * solids alone, so rays are met with the ground here, on the processor; rays of surveys come from above and need few
 * steps.
 *
 * @module
 */
import type { CastRays, Hits, Rays } from "../raycast.ts";
import type { Random } from "../../random/random.ts";

/** Half the side of a tile, metres: what is scanned of the land. */
export const HALF = 25;
/** Half the side of the height field, metres; beyond it the ground goes on level. */
const REACH = 70;
/** Edge of a cell of the height field, metres. */
const CELL = 0.5;
const SIDE = 2 * REACH / CELL + 1;
/** Longest step along a ray between two looks at the ground, metres on the map. */
const STEP = 0.75;
/** Halvings that find where a ray goes below the ground. */
const HALVINGS = 10;

/** Gives a value at a place of the map, metres. */
export type Field = (x: number, y: number) => number;

/** What covers the ground at a place: an index into {@link COVERS}. */
export type CoverField = (x: number, y: number) => number;

/** Rises smoothly from 0 at `low` to 1 at `high`. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Draws hills: a slope, and waves of falling length that are steepest where the slope is. */
export function drawHills(random: Random, slope: number): Field {
  const aspect = random.range(0, 2 * Math.PI);
  const [sx, sy] = [slope * Math.cos(aspect), slope * Math.sin(aspect)];
  const waves = Array.from({ length: 10 }, (_, i) => {
    const length = 90 * 0.75 ** i * random.range(0.8, 1.2);
    const angle = random.range(0, 2 * Math.PI);
    const k = 2 * Math.PI / length;
    // Short waves are lower than long ones by more than their length is shorter.
    const steepness = (0.02 + 0.25 * slope) * random.range(0.2, 1) * 0.8 ** i;
    return {
      kx: k * Math.cos(angle),
      ky: k * Math.sin(angle),
      height: steepness / k,
      phase: random.range(0, 2 * Math.PI),
    };
  });
  return (x, y) => {
    let height = sx * x + sy * y;
    for (const { kx, ky, height: most, phase } of waves) {
      height += most * Math.sin(kx * x + ky * y + phase);
    }
    return height;
  };
}

/** A height field on a grid, with what covers it. */
export class Ground {
  readonly #heights = new Float32Array(SIDE * SIDE);
  /** What covers a place. */
  readonly cover: CoverField;
  /** The lowest and the highest of the heights, metres. */
  readonly low: number;
  readonly high: number;

  constructor(height: Field, cover: CoverField) {
    this.cover = cover;
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        this.#heights[row * SIDE + column] = height(column * CELL - REACH, row * CELL - REACH);
      }
    }
    this.low = this.#heights.reduce((low, value) => Math.min(low, value), Infinity);
    this.high = this.#heights.reduce((high, value) => Math.max(high, value), -Infinity);
  }

  /** Height of the ground at (x, y), metres. */
  height(x: number, y: number): number {
    const u = Math.max(0, Math.min(SIDE - 1.001, (x + REACH) / CELL));
    const v = Math.max(0, Math.min(SIDE - 1.001, (y + REACH) / CELL));
    const column = Math.floor(u), row = Math.floor(v);
    const at = row * SIDE + column;
    const fx = u - column, fy = v - row;
    const h = this.#heights;
    return (h[at]! * (1 - fx) + h[at + 1]! * fx) * (1 - fy) +
      (h[at + SIDE]! * (1 - fx) + h[at + SIDE + 1]! * fx) * fy;
  }

  /** Steepness of the ground at (x, y), metres a metre. */
  slope(x: number, y: number): number {
    const dx = this.height(x + CELL, y) - this.height(x - CELL, y);
    const dy = this.height(x, y + CELL) - this.height(x, y - CELL);
    return Math.hypot(dx, dy) / (2 * CELL);
  }

  /** Writes the outward normal at (x, y) to `out[at]` .. `out[at + 2]`. */
  normal(x: number, y: number, out: Float32Array, at: number): void {
    const dx = (this.height(x + CELL, y) - this.height(x - CELL, y)) / (2 * CELL);
    const dy = (this.height(x, y + CELL) - this.height(x, y - CELL)) / (2 * CELL);
    const length = Math.hypot(dx, dy, 1);
    (out[at] = -dx / length), (out[at + 1] = -dy / length), (out[at + 2] = 1 / length);
  }

  /**
   * Finds where a ray that goes down meets the ground.
   *
   * @param words origin at `at`, direction at `at + 4`, as {@link Rays} hold them.
   * @param farthest t up to which the ground matters.
   * @returns t; -1 where the ray does not go down, starts below, or meets the ground later than `farthest`.
   */
  meet(words: Float32Array, at: number, farthest: number): number {
    const ox = words[at]!, oy = words[at + 1]!, oz = words[at + 2]!;
    const dx = words[at + 4]!, dy = words[at + 5]!, dz = words[at + 6]!;
    if (dz >= -1e-6) return -1;
    let above = Math.max(0, (this.high - oz) / dz);
    const end = Math.min(farthest, (this.low - 0.01 - oz) / dz);
    if (above >= end) return -1;
    const over = (t: number) => oz + t * dz - this.height(ox + t * dx, oy + t * dy);
    if (over(above) < 0) return -1;
    const steps = Math.ceil(Math.hypot(dx, dy) * (end - above) / STEP) + 1;
    const step = (end - above) / steps;
    for (let i = 1; i <= steps; i++) {
      let below = i === steps ? end : above + step;
      if (over(below) > 0) {
        above = below;
        continue;
      }
      for (let halving = 0; halving < HALVINGS; halving++) {
        const middle = (above + below) / 2;
        if (over(middle) > 0) above = middle;
        else below = middle;
      }
      // Between two places this near to each other, the ground is a plane.
      const [a, b] = [over(above), over(below)];
      return above + (below - above) * (a > b ? a / (a - b) : 0);
    }
    return -1;
  }
}

/**
 * Makes a ray caster that meets the ground as well. The covers of the ground are the first primitives of a tile: solids
 * without size, which rays alone would never meet.
 */
export function overGround(cast: CastRays, ground: Ground): CastRays {
  return async (solids, rays) => withGround(await cast(solids, rays), rays, ground);
}

function withGround(hits: Hits, rays: Rays, ground: Ground): Hits {
  const { surface, primitive } = hits;
  const { words } = rays;
  for (let ray = 0; ray < rays.count; ray++) {
    const w = ray * 8, h = ray * 4;
    const met = primitive[ray]! >= 0;
    const t = ground.meet(words, w, met ? surface[h + 3]! : Infinity);
    if (t < 0) continue;
    const x = words[w]! + t * words[w + 4]!, y = words[w + 1]! + t * words[w + 5]!;
    ground.normal(x, y, surface, h);
    surface[h + 3] = t;
    primitive[ray] = ground.cover(x, y);
  }
  return hits;
}
