/**
 * Lots along the roads: buildings, and gardens with fences, mounds and plants.
 *
 * @module
 */
import { type Frame, within } from "../frame.ts";
import { ellipsoid, prism } from "../primitives.ts";
import { addBuilding, BUILDING_DEPTH } from "./objects/buildings.ts";
import { addFence } from "./objects/furniture.ts";
import { inReach } from "./ground.ts";
import type { Frontage } from "./layout.ts";
import { addBush, addHedge, addTree } from "./objects/plants.ts";
import type { StreetSite } from "./site.ts";
import { MEASURES, type Measures } from "./styles.ts";

/** Adds lots side by side along a frontage: each holds a building behind its garden, or plants alone. */
export function addLots(
  site: StreetSite,
  { frame, length }: Frontage,
  begin: number,
  measures: Measures,
): void {
  const { street, random, style } = site;
  for (let x = 0; x < length - 3;) {
    const wide = Math.min(random.range(...measures.lot), length - x);
    const lot = within(frame, x + wide / 2, begin, 0.1);
    x += wide;
    if (!inReach(site, lot)) continue;
    const half = wide / 2;
    const town = style.town(random);
    const setback = random.range(...MEASURES[town].setback);
    const depth = random.range(...BUILDING_DEPTH[town]);
    const room = half * 2 - (measures.lot[1] < 10 ? 0 : random.range(1.5, 3));
    const built = wide > 5 && !random.chance(measures.green) &&
      street.claim(within(lot, 0, setback, 0), [-room / 2, room / 2, 0, depth], "lot");
    street.beginObject();
    if (built) addBuilding(site, town, within(lot, 0, setback, 0), room, depth);
    addGarden(site, lot, half, built ? setback : undefined, measures);
  }
}

/**
 * Adds what stands in front of a building, or on a lot without one.
 *
 * @param setback distance of the building from the sidewalk, metres; undefined where there is none.
 */
function addGarden(
  site: StreetSite,
  lot: Frame,
  half: number,
  setback: number | undefined,
  measures: Measures,
): void {
  const { street, random } = site;
  const near = street.distance(lot) < 32;
  const room = setback ?? 14;
  if (random.chance(measures.fenced) && room > 0.9) {
    addFrontFence(site, lot, half, setback !== undefined);
  }
  if (setback === undefined && near) {
    addMound(site, lot, half);
    if (random.chance(0.5)) {
      const back = within(lot, 0, random.range(8, 13), 0);
      if (street.claim(back, [-half, half, -0.3, 0.3], "lot")) addFence(site, back, half - 0.2);
    }
  }
  if (!near) {
    const tree = within(lot, random.range(-0.5, 0.5) * half, Math.min(room, 6) * 0.6, 0);
    if (room > 2 && random.chance(0.5) && street.claim(tree, [-0.6, 0.6, -0.6, 0.6], "lot")) {
      addTree(site, tree);
    }
    return;
  }
  const plants = setback === undefined ? 3 + random.integer(3) : Math.round(half / 3);
  for (let i = 0; i < plants; i++) {
    const at = within(
      lot,
      random.range(-0.85, 0.85) * half,
      random.range(0.9, Math.max(1, room - 0.9)),
      0,
    );
    const tree = room > 2.5 && random.chance(setback === undefined ? 0.5 : 0.3);
    const reach = tree ? 0.6 : 0.8;
    if (room < 1.6 || !street.claim(at, [-reach, reach, -reach, reach], "lot")) continue;
    if (tree) addTree(site, at);
    else addBush(site, at);
  }
}

/** Closes the front of a lot by a fence or a hedge: along its whole length, or beside the entrance of a building. */
function addFrontFence(site: StreetSite, lot: Frame, half: number, built: boolean): void {
  const { street, random } = site;
  const gate = built && half > 2.5 ? random.range(0.6, 1) : 0;
  const reach = half - 0.15 - gate;
  const side = random.chance(0.5) ? 1 : -1;
  const front = within(lot, side * gate, 0.2, 0);
  if (!street.claim(front, [-reach, reach, -0.12, 0.35], "lot")) return;
  if (random.chance(0.72)) addFence(site, front, reach);
  else addHedge(site, within(front, 0, 0.2, 0), reach);
}

/** Adds a heap of soil, or a bank along the back of a lot. */
function addMound(site: StreetSite, lot: Frame, half: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const soil = style.material(random, "soil");
  if (random.chance(0.5)) {
    const at = within(lot, random.range(-0.4, 0.4) * half, random.range(3.5, 8), 0);
    const wide = Math.min(half, random.range(1.5, 3.5));
    if (!street.claim(at, [-wide, wide, -wide, wide], "lot")) return;
    street.add("mound", soil, ellipsoid(at, [0, 0, 0], [wide, wide * 0.8, random.range(0.4, 1.1)]));
    return;
  }
  // A trapezoid extruded along the street, with its slope towards the road.
  const bank = within(lot, 0, 15, 0, Math.PI / 2);
  const rise = random.range(0.8, 1.8);
  if (!street.claim(bank, [-5, 5, -half, half], "lot")) return;
  street.add("mound", soil, prism(bank, [0, 0, rise / 2 - 0.1], [5, half, rise / 2], -1, 5));
}
