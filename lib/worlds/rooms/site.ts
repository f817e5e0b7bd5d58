/**
 * What every maker of objects is given: the room so far, random numbers and the style.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { RoomBuilder } from "./room.ts";
import type { Style } from "./styles.ts";

export interface Site {
  builder: RoomBuilder;
  random: Random;
  style: Style;
}
