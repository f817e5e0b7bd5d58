/**
 * A tile of land: the ground with what covers it, a list of solid primitives that stand on it, each with its part and
 * material, and the bookkeeping that keeps objects out of each other while it is filled.
 *
 * Axes: x east, y north, z up, metres, with zero in the middle of the tile.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import { frameAt, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { box } from "../primitives.ts";
import { PRIMITIVE_WORDS } from "../solids.ts";
import { type AerialPart, COVERS, partOf } from "./classes.ts";
import { type Ground, HALF } from "./terrain.ts";

/** A finished tile. */
export interface Tile {
  /** Primitives as the ray caster reads them, see solids.ts. The first are the covers of the ground, without size. */
  primitives: Float32Array;
  /** Number of primitives. */
  count: number;
  /** u8 [count]: part of each primitive. */
  parts: Uint8Array;
  /** Material of each primitive. */
  materials: readonly Material[];
  /** u16 [count]: the object that each primitive belongs to, from 1; 0 for the ground. */
  objects: Uint16Array;
  /** The ground; its covers are indices of primitives. */
  ground: Ground;
}

/** Half the side of the land that holds objects, metres: what stands beside a tile reaches into it. */
export const FILLED = HALF + 14;

/** Fills a tile. */
export class TileBuilder {
  readonly ground: Ground;
  #words: number[] = [];
  #parts: number[] = [];
  #materials: Material[] = [];
  #objectOf: number[] = [];
  #object = 0;
  /** Square metres of the ground that are taken. */
  readonly #taken = new Uint8Array((2 * FILLED) ** 2);

  /** @param covers the material of each cover of the ground. */
  constructor(ground: Ground, covers: Readonly<Record<(typeof COVERS)[number], Material>>) {
    this.ground = ground;
    const nowhere = frameAt(0, 0, -1000, 0);
    for (const name of COVERS) this.add(name, covers[name], box(nowhere, [0, 0, 0], [0, 0, 0]));
  }

  /** Begins another object: what is added from here on belongs to it. */
  beginObject(): void {
    this.#object++;
  }

  /** Adds a primitive, packed in the axes of the tile. */
  add(part: AerialPart, material: Material, words: readonly number[]): void {
    this.#words.push(...words);
    this.#parts.push(partOf(part));
    this.#materials.push(material);
    this.#objectOf.push(this.#object);
  }

  /** The frame on the ground at (x, y). */
  on(x: number, y: number, angle = 0): Frame {
    return frameAt(x, y, this.ground.height(x, y), angle);
  }

  /** The lowest and the highest ground below a rectangle about a frame. */
  below(frame: Frame, halfX: number, halfY: number): { low: number; high: number } {
    let low = Infinity, high = -Infinity;
    for (const u of [-1, 0, 1]) {
      for (const v of [-1, 0, 1]) {
        const at = within(frame, u * halfX, v * halfY, 0);
        const z = this.ground.height(at.x, at.y);
        (low = Math.min(low, z)), (high = Math.max(high, z));
      }
    }
    return { low, high };
  }

  /** Takes a rectangle about a frame if all of it is free and lies on the land that is filled. */
  claim(frame: Frame, halfX: number, halfY: number): boolean {
    const cells = this.#cells(frame, halfX, halfY);
    if (!cells || cells.some((cell) => this.#taken[cell] === 1)) return false;
    for (const cell of cells) this.#taken[cell] = 1;
    return true;
  }

  /** Takes what `isTaken` says of the ground, such as roads and waters. */
  reserve(isTaken: (x: number, y: number) => boolean): void {
    const side = 2 * FILLED;
    for (let cell = 0; cell < this.#taken.length; cell++) {
      const x = cell % side + 0.5 - FILLED, y = Math.floor(cell / side) + 0.5 - FILLED;
      if (isTaken(x, y)) this.#taken[cell] = 1;
    }
  }

  /** The square metres that a rectangle touches; null where it reaches beyond the land that is filled. */
  #cells(frame: Frame, halfX: number, halfY: number): number[] | null {
    const side = 2 * FILLED;
    const cells = new Set<number>();
    const [nx, ny] = [Math.max(1, Math.ceil(2 * halfX)), Math.max(1, Math.ceil(2 * halfY))];
    for (let i = 0; i <= nx; i++) {
      for (let j = 0; j <= ny; j++) {
        const at = within(frame, (2 * i / nx - 1) * halfX, (2 * j / ny - 1) * halfY, 0);
        const column = Math.floor(at.x + FILLED), row = Math.floor(at.y + FILLED);
        if (column < 0 || row < 0 || column >= side || row >= side) return null;
        cells.add(row * side + column);
      }
    }
    return [...cells];
  }

  /** Gives the tile as it is filled so far. */
  finish(): Tile {
    return {
      primitives: Float32Array.from(this.#words),
      count: this.#words.length / PRIMITIVE_WORDS,
      parts: Uint8Array.from(this.#parts),
      materials: this.#materials,
      objects: Uint16Array.from(this.#objectOf),
      ground: this.ground,
    };
  }
}
