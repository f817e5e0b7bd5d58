/**
 * Street furniture: lamp posts, signs, traffic lights and fences. A pole stands in a frame at the road's edge whose y
 * points away from the road.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { type Material, plain } from "../../materials.ts";
import { box, ellipsoid, frustum, lattice, prism, roller } from "../../primitives.ts";
import type { StreetSite } from "../site.ts";
import type { Town } from "../towns.ts";

function addPost(
  { street }: StreetSite,
  frame: Frame,
  material: Material,
  height: number,
  radius: number,
): void {
  const top = radius * 0.7;
  street.add("post", material, frustum(frame, [0, 0, height / 2], radius, top, height / 2));
}

const LAMPS: Record<Town, (site: StreetSite, frame: Frame) => void> = {
  /** One arm over the road. */
  A(site, frame) {
    const { street, random, style } = site;
    const metal = style.material(random, "post");
    const height = random.range(4.8, 6.2);
    addPost(site, frame, metal, height, random.range(0.08, 0.11));
    const arm = within(frame, 0, -0.6, height - 0.08, Math.PI / 2);
    street.add("post", metal, roller(arm, [0, 0, 0], 0.65, 0.045));
    street.add(
      "lamp",
      style.material(random, "lamp"),
      ellipsoid(frame, [0, -1.3, height - 0.1], [
        0.16,
        0.38,
        0.1,
      ]),
    );
  },
  /** A square mast on a foot, with two flat lamps. */
  B(site, frame) {
    const { street, random, style } = site;
    const metal = style.material(random, "post");
    const height = random.range(6, 8);
    street.add("post", metal, box(frame, [0, 0, 0.5], [0.17, 0.17, 0.5]));
    street.add("post", metal, box(frame, [0, 0, height / 2], [0.09, 0.09, height / 2]));
    street.add("post", metal, box(frame, [0, 0, height - 0.1], [0.04, 1.4, 0.05]));
    for (const y of [-1.3, 1.3]) {
      street.add(
        "lamp",
        style.material(random, "lamp"),
        box(frame, [0, y, height - 0.18], [
          0.12,
          0.4,
          0.06,
        ]),
      );
    }
  },
  /** A lantern. */
  C(site, frame) {
    const { street, random, style } = site;
    const metal = style.material(random, "post");
    const height = random.range(3.2, 4.2);
    street.add("post", metal, frustum(frame, [0, 0, 0.4], 0.15, 0.1, 0.4));
    addPost(site, frame, metal, height, 0.075);
    street.add(
      "lamp",
      style.material(random, "lamp"),
      frustum(frame, [0, 0, height + 0.2], 0.12, 0.22, 0.22),
    );
    street.add("post", metal, frustum(frame, [0, 0, height + 0.5], 0.28, 0.04, 0.1));
  },
  /** A mast that carries wires, with a globe. */
  D(site, frame) {
    const { street, random, style } = site;
    const metal = style.material(random, "post");
    const height = random.range(5, 7.5);
    addPost(site, frame, metal, height, random.range(0.09, 0.14));
    if (random.chance(0.5)) {
      for (const z of [0.3, 0.9]) {
        street.add("post", metal, box(frame, [0, 0, height - z], [0.7, 0.05, 0.06]));
      }
    } else {
      street.add(
        "lamp",
        style.material(random, "lamp"),
        ellipsoid(frame, [0, 0, height + 0.2], [
          0.25,
          0.25,
          0.25,
        ]),
      );
    }
  },
};

/** Adds a lamp post. */
export function addLamp(site: StreetSite, frame: Frame): void {
  site.street.beginObject();
  LAMPS[site.style.town(site.random)](site, frame);
}

/** Adds a plate on a post that faces those who come along the frame's x. */
export function addSign(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const town = style.town(random);
  const metal = style.material(random, "post");
  const plate = style.material(random, "sign");
  const height = random.range(2.2, 2.8), half = plate.scale;
  addPost(site, frame, metal, height + half, random.range(0.045, 0.06));
  const at = [-0.07, 0, height] as const;
  if (town === "A") {
    street.add("sign", plate, roller(frame, at, 0.02, half));
  } else if (town === "C") {
    const across = within(frame, -0.07, 0, height, Math.PI / 2);
    street.add("sign", plate, prism(across, [0, 0, 0], [half * 1.1, 0.02, half], 0, 0));
  } else {
    const tall = town === "B" ? half : half * random.range(0.7, 1.4);
    street.add("sign", plate, box(frame, at, [0.02, town === "B" ? half * 1.6 : half, tall]));
  }
}

const BULBS = [plain([0.15, 0.7, 0.3]), plain([0.8, 0.6, 0.1]), plain([0.8, 0.1, 0.1])];
const HOUSING = plain([0.06, 0.07, 0.06]);

/** Adds three lights in a housing on a post that face those who come along the frame's x. */
export function addTrafficLight(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  addPost(site, frame, style.material(random, "post"), 3.2, 0.07);
  street.add("sign", HOUSING, box(frame, [-0.16, 0, 2.8], [0.1, 0.17, 0.48]));
  BULBS.forEach((material, i) => {
    street.add("sign", material, ellipsoid(frame, [-0.25, 0, 2.5 + 0.3 * i], [0.06, 0.11, 0.11]));
  });
}

/** Adds a fence along the frame's x, `half` metres to both sides. */
export function addFence(site: StreetSite, frame: Frame, half: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const town = style.town(random);
  const material = style.material(random, "fence");
  const height = { A: [0.9, 1.25], B: [1.6, 2.1], C: [1.2, 1.8], D: [1.0, 1.6] }[town] as [
    number,
    number,
  ];
  const tall = random.range(...height);
  const bars = (z: number, up: number, pitch: readonly [number, number, number]) =>
    street.add("fence bars", material, lattice(frame, [0, 0, z], [half, up], pitch));
  switch (town) {
    case "A":
      // Pickets with gaps.
      bars(tall / 2 + 0.05, tall / 2, [0.13, tall * 0.7, random.range(0.085, 0.105)]);
      break;
    case "B":
      // Mesh over a plinth.
      street.add(
        "fence bars",
        style.material(random, "kerb"),
        box(frame, [0, 0, 0.15], [half, 0.08, 0.2]),
      );
      bars(0.3 + tall / 2, tall / 2, [0.12, 0.12, 0.04]);
      break;
    case "C":
      // Boards above each other.
      bars(tall / 2 + 0.08, tall / 2, [2.2, 0.17, random.range(0.12, 0.155)]);
      break;
    case "D":
      // Railings, or closed panels.
      if (random.chance(0.6)) bars(tall / 2 + 0.1, tall / 2, [0.15, tall * 0.85, 0.05]);
      else street.add("fence bars", material, box(frame, [0, 0, tall / 2], [half, 0.03, tall / 2]));
      break;
  }
  const count = Math.min(5, Math.max(2, Math.round(half / 1.3)));
  for (let i = 0; i < count; i++) {
    const x = (2 * i / (count - 1) - 1) * (half - 0.05);
    const stand = tall + (town === "B" ? 0.4 : 0.15);
    street.add(
      "fence post",
      material,
      town === "B"
        ? frustum(frame, [x, 0.05, stand / 2], 0.045, 0.045, stand / 2)
        : box(frame, [x, 0.06, stand / 2], [0.06, 0.06, stand / 2]),
    );
  }
}
