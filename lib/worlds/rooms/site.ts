/**
 * What every function that adds objects to a room is given.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { RoomBuilder } from "./room.ts";
import type { RoomStyle } from "./styles.ts";

/** The room so far, random numbers, and the style to draw shapes and materials from. */
export interface RoomSite {
  builder: RoomBuilder;
  random: Random;
  style: RoomStyle;
}
