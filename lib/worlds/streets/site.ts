/**
 * What every maker of objects is given: the street so far, random numbers and the style.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { StreetBuilder } from "./street.ts";
import type { Style } from "./styles.ts";

export interface Site {
  street: StreetBuilder;
  random: Random;
  style: Style;
}
