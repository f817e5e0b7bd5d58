/**
 * What every function that adds objects to a tile is given.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { AerialStyle } from "./styles.ts";
import type { TileBuilder } from "./tile.ts";

/** The tile so far, random numbers, and the style to draw towns and materials from. */
export interface AerialSite {
  tile: TileBuilder;
  random: Random;
  style: AerialStyle;
}
