/**
 * A street: a list of solid primitives, each with its part and material, and the bookkeeping that keeps objects out of
 * each other while it is filled.
 *
 * It is filled in its own axes: x along the main road, y to its left, z up from the road's surface, metres. The finished
 * street is given in the axes of the sensor, as the scans of a driving car are: x forward, y left, z up, the sensor at
 * the origin.
 *
 * @module
 */
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { type Frame, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { PRIMITIVE_WORDS } from "../solids.ts";
import { PART_CLASS, partOf, type StreetPart } from "./classes.ts";

/** Part of what belongs to no class, such as bins and benches. */
export const NO_PART = 255;

/** A finished street. */
export interface Street {
  /** Primitives as the ray caster reads them, see solids.ts. */
  primitives: Float32Array;
  /** Number of primitives. */
  count: number;
  /** u8 [count]: part of each primitive, {@link NO_PART} for what belongs to no class. */
  parts: Uint8Array;
  /** u8 [count]: class (0 to 9) of each primitive, 255 for none. */
  classes: Uint8Array;
  /** Material of each primitive. */
  materials: readonly Material[];
  /** u16 [count]: the object that each primitive belongs to, from 1; 0 for the ground. */
  objects: Uint16Array;
}

/** A rectangle of the ground in a frame: x0..x1, y0..y1. */
export type Area = readonly [x0: number, x1: number, y0: number, y1: number];

/** An area, with its corners in the street's axes. */
interface PlacedArea {
  frame: Frame;
  corners: readonly (readonly [number, number])[];
}

/** Fills a street. */
export class StreetBuilder {
  #sensor: Frame;
  #words: number[] = [];
  #parts: number[] = [];
  #materials: Material[] = [];
  #objectOf: number[] = [];
  #object = 0;
  #ways: PlacedArea[] = [];
  #objects: PlacedArea[] = [];

  /** @param sensor the frame of the street in the axes of the sensor. */
  constructor(sensor: Frame) {
    this.#sensor = sensor;
  }

  /** Begins another object: what is added from here on belongs to it. */
  beginObject(): void {
    this.#object++;
  }

  /** Adds a primitive, packed in the street's axes; `part` is null for what belongs to no class. */
  add(part: StreetPart | null, material: Material, words: readonly number[]): void {
    const { cos, sin } = this.#sensor;
    const at = within(this.#sensor, words[0]!, words[1]!, words[2]!);
    const rotation = [cos * words[8]! - sin * words[9]!, sin * words[8]! + cos * words[9]!];
    this.#words.push(at.x, at.y, at.z, ...words.slice(3, 8), ...rotation, ...words.slice(10));
    this.#parts.push(part === null ? NO_PART : partOf(part));
    this.#materials.push(material);
    this.#objectOf.push(this.#object);
  }

  /** Horizontal distance from the sensor to a frame, metres. */
  distance(frame: Frame): number {
    const at = within(this.#sensor, frame.x, frame.y, 0);
    return Math.hypot(at.x, at.y);
  }

  /** Notes a road or a sidewalk, into which nothing that belongs to a lot may reach. */
  addWay(frame: Frame, area: Area): void {
    this.#ways.push(placed(frame, area));
  }

  /** Takes an area if there is no object in it and, for what belongs to a lot, no road or sidewalk either. */
  claim(frame: Frame, area: Area, where: "lot" | "way"): boolean {
    const wanted = placed(frame, area);
    const taken = (other: PlacedArea) => overlap(wanted, other);
    if (this.#objects.some(taken) || (where === "lot" && this.#ways.some(taken))) return false;
    this.#objects.push(wanted);
    return true;
  }

  /** Gives the street as it is filled so far. */
  finish(): Street {
    const parts = Uint8Array.from(this.#parts);
    return {
      primitives: Float32Array.from(this.#words),
      count: this.#words.length / PRIMITIVE_WORDS,
      parts,
      classes: parts.map((part) => PART_CLASS[part] ?? IGNORE_LABEL),
      materials: this.#materials,
      objects: Uint16Array.from(this.#objectOf),
    };
  }
}

function placed(frame: Frame, [x0, x1, y0, y1]: Area): PlacedArea {
  const corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]] as const;
  return {
    frame,
    corners: corners.map(([x, y]) => {
      const at = within(frame, x, y, 0);
      return [at.x, at.y];
    }),
  };
}

/** Whether two rectangles overlap: unless an axis of either separates them. */
function overlap(a: PlacedArea, b: PlacedArea): boolean {
  return [a.frame, b.frame].every(({ cos, sin }) =>
    [[cos, sin], [-sin, cos]].every(([x, y]) => {
      const along = (area: PlacedArea) =>
        area.corners.map((corner) => corner[0] * x! + corner[1] * y!);
      const [p, q] = [along(a), along(b)];
      return Math.max(...p) > Math.min(...q) && Math.max(...q) > Math.min(...p);
    })
  );
}
