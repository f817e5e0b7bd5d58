/**
 * What the worlds, rooms, streets and land from the air, have in common: the names of their styles, and the form of their scenes.
 *
 * @module
 */
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import type { Split } from "./seeds.ts";

/**
 * How a world is built and furnished. Students are trained on style "A"; style "B" is met at test time only. Style
 * "teacher", whose pictures teachers are trained on, mixes "A" with forms of its own and holds nothing of "B", so
 * that "B" is new to teacher and student alike.
 */
export type StyleName = "A" | "B" | "teacher";

/** Which scene of a world to make. */
export interface SceneRequest<Domain extends string = string> {
  /** Name of the domain. */
  domain: Domain;
  /** Split of the domain. */
  split: Split;
  /** 0 to 65535. */
  index: number;
}

/** A scan with its photographs. */
export interface WorldScene {
  /** "domain/split/index". */
  id: string;
  /** `labels` holds the true class of every point, 255 for points of no class (outliers, drops of rain). */
  scan: Scan;
  /** i32 [points]: number of the object that each point lies on, from 1; 0 where it lies on none. */
  objects: Int32Array;
  /** `photos[i]` was taken by `cameras[i]`. */
  photos: Photo[];
  cameras: Camera[];
  /** True class of every pixel of every photograph, u8 [height * width]; 255 where there is none. */
  photoClasses: Uint8Array[];
}
