/**
 * What stands along the roads and moves on them: traffic, poles, trees, parked cars, people and traffic lights.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import { addCar, CAR_HALF } from "./cars.ts";
import { addLamp, addSign, addTrafficLight } from "./furniture.ts";
import { along, inReach, type Strips } from "./ground.ts";
import type { Frontage, StreetLayout } from "./layout.ts";
import { addPerson } from "./people.ts";
import { addTree } from "./plants.ts";
import type { StreetSite } from "./site.ts";
import type { Measures } from "./styles.ts";

/** Adds cars that drive along all carriageways, in both directions. */
export function addTraffic(site: StreetSite, layout: StreetLayout, measures: Measures): void {
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

/** Adds poles and trees along the sidewalk's outer edge, and parked cars along the kerb. */
export function addRoadside(
  site: StreetSite,
  frontage: Frontage,
  strips: Strips,
  measures: Measures,
): void {
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

/** Adds people on the sidewalks, most of them near the sensor; some cross the road. */
export function addPeople(site: StreetSite, layout: StreetLayout, strips: Strips): void {
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
}

/** Adds traffic lights before a crossing of roads, more often than not. */
export function addTrafficLights(site: StreetSite, layout: StreetLayout): void {
  const { street, random } = site;
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
