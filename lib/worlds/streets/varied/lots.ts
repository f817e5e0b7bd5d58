/**
 * Lots of a varied street: buildings of every town and with fronts of their own, sheds, and gardens that are walled,
 * hedged or overgrown.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { inReach, lotsBegin, type Strips } from "../ground.ts";
import type { Frontage, StreetLayout } from "../layout.ts";
import { addBuilding, BUILDING_DEPTH } from "../objects/buildings.ts";
import { addBush } from "../objects/plants.ts";
import type { StreetSite } from "../site.ts";
import { addFrontedBuilding, addShed } from "./buildings.ts";
import { addBarrier, addThing, THING_HALF } from "./clutter.ts";
import { lotRise, riseOf } from "./ground.ts";
import type { VariedMeasures } from "./measures.ts";
import { addAnyTree, addHighHedge, addIvy, addThicket, addTuft } from "./plants.ts";

/** Gardens beyond this distance from the sensor hold little, metres. */
const NEAR = 42;

/** A lot: its front in the middle of the sidewalk's far edge, and what the ground does behind it. */
interface Lot {
  frame: Frame;
  half: number;
  /** Gives the frame of a place in the lot, on its ground. */
  at: (x: number, y: number, angle?: number) => Frame;
}

/** Adds lots side by side along a frontage. */
export function addVariedLots(
  site: StreetSite,
  layout: StreetLayout,
  frontage: Frontage,
  strips: Strips,
  measures: VariedMeasures,
): void {
  const { street, random, style } = site;
  const { frame, length } = frontage;
  const rise = riseOf(layout, frontage, measures);
  for (let x = 0; x < length - 3;) {
    const wide = Math.min(random.range(...measures.lot), length - x);
    const front = within(frame, x + wide / 2, lotsBegin(strips), measures.kerb - 0.02);
    x += wide;
    if (!inReach(site, front)) continue;
    const half = wide / 2;
    const lot: Lot = {
      frame: front,
      half,
      at: (x, y, angle = 0) => within(front, x, y, lotRise(rise, measures.run, y), angle),
    };
    const setback = Math.max(random.range(...measures.setback), rise > 0 ? 0.4 + measures.run : 0);
    const town = style.town(random);
    const depth = random.range(...BUILDING_DEPTH[town]);
    const attached = random.chance(0.4);
    const width = wide - (attached ? 0 : Math.min(random.range(1, 5), wide * 0.4));
    const built = wide > 5 && !random.chance(measures.green) &&
      street.claim(lot.at(0, setback), [-width / 2, width / 2, 0, depth], "lot");
    if (built) {
      if (random.chance(0.4)) addBuilding(site, town, lot.at(0, setback), width, depth);
      else addFrontedBuilding(site, lot.at(0, setback), width, depth);
      if (random.chance(0.1)) addIvy(site, lot.at(0, setback - 0.1), width / 2, 5);
    }
    addGarden(site, lot, built ? setback : undefined, measures);
  }
}

/** Adds what stands in front of a building, or on a lot without one. */
function addGarden(
  site: StreetSite,
  lot: Lot,
  setback: number | undefined,
  measures: VariedMeasures,
): void {
  const { street, random } = site;
  const { half } = lot;
  const room = setback ?? 16;
  const near = street.distance(lot.frame) < NEAR;
  if (random.chance(measures.fenced) && room > 1) {
    addFront(site, lot, setback !== undefined, measures);
  }
  if (setback === undefined) {
    // The far end of an open lot: trees in a row, a thicket or a wall.
    const back = lot.at(0, random.range(9, 15));
    if (random.chance(0.7) && street.claim(back, [-half, half, -1, 1], "lot")) {
      if (random.chance(0.6)) addThicket(site, back, half);
      else addBarrier(site, back, half - 0.1);
    }
    const shed = lot.at(random.range(-0.3, 0.3) * half, random.range(3, 8));
    if (near && random.chance(0.25) && street.claim(shed, [-2, 2, 0, 4], "lot")) {
      addShed(site, shed, random.range(2.4, 3.8), random.range(2, 4));
    }
  }
  const plants = Math.round(random.range(0.15, 0.5) * half * Math.min(3, Math.sqrt(room)));
  for (let i = 0; i < (near ? plants : Math.ceil(plants / 3)); i++) {
    const at = lot.at(
      random.range(-0.9, 0.9) * half,
      random.range(0.8, Math.max(1, room - 0.8)),
      random.range(0, Math.PI),
    );
    const kind = random.uniform();
    if (room < 1.4) continue;
    if (kind < 0.35 && room > 2.5) {
      if (street.claim(at, [-0.7, 0.7, -0.7, 0.7], "lot")) addAnyTree(site, at);
    } else if (kind < 0.6) {
      const long = Math.min(random.range(0.6, 3), room / 2);
      if (street.claim(at, [-long, long, -0.8, 0.8], "lot")) addThicket(site, at, long * 0.8);
    } else if (kind < 0.8) {
      if (street.claim(at, [-0.8, 0.8, -0.8, 0.8], "lot")) addBush(site, at);
    } else if (kind < 0.93) {
      addTuft(site, at);
    } else if (street.claim(at, [-THING_HALF, THING_HALF, -THING_HALF, THING_HALF], "lot")) {
      addThing(site, at);
    }
  }
}

/** Closes the front of a lot, along its whole length or beside an entrance. */
function addFront(site: StreetSite, lot: Lot, built: boolean, measures: VariedMeasures): void {
  const { street, random } = site;
  const gate = built && lot.half > 2.5 ? random.range(0.5, 2) : 0;
  const reach = lot.half - 0.1 - gate;
  if (reach < 0.5) return;
  const side = random.chance(0.5) ? 1 : -1;
  const front = lot.at(side * gate, 0.25);
  if (!street.claim(front, [-reach, reach, -0.15, 0.7], "lot")) return;
  if (!random.chance(measures.planted)) addBarrier(site, front, reach);
  else if (random.chance(0.5)) addHighHedge(site, within(front, 0, 0.5, 0), reach);
  else addThicket(site, within(front, 0, 0.7, 0), reach);
}
