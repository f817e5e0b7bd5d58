/**
 * A room: a list of solid primitives, each with its part and material, and the bookkeeping that keeps
 * furniture from standing inside other furniture while the room is filled.
 *
 * World axes: x along the room, y across, z up, metres; the floor is z = 0, the room is centred on the
 * origin.
 *
 * @module
 */
import { PART_CLASS, partOf, type RoomPart } from "./classes.ts";
import { type Frame, frameAt, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import type { Random } from "../../random/random.ts";

/** A finished room. */
export interface Room {
  halfX: number;
  halfY: number;
  height: number;
  /** Primitives as the ray caster reads them: f32 [count * PRIMITIVE_WORDS], see solids.ts. */
  primitives: Float32Array;
  count: number;
  /** Part (0..31) and class (0..12) of each primitive. */
  parts: Uint8Array;
  classes: Uint8Array;
  materials: readonly Material[];
  /** Places of the ceiling lamps, for the light. */
  lamps: readonly (readonly [number, number, number])[];
  /** True where a camera or a scanner may stand: free floor, `margin` metres off furniture. */
  isFree(x: number, y: number, margin: number): boolean;
}

/** An axis-aligned rectangle of the floor. */
interface Footprint {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A rectangle of a wall that something covers: along the wall, and up. */
interface WallArea {
  wall: number;
  a0: number;
  a1: number;
  z0: number;
  z1: number;
}

/** Cosine and sine of each wall's frame: local y points into the room, local x along the wall. */
const WALL_TURNS = [[1, 0], [0, 1], [-1, 0], [0, -1]] as const;

/** Fills a room. */
export class RoomBuilder {
  readonly halfX: number;
  readonly halfY: number;
  readonly height: number;
  #words: number[] = [];
  #parts: number[] = [];
  #materials: Material[] = [];
  #lamps: [number, number, number][] = [];
  #footprints: Footprint[] = [];
  #wallAreas: WallArea[] = [];

  constructor(size: { halfX: number; halfY: number; height: number }) {
    this.halfX = size.halfX;
    this.halfY = size.halfY;
    this.height = size.height;
  }

  /** A box about (x, y, z) of the frame, with half sizes hx, hy, hz. */
  box(
    frame: Frame,
    part: RoomPart,
    material: Material,
    [x, y, z]: readonly [number, number, number],
    [hx, hy, hz]: readonly [number, number, number],
  ): void {
    const at = within(frame, x, y, z);
    this.#add(part, material, [at.x, at.y, at.z, 0, hx, hy, hz, 0, frame.cos, frame.sin, 0, 0]);
  }

  /** An upright cylinder about (x, y, z) of the frame, of half height h. */
  cylinder(
    frame: Frame,
    part: RoomPart,
    material: Material,
    [x, y, z]: readonly [number, number, number],
    radius: number,
    h: number,
  ): void {
    const at = within(frame, x, y, z);
    const words = [at.x, at.y, at.z, 1, radius, radius, h, 0, frame.cos, frame.sin, 0, 0];
    this.#add(part, material, words);
  }

  #add(part: RoomPart, material: Material, words: number[]): void {
    this.#words.push(...words);
    this.#parts.push(partOf(part));
    this.#materials.push(material);
  }

  /** Notes a lamp at a frame. */
  lamp(frame: Frame): void {
    this.#lamps.push([frame.x, frame.y, frame.z]);
  }

  /** The frame on a wall, `along` metres from its middle. */
  wallFrame(wall: number, along: number): Frame {
    const [cos, sin] = WALL_TURNS[wall]!;
    const offset = -(wall % 2 === 0 ? this.halfY : this.halfX);
    // `+ 0` turns -0 into 0.
    return {
      x: cos * along - sin * offset + 0,
      y: sin * along + cos * offset + 0,
      z: 0,
      cos,
      sin,
    };
  }

  /** Half the length of a wall. */
  wallHalf(wall: number): number {
    return wall % 2 === 0 ? this.halfX : this.halfY;
  }

  /**
   * A free place on a wall for something `width` wide that covers heights z0..z1 and reaches `depth`
   * metres into the room, or undefined after 24 tries. The place is taken.
   */
  placeOnWall(
    random: Random,
    width: number,
    z0: number,
    z1: number,
    depth: number,
  ): Frame | undefined {
    for (let attempt = 0; attempt < 24; attempt++) {
      const wall = random.integer(4);
      const reach = this.wallHalf(wall) - width / 2 - 0.03;
      const along = random.range(-reach, reach);
      if (reach < 0) continue;
      const area = { wall, a0: along - width / 2, a1: along + width / 2, z0, z1 };
      if (this.#wallAreas.some((other) => overlapsOnWall(area, other))) continue;
      const frame = this.wallFrame(wall, along);
      if (z0 < 0.5) {
        const footprint = footprintOf(frame, -width / 2, width / 2, 0, depth);
        if (this.#footprints.some((other) => overlaps(footprint, other, 0.04))) continue;
        this.#footprints.push(footprint);
      }
      this.#wallAreas.push(area);
      return frame;
    }
    return undefined;
  }

  /**
   * A free place on the floor for something of half sizes hx, hy at any of the given headings, `gap`
   * metres from everything else, or undefined after 40 tries. The place is taken.
   */
  placeOnFloor(
    random: Random,
    hx: number,
    hy: number,
    gap: number,
    heading: () => number,
  ): Frame | undefined {
    for (let attempt = 0; attempt < 40; attempt++) {
      const reachX = this.halfX - 0.1, reachY = this.halfY - 0.1;
      const x = random.range(-reachX, reachX);
      const y = random.range(-reachY, reachY);
      const frame = frameAt(x, y, 0, heading());
      if (this.claim(frame, hx, hy, gap)) return frame;
    }
    return undefined;
  }

  /** Takes the place of a frame if it is inside the room and `gap` metres from everything else. */
  claim(frame: Frame, hx: number, hy: number, gap: number): boolean {
    const footprint = footprintOf(frame, -hx, hx, -hy, hy);
    const inside = footprint.x0 > -this.halfX + 0.03 && footprint.x1 < this.halfX - 0.03 &&
      footprint.y0 > -this.halfY + 0.03 && footprint.y1 < this.halfY - 0.03;
    if (!inside || this.#footprints.some((other) => overlaps(footprint, other, gap))) return false;
    this.#footprints.push(footprint);
    return true;
  }

  /** The room as it stands. */
  finish(): Room {
    const { halfX, halfY } = this;
    const footprints = this.#footprints.slice();
    const parts = Uint8Array.from(this.#parts);
    return {
      halfX,
      halfY,
      height: this.height,
      primitives: Float32Array.from(this.#words),
      count: parts.length,
      parts,
      classes: parts.map((part) => PART_CLASS[part]!),
      materials: this.#materials,
      lamps: this.#lamps,
      isFree: (x, y, margin) =>
        Math.abs(x) < halfX - margin && Math.abs(y) < halfY - margin &&
        !footprints.some((f) =>
          x > f.x0 - margin && x < f.x1 + margin && y > f.y0 - margin && y < f.y1 + margin
        ),
    };
  }
}

function footprintOf(frame: Frame, x0: number, x1: number, y0: number, y1: number): Footprint {
  const corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]] as const;
  const at = corners.map(([x, y]) => within(frame, x, y, 0));
  return {
    x0: Math.min(...at.map((p) => p.x)),
    y0: Math.min(...at.map((p) => p.y)),
    x1: Math.max(...at.map((p) => p.x)),
    y1: Math.max(...at.map((p) => p.y)),
  };
}

function overlaps(a: Footprint, b: Footprint, gap: number): boolean {
  return a.x0 < b.x1 + gap && b.x0 < a.x1 + gap && a.y0 < b.y1 + gap && b.y0 < a.y1 + gap;
}

function overlapsOnWall(a: WallArea, b: WallArea): boolean {
  return a.wall === b.wall && a.a0 < b.a1 + 0.05 && b.a0 < a.a1 + 0.05 && a.z0 < b.z1 &&
    b.z0 < a.z1;
}
