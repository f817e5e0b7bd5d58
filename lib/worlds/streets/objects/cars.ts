/**
 * Cars, of two or three body shapes in each town. A car stands in a frame on the road: x forward, y to its left.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { type Material, plain } from "../../materials.ts";
import { box, prism, roller } from "../../primitives.ts";
import type { StreetSite } from "../site.ts";
import type { Town } from "../towns.ts";

/** The body of a car. Lengths are metres; x counts from the middle of the car, forward positive. */
interface Body {
  length: number;
  width: number;
  /** Height of the belt line, where the windows begin, and of the roof. */
  belt: number;
  roof: number;
  /** x of the cabin's ends at the belt and at the roof: rear, front. */
  cabin: readonly [number, number];
  top: readonly [number, number];
  /** x of the front end of an open bed or of a box for goods, and the height of its walls. */
  bed?: readonly [x: number, height: number];
}

const BODIES: Record<Town, readonly Body[]> = {
  A: [
    // Sedan, hatchback.
    { length: 4.5, width: 1.76, belt: 0.92, roof: 1.43, cabin: [-1.7, 1.0], top: [-1.0, 0.3] },
    { length: 3.9, width: 1.7, belt: 0.95, roof: 1.5, cabin: [-1.85, 1.0], top: [-1.55, 0.3] },
  ],
  B: [
    // Delivery van, high off-roader, small lorry.
    { length: 5.2, width: 1.95, belt: 1.35, roof: 2.2, cabin: [-2.55, 2.0], top: [-2.5, 1.3] },
    { length: 4.7, width: 1.9, belt: 1.2, roof: 1.85, cabin: [-2.3, 0.95], top: [-2.2, 0.6] },
    {
      length: 5.4,
      width: 2.0,
      belt: 1.15,
      roof: 2.0,
      cabin: [1.0, 2.5],
      top: [1.05, 2.0],
      bed: [0.9, 2.5],
    },
  ],
  C: [
    // Estate, pick-up.
    { length: 4.6, width: 1.78, belt: 0.95, roof: 1.5, cabin: [-2.2, 1.1], top: [-1.95, 0.4] },
    {
      length: 4.9,
      width: 1.84,
      belt: 1.05,
      roof: 1.75,
      cabin: [-0.6, 1.2],
      top: [-0.45, 0.6],
      bed: [-0.7, 1.1],
    },
  ],
  D: [
    // Coupe, people carrier, city car.
    { length: 4.3, width: 1.8, belt: 0.85, roof: 1.28, cabin: [-1.8, 0.9], top: [-0.7, 0.1] },
    { length: 4.7, width: 1.85, belt: 1.05, roof: 1.8, cabin: [-2.3, 1.7], top: [-2.1, 0.7] },
    { length: 3.4, width: 1.62, belt: 0.98, roof: 1.56, cabin: [-1.65, 1.15], top: [-1.5, 0.6] },
  ],
};

/** Lamps and plates are left out beyond this distance from the sensor, metres. */
const DETAIL = 22;

/** Half length and half width of the largest car, metres. */
export const CAR_HALF = [2.8, 1.05] as const;

/** Adds a car of a shape of its town. */
export function addCar(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const body = random.pick(BODIES[style.town(random)]);
  const size = random.range(0.95, 1.05);
  const paint = style.material(random, "paint");
  const half = size * body.length / 2, side = body.width / 2;
  const clear = 0.24;
  // The shell: bumpers lean in towards the belt.
  const rise = (body.belt - clear) / 2;
  street.add(
    "car body",
    paint,
    prism(frame, [0, 0, clear + rise], [half, side, rise], -half + 0.1, half - 0.28),
  );
  addCabin(site, frame, body, size, paint);
  if (body.bed) addBed(site, frame, body, half, paint);
  const tyre = style.material(random, "wheel");
  const radius = body.roof > 1.7 ? 0.37 : 0.32;
  for (const x of [-0.6, 0.62]) {
    const axle = within(frame, x * half, 0, radius, Math.PI / 2);
    street.add("wheel", tyre, roller(axle, [0, 0, 0], side + 0.02, radius));
  }
  if (street.distance(frame) < DETAIL) addLights(site, frame, body, half);
}

/** Adds the cabin: glass under a painted roof, with painted pillars. */
function addCabin(site: StreetSite, frame: Frame, body: Body, size: number, paint: Material): void {
  const { street, random, style } = site;
  const glass = style.material(random, "glass");
  const rise = (body.roof - body.belt) / 2;
  const [rear, front] = body.cabin.map((x) => x * size) as [number, number];
  const [topRear, topFront] = body.top.map((x) => x * size) as [number, number];
  const middle = (rear + front) / 2, half = (front - rear) / 2;
  const side = body.width / 2 - 0.08;
  street.add(
    "car window",
    glass,
    prism(
      frame,
      [middle, 0, body.belt + rise],
      [half, side, rise],
      topRear - middle,
      topFront - middle,
    ),
  );
  const [roofMiddle, roofHalf] = [(topRear + topFront) / 2, (topFront - topRear) / 2];
  street.add(
    "car body",
    paint,
    box(frame, [roofMiddle, 0, body.roof], [
      roofHalf + 0.03,
      side + 0.01,
      0.05,
    ]),
  );
  // A pillar behind the front seats; vans are closed from there to the rear.
  const post = topFront - (body.roof > 2 ? 0.9 : 1);
  const closed = body.roof > 2 && !body.bed;
  const [from, to] = closed ? [topRear, post] : [post - 0.05, post + 0.05];
  street.add(
    "car body",
    paint,
    box(frame, [(from + to) / 2, 0, body.belt + rise], [
      (to - from) / 2,
      side + 0.015,
      rise,
    ]),
  );
}

/** Adds the walls of a bed, or a closed box where they are high. */
function addBed(site: StreetSite, frame: Frame, body: Body, half: number, paint: Material): void {
  const { street, random, style } = site;
  const [from, height] = body.bed!;
  const closed = height > 2;
  const material = closed ? style.material(random, "paint") : paint;
  const middle = (from - half) / 2, reach = (from + half) / 2;
  if (closed) {
    const rise = (height - 0.7) / 2;
    street.add(
      "car body",
      material,
      box(frame, [middle, 0, 0.7 + rise], [
        reach,
        body.width / 2 + 0.05,
        rise,
      ]),
    );
    return;
  }
  for (const side of [-1, 1]) {
    street.add(
      "car body",
      material,
      box(frame, [middle, side * (body.width / 2 - 0.06), 1.1], [
        reach,
        0.05,
        0.18,
      ]),
    );
  }
}

const HEADLIGHT = plain([0.9, 0.9, 0.85]);
const TAILLIGHT = plain([0.6, 0.05, 0.05]);
const PLATE = plain([0.85, 0.85, 0.7]);

/** Adds lamps at the four corners and plates at both ends. */
function addLights(site: StreetSite, frame: Frame, body: Body, half: number): void {
  const { street } = site;
  const z = body.belt * 0.76;
  for (const side of [-1, 1]) {
    const y = side * (body.width / 2 - 0.22);
    street.add("car body", HEADLIGHT, box(frame, [half - 0.17, y, z], [0.06, 0.17, 0.07]));
    street.add("car body", TAILLIGHT, box(frame, [-half + 0.06, y, z + 0.04], [0.06, 0.15, 0.09]));
  }
  street.add("car body", PLATE, box(frame, [half - 0.04, 0, 0.45], [0.06, 0.26, 0.06]));
  street.add("car body", PLATE, box(frame, [-half + 0.02, 0, 0.5], [0.06, 0.26, 0.06]));
}
