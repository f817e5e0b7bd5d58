/**
 * A street from a seed: the roads, then lots with buildings and gardens, then what stands, grows, parks, drives
 * and walks along the road.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import { ellipsoid, prism } from "../primitives.ts";
import { Random } from "../../random/random.ts";
import { addBuilding, BUILDING_DEPTH } from "./buildings.ts";
import { addCar, CAR_HALF } from "./cars.ts";
import { addFence, addLamp, addSign, addTrafficLight } from "./furniture.ts";
import { addGround, along, inReach, lotsBegin, type Strips } from "./ground.ts";
import { drawLayout, type Frontage, type Layout } from "./layout.ts";
import { addPerson } from "./people.ts";
import { addBush, addHedge, addTree } from "./plants.ts";
import type { Site } from "./site.ts";
import { type Street, StreetBuilder } from "./street.ts";
import { MEASURES, type Measures, Style, type StyleName, type Town } from "./styles.ts";

/** A street, and which towns its objects were drawn from. */
export interface MadeStreet extends Street {
  towns: ReadonlySet<Town>;
}

/**
 * Makes a street. The sensor rides in the right-hand lane, `height` metres above the road.
 *
 * @param seed any uint32; equal seeds give equal streets.
 */
export function makeStreet(seed: number, name: StyleName, height: number): MadeStreet {
  const random = new Random(seed, 1);
  const style = new Style(name);
  const measures = MEASURES[style.town(random)];
  const half = random.range(...measures.road);
  const layout = drawLayout(random, half, random.range(...MEASURES[style.town(random)].road));
  const strips: Strips = {
    kerb: 0.16,
    verge: random.chance(measures.verges) ? random.range(...measures.verge) : 0,
    sidewalk: random.range(...measures.sidewalk),
  };
  // Where the road's middle lies, seen from the car.
  const heading = random.range(-0.06, 0.06);
  const sensor = within(frameAt(0, 0, -height, heading), 0, half * random.range(0.4, 0.55), 0);
  const site: Site = { street: new StreetBuilder(sensor), random, style };
  // The car itself: nothing else stands there.
  site.street.claim(frameAt(0, -half / 2, 0, 0), [-3.5, 5, -1.3, 1.3], "way");
  addGround(site, layout, strips);
  addTraffic(site, layout, measures);
  for (const frontage of layout.frontages) addRoadside(site, frontage, strips, measures);
  addPeople(site, layout, strips);
  for (const frontage of layout.frontages) addLots(site, frontage, lotsBegin(strips), measures);
  return { ...site.street.finish(), towns: style.drawn };
}

/** Cars that drive: some the other way, some ahead, some out of the side street. */
function addTraffic(site: Site, layout: Layout, measures: Measures): void {
  const { street, random } = site;
  const claimed = (frame: Frame) =>
    inReach(site, frame) &&
    street.claim(frame, [-CAR_HALF[0], CAR_HALF[0], -CAR_HALF[1], CAR_HALF[1]], "way");
  for (const { frame, length, half } of layout.lanes) {
    for (let x = random.range(4, 30); x < length; x += random.range(14, 45)) {
      const ahead = random.chance(0.5);
      const lane = (measures.parked < 12 ? 0.38 : 0.48) * half;
      const at = within(
        frame,
        x,
        ahead ? -lane : lane,
        0,
        (ahead ? 0 : Math.PI) + random.range(-0.05, 0.05),
      );
      if (claimed(at)) addCar(site, at);
    }
  }
}

/** Poles and trees on the sidewalk's outer edge, cars along the kerb. */
function addRoadside(site: Site, frontage: Frontage, strips: Strips, measures: Measures): void {
  const { street, random } = site;
  const outer = strips.kerb + Math.max(0.3, strips.verge / 2);
  const spot = (frame: Frame, y: number, half: number, angle = 0): Frame | undefined => {
    const at = within(frame, 0, y, 0, angle);
    return street.claim(at, [-half, half, -half, half], "way") ? at : undefined;
  };
  along(site, frontage, measures.poles, (at) => {
    const lamp = random.chance(0.5);
    const pole = spot(at, outer, 0.25, lamp ? 0 : (random.chance(0.5) ? 0 : Math.PI));
    if (pole) (lamp ? addLamp : addSign)(site, within(pole, 0, 0, 0.1));
  });
  along(site, frontage, measures.trees, (at) => {
    const tree = spot(at, outer + 0.1, 0.5);
    if (tree && random.chance(strips.verge > 0 ? 0.9 : 0.5)) addTree(site, within(tree, 0, 0, 0.1));
  });
  along(site, frontage, measures.parked, (at) => {
    const angle = (random.chance(0.85) ? 0 : Math.PI) + random.range(-0.04, 0.04);
    const car = within(at, 0, -1.15, 0, angle);
    const [hx, hy] = CAR_HALF;
    if (street.claim(car, [-hx, hx, -hy, hy], "way")) addCar(site, car);
  });
}

/** People on the sidewalks, most of them near the sensor; some cross the road; traffic lights where they do. */
function addPeople(site: Site, layout: Layout, strips: Strips): void {
  const { street, random } = site;
  const count = 5 + random.integer(5);
  for (let i = 0, tries = 0; i < count && tries < 60; tries++) {
    const x = random.normal() * 8 + 4;
    const side = random.chance(0.5) ? 1 : -1;
    const walk = layout.half + strips.kerb + strips.verge +
      random.range(0.2, 0.8) * strips.sidewalk;
    const crossing = random.chance(0.12);
    const y = crossing ? random.range(-0.8, 0.8) * layout.half : side * walk;
    const angle = crossing
      ? random.pick([1, -1]) * Math.PI / 2
      : random.chance(0.75)
      ? random.pick([0, Math.PI])
      : random.range(0, 2 * Math.PI);
    const at = frameAt(x, y, crossing ? 0 : 0.12, angle);
    if (!street.claim(at, [-0.35, 0.35, -0.35, 0.35], "way")) continue;
    addPerson(site, at);
    i++;
  }
  if (!layout.crossing || random.chance(0.4)) return;
  for (const side of [-1, 1]) {
    const at = frameAt(
      layout.crossing[0] - 1.2,
      side * (layout.half + 0.45),
      0.1,
      side > 0 ? Math.PI : 0,
    );
    if (street.claim(at, [-0.25, 0.25, -0.25, 0.25], "way")) addTrafficLight(site, at);
  }
}

/** Lots one beside the other: a building behind its garden, or green. */
function addLots(site: Site, { frame, length }: Frontage, begin: number, measures: Measures): void {
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
    if (built) addBuilding(site, town, within(lot, 0, setback, 0), room, depth);
    addGarden(site, lot, half, built ? setback : undefined, measures);
  }
}

/** What is in front of a building, or on a lot without one (`setback` undefined). */
function addGarden(
  site: Site,
  lot: Frame,
  half: number,
  setback: number | undefined,
  measures: Measures,
): void {
  const { street, random } = site;
  const near = street.distance(lot) < 32;
  const room = setback ?? 14;
  if (random.chance(measures.fenced) && room > 0.9) {
    // The front is closed on one side of the entrance, or all along.
    const gate = setback !== undefined && half > 2.5 ? random.range(0.6, 1) : 0;
    const [x, reach] = [gate, half - 0.15 - gate];
    const side = random.chance(0.5) ? 1 : -1;
    const front = within(lot, side * x, 0.2, 0);
    if (street.claim(front, [-reach, reach, -0.12, 0.35], "lot")) {
      if (random.chance(0.72)) addFence(site, front, reach);
      else addHedge(site, within(front, 0, 0.2, 0), reach);
    }
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

/** A heap of soil, or a bank along the back. */
function addMound(site: Site, lot: Frame, half: number): void {
  const { street, random, style } = site;
  const soil = style.material(random, "soil");
  if (random.chance(0.5)) {
    const at = within(lot, random.range(-0.4, 0.4) * half, random.range(3.5, 8), 0);
    const wide = Math.min(half, random.range(1.5, 3.5));
    if (!street.claim(at, [-wide, wide, -wide, wide], "lot")) return;
    street.add("mound", soil, ellipsoid(at, [0, 0, 0], [wide, wide * 0.8, random.range(0.4, 1.1)]));
    return;
  }
  // A trapezoid drawn out along the street, its slope towards the road.
  const bank = within(lot, 0, 15, 0, Math.PI / 2);
  const rise = random.range(0.8, 1.8);
  if (!street.claim(bank, [-5, 5, -half, half], "lot")) return;
  street.add("mound", soil, prism(bank, [0, 0, rise / 2 - 0.1], [5, half, rise / 2], -1, 5));
}
