/**
 * Makes a whole street from a seed: the ground, then traffic, what stands along the roads and people, then lots with
 * buildings and gardens.
 *
 * @module
 */
import { frameAt, within } from "../frame.ts";
import { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import { addGround, lotsBegin, type Strips } from "./ground.ts";
import { drawLayout, REACH } from "./layout.ts";
import { addLots } from "./lots.ts";
import { addPeople, addRoadside, addTraffic, addTrafficLights } from "./roadside.ts";
import type { StreetSite } from "./site.ts";
import { type Street, StreetBuilder } from "./street.ts";
import { MEASURES, StreetStyle } from "./styles.ts";
import type { Town } from "./towns.ts";

/** A street, and which towns its objects were drawn from. */
export interface MadeStreet extends Street {
  /** Towns that objects were drawn from. */
  towns: ReadonlySet<Town>;
}

/**
 * Makes a street of one style, around a sensor in the right-hand lane, `height` metres above the road. Equal arguments
 * give equal streets, bit for bit.
 *
 * @param seed any uint32.
 */
export function makeStreet(seed: number, name: StyleName, height: number): MadeStreet {
  const random = new Random(seed, 1);
  const style = new StreetStyle(name);
  const measures = MEASURES[style.town(random)];
  const half = random.range(...measures.road);
  const layout = drawLayout(random, half, random.range(...MEASURES[style.town(random)].road));
  const strips: Strips = {
    kerb: 0.16,
    verge: random.chance(measures.verges) ? random.range(...measures.verge) : 0,
    sidewalk: random.range(...measures.sidewalk),
  };
  // Where the middle of the road lies in the axes of the sensor.
  const heading = random.range(-0.06, 0.06);
  const sensor = within(frameAt(0, 0, -height, heading), 0, half * random.range(0.4, 0.55), 0);
  const site: StreetSite = { street: new StreetBuilder(sensor), random, style, reach: REACH };
  // The place of the car itself.
  site.street.claim(frameAt(0, -half / 2, 0, 0), [-3.5, 5, -1.3, 1.3], "way");
  addGround(site, layout, strips);
  addTraffic(site, layout, measures);
  for (const frontage of layout.frontages) addRoadside(site, frontage, strips, measures);
  addPeople(site, layout, strips);
  addTrafficLights(site, layout);
  for (const frontage of layout.frontages) addLots(site, frontage, lotsBegin(strips), measures);
  return { ...site.street.finish(), towns: style.drawn };
}
