/**
 * What every function that adds objects to a street is given.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { StreetBuilder } from "./street.ts";
import type { StreetStyle } from "./styles.ts";

/** The street so far, random numbers, the style to draw towns and materials from, and how far it goes. */
export interface StreetSite {
  street: StreetBuilder;
  random: Random;
  style: StreetStyle;
  /** Metres from the sensor beyond which nothing stands. */
  reach: number;
}
