/**
 * Vehicles beyond the cars of the towns: vans, lorries and buses, and bicycles that stand about. A vehicle stands in a
 * frame on the road: x forward, y to its left.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { box, prism, roller } from "../../primitives.ts";
import { addCar, CAR_HALF } from "../objects/cars.ts";
import type { StreetSite } from "../site.ts";

/** A kind of vehicle. */
interface Vehicle {
  /** Half length and half width, metres. */
  half: readonly [number, number];
  add: (site: StreetSite, frame: Frame) => void;
}

/** Body of one box, with a slanted front. Lengths are metres. */
interface Coach {
  half: readonly [number, number];
  /** Height of the roof, and of the floor above the road. */
  roof: number;
  floor: number;
  /** Length of the cab, of which the front slants, and its height; the box behind it has the height of the roof. */
  cab: number;
  cabRoof: number;
  /** Distance of the axles from the middle. */
  axles: readonly number[];
  wheel: number;
}

const COACHES: readonly (readonly [likely: number, Coach])[] = [
  // Delivery van, high van, lorry, long lorry, bus.
  [8, {
    half: [2.7, 1],
    roof: 2.1,
    floor: 0.3,
    cab: 1.9,
    cabRoof: 2.05,
    axles: [-1.6, 1.7],
    wheel: 0.34,
  }],
  [5, {
    half: [3.1, 1.02],
    roof: 2.7,
    floor: 0.35,
    cab: 1.9,
    cabRoof: 2.4,
    axles: [-1.8, 1.9],
    wheel: 0.36,
  }],
  [5, {
    half: [3.9, 1.22],
    roof: 3.4,
    floor: 0.85,
    cab: 1.9,
    cabRoof: 2.7,
    axles: [-2.1, 2.6],
    wheel: 0.46,
  }],
  [2, {
    half: [5.6, 1.25],
    roof: 3.9,
    floor: 1,
    cab: 2.2,
    cabRoof: 3.2,
    axles: [-3.9, -2.7, 4],
    wheel: 0.5,
  }],
  [3, {
    half: [6, 1.27],
    roof: 3.1,
    floor: 0.35,
    cab: 1.2,
    cabRoof: 3.1,
    axles: [-2.9, 3.4],
    wheel: 0.48,
  }],
];

/** Draws a vehicle: mostly cars, one in four something larger. */
export function drawVehicle(site: StreetSite): Vehicle {
  const { random } = site;
  if (random.chance(0.75)) return { half: CAR_HALF, add: addCar };
  const total = COACHES.reduce((sum, [likely]) => sum + likely, 0);
  let left = random.range(0, total);
  const [, coach] = COACHES.find(([likely]) => (left -= likely) < 0)!;
  return {
    half: [coach.half[0] + 0.15, coach.half[1] + 0.1],
    add: (at, frame) => addCoach(at, frame, coach),
  };
}

function addCoach(site: StreetSite, frame: Frame, coach: Coach): void {
  const { street, random, style } = site;
  const { half: [long, wide], roof, floor, cab, cabRoof, axles, wheel } = coach;
  street.beginObject();
  const size = random.range(0.93, 1.07);
  const top = roof * size, cabTop = cabRoof * size;
  const paint = style.material(random, "paint"), glass = style.material(random, "glass");
  const goods = random.chance(0.5) ? paint : style.material(random, "paint");
  const cargo = long - cab / 2, rise = (top - floor) / 2;
  street.add("car body", goods, box(frame, [-cab / 2, 0, floor + rise], [cargo, wide, rise]));
  const sill = Math.min(1.25, cabTop * 0.5), front = long - cab / 2;
  street.add(
    "car body",
    paint,
    prism(
      frame,
      [front, 0, (sill + floor) / 2],
      [cab / 2, wide - 0.03, (sill - floor) / 2],
      -cab / 2,
      cab / 2 - 0.05,
    ),
  );
  const slant = cabTop === top ? 0.15 : random.range(0.3, 0.9);
  street.add(
    "car window",
    glass,
    prism(
      frame,
      [front, 0, (sill + cabTop) / 2],
      [cab / 2, wide - 0.05, (cabTop - sill) / 2],
      -cab / 2,
      cab / 2 - slant,
    ),
  );
  street.add(
    "car body",
    paint,
    box(frame, [front - slant / 2, 0, cabTop], [(cab - slant) / 2, wide - 0.04, 0.04]),
  );
  // Rows of windows along a bus.
  if (cabTop === top) {
    street.add(
      "car window",
      glass,
      box(frame, [-cab / 2, 0, top * 0.6], [cargo - 0.4, wide + 0.01, 0.45]),
    );
  }
  street.add("car body", goods, box(frame, [-0.2, 0, floor * 0.8], [long * 0.8, 0.35, 0.12]));
  const tyre = style.material(random, "wheel");
  for (const x of axles) {
    const axle = within(frame, x * size, 0, wheel, Math.PI / 2);
    street.add("wheel", tyre, roller(axle, [0, 0, 0], wide + 0.01, wheel));
  }
}

/** Adds a bicycle, which belongs to no class. */
export function addBicycle({ street, random, style }: StreetSite, frame: Frame): void {
  street.beginObject();
  const metal = style.material(random, "post"), tyre = style.material(random, "wheel");
  for (const x of [-0.52, 0.52]) {
    street.add(null, tyre, roller(within(frame, x, 0, 0.33, Math.PI / 2), [0, 0, 0], 0.02, 0.33));
  }
  street.add(null, metal, prism(frame, [0, 0, 0.55], [0.06, 0.02, 0.25], 0.2, 0.3));
  street.add(null, metal, prism(frame, [0.1, 0, 0.6], [0.4, 0.02, 0.03], -0.4, 0.4));
  street.add(null, metal, box(frame, [0.45, 0, 0.98], [0.03, 0.28, 0.03]));
  street.add(null, metal, box(frame, [-0.2, 0, 0.92], [0.12, 0.07, 0.04]));
}
