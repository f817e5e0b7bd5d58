/**
 * What stands along the roads of a varied street and moves on them.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../../frame.ts";
import { along, inReach, type Strips } from "../ground.ts";
import type { Frontage, StreetLayout } from "../layout.ts";
import { addLamp, addSign } from "../objects/furniture.ts";
import { addPerson } from "../objects/people.ts";
import type { StreetSite } from "../site.ts";
import { addBollards, addGuardRail, addThing, THING_HALF } from "./clutter.ts";
import type { VariedMeasures } from "./measures.ts";
import { addAnyTree } from "./plants.ts";
import { drawVehicle } from "./vehicles.ts";

/** Adds vehicles that drive along all carriageways, in both directions. */
export function addVariedTraffic(
  site: StreetSite,
  layout: StreetLayout,
  measures: VariedMeasures,
): void {
  const { street, random } = site;
  for (const { frame, length, half } of layout.lanes) {
    for (let x = random.range(4, 30); x < length; x += random.range(0.5, 1.5) * measures.traffic) {
      const ahead = random.chance(0.5);
      const y = (ahead ? -0.45 : 0.45) * half;
      const at = within(frame, x, y, 0, (ahead ? 0 : Math.PI) + random.range(-0.06, 0.06));
      const vehicle = drawVehicle(site);
      const [long, wide] = vehicle.half;
      if (inReach(site, at) && street.claim(at, [-long, long, -wide, wide], "way")) {
        vehicle.add(site, at);
      }
    }
  }
}

/** Adds poles, trees, things, bollards and rails along a sidewalk, and vehicles that are parked along its kerb. */
export function addVariedRoadside(
  site: StreetSite,
  frontage: Frontage,
  strips: Strips,
  measures: VariedMeasures,
): void {
  const { street, random } = site;
  const outer = strips.kerb + Math.max(0.3, strips.verge / 2);
  const inner = strips.kerb + strips.verge + strips.sidewalk;
  const spot = (frame: Frame, y: number, half: number, angle = 0): Frame | undefined => {
    const at = within(frame, 0, y, measures.kerb, angle);
    return street.claim(at, [-half, half, -half, half], "way") ? at : undefined;
  };
  if (random.chance(measures.rails)) {
    const middle = within(frontage.frame, frontage.length / 2, 0.35, measures.kerb);
    addGuardRail(site, middle, frontage.length / 2 - 1);
  }
  along(site, frontage, measures.poles, (at) => {
    const lamp = random.chance(0.5);
    const pole = spot(at, outer, 0.25, lamp ? 0 : random.pick([0, Math.PI]));
    if (pole) (lamp ? addLamp : addSign)(site, pole);
  });
  along(site, frontage, measures.trees, (at) => {
    const tree = spot(at, outer + 0.1, 0.5);
    if (tree && random.chance(strips.verge > 0 ? 0.9 : 0.5)) addAnyTree(site, tree);
  });
  along(site, frontage, measures.things, (at) => {
    const thing = spot(at, random.chance(0.5) ? inner - 0.6 : outer + 0.4, THING_HALF);
    if (thing) addThing(site, thing);
  });
  along(site, frontage, measures.bollards, (at) => {
    const first = within(at, 0, outer, measures.kerb);
    const count = 3 + random.integer(5);
    if (street.claim(first, [-0.3, count * 1.6, -0.2, 0.2], "way")) addBollards(site, first, count);
  });
  along(site, frontage, measures.parked, (at) => {
    const vehicle = drawVehicle(site);
    const [long, wide] = vehicle.half;
    const angle = (random.chance(0.85) ? 0 : Math.PI) + random.range(-0.05, 0.05);
    const place = within(at, 0, -wide - 0.1, 0, angle);
    if (street.claim(place, [-long, long, -wide, wide], "way")) vehicle.add(site, place);
  });
}

/** Adds people, alone and in groups, on the sidewalks and on the road. */
export function addVariedPeople(
  site: StreetSite,
  layout: StreetLayout,
  strips: Strips,
  measures: VariedMeasures,
): void {
  const { street, random } = site;
  for (let i = 0, tries = 0; i < measures.people && tries < 60; tries++) {
    const x = random.normal() * 14 + 4;
    const crossing = random.chance(0.15);
    const walk = layout.half + strips.kerb + strips.verge +
      random.range(0.1, 0.9) * strips.sidewalk;
    const y = crossing ? random.range(-0.9, 0.9) * layout.half : random.pick([1, -1]) * walk;
    const group = 1 + (random.chance(0.3) ? random.integer(3) : 0);
    for (let k = 0; k < group; k++) {
      const at = frameAt(
        x + random.range(-0.9, 0.9) * k,
        y + random.range(-0.4, 0.4) * k,
        crossing ? 0 : measures.kerb,
        random.range(0, 2 * Math.PI),
      );
      if (!street.claim(at, [-0.35, 0.35, -0.35, 0.35], "way")) continue;
      addPerson(site, at);
      i++;
    }
  }
}
