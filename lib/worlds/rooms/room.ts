/**
 * A room: a list of solid primitives, each with its part and material, and the bookkeeping that keeps pieces of furniture
 * out of each other while the room is filled.
 *
 * World axes: x along the room, y across, z up, metres; the floor is at z = 0, and the room is centred on the origin.
 *
 * @module
 */
import { PART_CLASS, partOf, type RoomPart } from "./classes.ts";
import { type Frame, frameAt, type Vector3, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { box, cylinder } from "../primitives.ts";
import type { Random } from "../../random/random.ts";

/** A finished room. */
export interface Room {
  /** Half length, half width and height, metres. */
  halfX: number;
  halfY: number;
  height: number;
  /** Primitives as the ray caster reads them: f32 [count * PRIMITIVE_WORDS], see solids.ts. */
  primitives: Float32Array;
  /** Number of primitives. */
  count: number;
  /** u8 [count]: part (0 to 31) of each primitive. */
  parts: Uint8Array;
  /** u8 [count]: class (0 to 12) of each primitive. */
  classes: Uint8Array;
  /** Material of each primitive. */
  materials: readonly Material[];
  /** u16 [count]: the object that each primitive belongs to, from 1; 0 for the shell. */
  objects: Uint16Array;
  /** Places of the ceiling lamps, for the light. */
  lamps: readonly Vector3[];
  /** Whether a camera or a scanner may stand there: on free floor, `margin` metres from furniture and walls. */
  isFree(x: number, y: number, margin: number): boolean;
}

/** An axis-aligned rectangle of the floor. */
interface FloorArea {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A rectangle of a wall that something covers: a0..a1 along the wall, z0..z1 in height. */
interface WallArea {
  wall: number;
  a0: number;
  a1: number;
  z0: number;
  z1: number;
}

/** Cosine and sine of each wall's frame, whose x leads along the wall and whose y points into the room. */
const WALL_HEADINGS = [[1, 0], [0, 1], [-1, 0], [0, -1]] as const;

/** Fills a room. */
export class RoomBuilder {
  readonly halfX: number;
  readonly halfY: number;
  readonly height: number;
  #words: number[] = [];
  #parts: number[] = [];
  #materials: Material[] = [];
  #objects: number[] = [];
  #object = 0;
  #lamps: Vector3[] = [];
  #floorAreas: FloorArea[] = [];
  #wallAreas: WallArea[] = [];

  /** @param size half length, half width and height of the room, metres. */
  constructor(size: { halfX: number; halfY: number; height: number }) {
    this.halfX = size.halfX;
    this.halfY = size.halfY;
    this.height = size.height;
  }

  /** Begins another object: what is added from here on belongs to it. */
  beginObject(): void {
    this.#object++;
  }

  /** Adds a box about the place `at` of the frame. */
  box(frame: Frame, part: RoomPart, material: Material, at: Vector3, half: Vector3): void {
    this.#add(part, material, box(frame, at, half));
  }

  /** Adds an upright cylinder of half height `h` about the place `at` of the frame. */
  cylinder(
    frame: Frame,
    part: RoomPart,
    material: Material,
    at: Vector3,
    radius: number,
    h: number,
  ): void {
    this.#add(part, material, cylinder(frame, at, radius, h));
  }

  #add(part: RoomPart, material: Material, words: number[]): void {
    this.#words.push(...words);
    this.#parts.push(partOf(part));
    this.#materials.push(material);
    this.#objects.push(this.#object);
  }

  /** Notes that a lamp shines at a frame. */
  lamp(frame: Frame): void {
    this.#lamps.push([frame.x, frame.y, frame.z]);
  }

  /** Gives the frame on the floor at a wall (0 to 3), `along` metres from the middle of the wall. */
  wallFrame(wall: number, along: number): Frame {
    const [cos, sin] = WALL_HEADINGS[wall]!;
    const offset = -(wall % 2 === 0 ? this.halfY : this.halfX);
    // `+ 0` makes 0 of -0.
    return {
      x: cos * along - sin * offset + 0,
      y: sin * along + cos * offset + 0,
      z: 0,
      cos,
      sin,
    };
  }

  /** Half the length of a wall, metres. */
  wallHalf(wall: number): number {
    return wall % 2 === 0 ? this.halfX : this.halfY;
  }

  /**
   * Finds and takes a free place at a wall for something `width` wide that covers heights z0..z1 and reaches `depth`
   * metres into the room; undefined after 24 tries.
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
        const floor = floorAreaOf(frame, -width / 2, width / 2, 0, depth);
        if (this.#floorAreas.some((other) => overlaps(floor, other, 0.04))) continue;
        this.#floorAreas.push(floor);
      }
      this.#wallAreas.push(area);
      return frame;
    }
    return undefined;
  }

  /**
   * Finds and takes a free place on the floor, `gap` metres from everything else, for something of half sizes hx, hy;
   * undefined after 40 tries.
   *
   * @param heading draws a heading for each try, radians.
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

  /** Takes the place at a frame if it is inside the room and `gap` metres from everything else. */
  claim(frame: Frame, hx: number, hy: number, gap: number): boolean {
    const floor = floorAreaOf(frame, -hx, hx, -hy, hy);
    const inside = floor.x0 > -this.halfX + 0.03 && floor.x1 < this.halfX - 0.03 &&
      floor.y0 > -this.halfY + 0.03 && floor.y1 < this.halfY - 0.03;
    if (!inside || this.#floorAreas.some((other) => overlaps(floor, other, gap))) return false;
    this.#floorAreas.push(floor);
    return true;
  }

  /** Gives the room as it is filled so far. */
  finish(): Room {
    const { halfX, halfY } = this;
    const floorAreas = this.#floorAreas.slice();
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
      objects: Uint16Array.from(this.#objects),
      lamps: this.#lamps,
      isFree: (x, y, margin) =>
        Math.abs(x) < halfX - margin && Math.abs(y) < halfY - margin &&
        !floorAreas.some((area) =>
          x > area.x0 - margin && x < area.x1 + margin && y > area.y0 - margin &&
          y < area.y1 + margin
        ),
    };
  }
}

function floorAreaOf(frame: Frame, x0: number, x1: number, y0: number, y1: number): FloorArea {
  const corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]] as const;
  const at = corners.map(([x, y]) => within(frame, x, y, 0));
  return {
    x0: Math.min(...at.map((p) => p.x)),
    y0: Math.min(...at.map((p) => p.y)),
    x1: Math.max(...at.map((p) => p.x)),
    y1: Math.max(...at.map((p) => p.y)),
  };
}

function overlaps(a: FloorArea, b: FloorArea, gap: number): boolean {
  return a.x0 < b.x1 + gap && b.x0 < a.x1 + gap && a.y0 < b.y1 + gap && b.y0 < a.y1 + gap;
}

function overlapsOnWall(a: WallArea, b: WallArea): boolean {
  return a.wall === b.wall && a.a0 < b.a1 + 0.05 && b.a0 < a.a1 + 0.05 && a.z0 < b.z1 &&
    b.z0 < a.z1;
}
