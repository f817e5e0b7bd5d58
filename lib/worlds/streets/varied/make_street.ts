/**
 * Makes a varied street from a seed. It is laid out as those of the benchmark are, and takes objects from the towns that
 * teachers know, none from town B; beyond these it has plants, vehicles, fronts and clutter of its own.
 *
 * @module
 */
import { Random } from "../../../random/random.ts";
import { frameAt, within } from "../../frame.ts";
import type { Strips } from "../ground.ts";
import { drawLayout } from "../layout.ts";
import type { MadeStreet } from "../make_street.ts";
import { addTrafficLights } from "../roadside.ts";
import type { StreetSite } from "../site.ts";
import { StreetBuilder } from "../street.ts";
import { StreetStyle } from "../styles.ts";
import { addHumps, addVariedGround } from "./ground.ts";
import { addVariedLots } from "./lots.ts";
import { drawMeasures } from "./measures.ts";
import { addVariedPeople, addVariedRoadside, addVariedTraffic } from "./roadside.ts";

/** Metres from the sensor to the end of a varied street. */
const REACH = 64;

/**
 * Makes a varied street around a sensor in the right-hand lane, `height` metres above the road. Equal arguments give
 * equal streets, bit for bit.
 *
 * @param seed any uint32.
 */
export function makeVariedStreet(seed: number, height: number): MadeStreet {
  const random = new Random(seed, 1);
  const style = new StreetStyle("teacher");
  const measures = drawMeasures(random);
  const half = random.range(...measures.road);
  const layout = drawLayout(random, half, random.range(2.6, 5), REACH);
  const strips: Strips = {
    kerb: random.range(0.1, 0.25),
    verge: random.chance(measures.verges) ? random.range(...measures.verge) : 0,
    sidewalk: random.range(...measures.sidewalk),
  };
  const heading = random.range(-0.1, 0.1);
  const sensor = within(frameAt(0, 0, -height, heading), 0, half * random.range(0.3, 0.55), 0);
  const site: StreetSite = { street: new StreetBuilder(sensor), random, style, reach: REACH };
  // The place of the car itself.
  site.street.claim(frameAt(0, -half / 2, 0, 0), [-3.5, 5, -1.3, 1.3], "way");
  const green = addVariedGround(site, layout, strips, measures);
  addVariedTraffic(site, layout, measures);
  for (const frontage of layout.frontages) addVariedRoadside(site, frontage, strips, measures);
  addVariedPeople(site, layout, strips, measures);
  addTrafficLights(site, layout);
  for (const frontage of layout.frontages) {
    addVariedLots(site, layout, frontage, strips, measures);
  }
  for (const frontage of green) addHumps(site, layout, frontage, strips, measures);
  return { ...site.street.finish(), towns: style.drawn };
}
