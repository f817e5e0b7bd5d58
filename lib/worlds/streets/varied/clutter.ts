/**
 * What else stands about in streets: walls and guard rails, bollards, and things of no class such as bins, benches and
 * shelters.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { box, cylinder, ellipsoid, frustum, lattice, prism } from "../../primitives.ts";
import { addFence } from "../objects/furniture.ts";
import type { StreetSite } from "../site.ts";
import { addBicycle } from "./vehicles.ts";

/** Closes the front of a lot along the frame's x, `half` metres to both sides: a fence, a wall, railings or mesh. */
export function addBarrier(site: StreetSite, frame: Frame, half: number): void {
  const { street, random } = site;
  street.beginObject();
  const kind = random.uniform();
  if (kind < 0.45) addFence(site, frame, half);
  else if (kind < 0.8) addWall(site, frame, half);
  else addMesh(site, frame, half);
}

/** Adds a wall of masonry with a coping, and with piers now and then. */
function addWall({ street, random, style }: StreetSite, frame: Frame, half: number): void {
  const height = random.range(0.4, 2.2), thick = random.range(0.08, 0.2);
  const masonry = {
    ...style.material(random, random.chance(0.5) ? "wall" : "paving"),
    kind: "plain",
  } as const;
  street.add("fence bars", masonry, box(frame, [0, 0, height / 2], [half, thick, height / 2]));
  street.add(
    "fence bars",
    style.material(random, "kerb"),
    box(frame, [0, 0, height], [half, thick + 0.04, 0.05]),
  );
  if (random.chance(0.5)) return;
  for (const side of [-1, 1]) {
    street.add(
      "fence post",
      masonry,
      box(frame, [side * (half - 0.15), 0, height / 2 + 0.1], [0.2, 0.2, height / 2 + 0.1]),
    );
  }
}

/** Adds a high fence of thin wire between posts. */
function addMesh({ street, random, style }: StreetSite, frame: Frame, half: number): void {
  const height = random.range(1.2, 2.6), wire = style.material(random, "fence");
  street.add(
    "fence bars",
    wire,
    lattice(within(frame, 0, 0, height / 2), [0, 0, 0], [half, height / 2], [
      0.1,
      0.2,
      random.range(0.02, 0.05),
    ]),
  );
  const count = Math.max(2, Math.round(half / 1.2));
  for (let i = 0; i < count; i++) {
    const x = (2 * i / (count - 1) - 1) * (half - 0.05);
    street.add(
      "fence post",
      wire,
      cylinder(frame, [x, 0, height / 2 + 0.05], 0.035, height / 2 + 0.05),
    );
  }
}

/** Adds a guard rail along the frame's x. */
export function addGuardRail(
  { street, random, style }: StreetSite,
  frame: Frame,
  half: number,
): void {
  street.beginObject();
  const metal = style.material(random, "post");
  street.add("fence bars", metal, box(frame, [0, 0, 0.6], [half, 0.05, 0.16]));
  for (let x = -half + 0.2; x < half; x += 2) {
    street.add("fence post", metal, box(frame, [x, 0.1, 0.35], [0.05, 0.06, 0.35]));
  }
}

/** Adds a row of bollards along the frame's x. */
export function addBollards(
  { street, random, style }: StreetSite,
  frame: Frame,
  count: number,
): void {
  const metal = style.material(random, "post");
  const height = random.range(0.7, 1.1),
    radius = random.range(0.05, 0.12),
    step = random.range(1, 1.8);
  for (let i = 0; i < count; i++) {
    street.beginObject();
    street.add(
      "post",
      metal,
      frustum(frame, [i * step, 0, height / 2], radius, radius * 0.9, height / 2),
    );
  }
}

/** Half size of the area that {@link addThing} wants, metres. */
export const THING_HALF = 0.9;

/** Adds a thing that belongs to no class. */
export function addThing(site: StreetSite, frame: Frame): void {
  site.street.beginObject();
  site.random.pick(THINGS)(site, frame);
}

const THINGS: readonly ((site: StreetSite, frame: Frame) => void)[] = [
  /** Bins on wheels. */
  ({ street, random, style }, frame) => {
    const count = 1 + random.integer(3);
    for (let i = 0; i < count; i++) {
      const at = within(frame, (i - (count - 1) / 2) * 0.62, 0, 0, random.range(-0.2, 0.2));
      const paint = style.material(random, "paint");
      street.add(null, paint, prism(at, [0, 0, 0.5], [0.24, 0.26, 0.5], -0.29, 0.29));
      street.add(null, paint, box(at, [0, 0, 1.03], [0.3, 0.3, 0.04]));
    }
  },
  /** A container. */
  ({ street, random, style }, frame) => {
    const tall = random.range(0.5, 0.75);
    street.add(
      null,
      style.material(random, "paint"),
      prism(frame, [0, 0, tall], [0.75, 0.5, tall], -0.85, 0.85),
    );
  },
  /** A bench. */
  ({ street, random, style }, frame) => {
    const wood = style.material(random, "fence");
    street.add(null, wood, box(frame, [0, 0, 0.45], [0.8, 0.2, 0.04]));
    street.add(null, wood, box(frame, [0, 0.22, 0.7], [0.8, 0.04, 0.2]));
    for (const x of [-0.6, 0.6]) {
      street.add(null, wood, box(frame, [x, 0, 0.22], [0.05, 0.2, 0.22]));
    }
  },
  /** A cabinet, or a letter box. */
  ({ street, random, style }, frame) => {
    const tall = random.range(0.45, 0.8), wide = random.range(0.25, 0.8);
    street.add(null, style.material(random, "kerb"), box(frame, [0, 0, tall], [wide, 0.2, tall]));
  },
  /** A planter. */
  ({ street, random, style }, frame) => {
    street.add(null, style.material(random, "kerb"), frustum(frame, [0, 0, 0.3], 0.35, 0.5, 0.3));
    const leaves = style.material(random, "foliage");
    street.add("bush", leaves, ellipsoid(frame, [0, 0, 0.8], [0.45, 0.45, 0.4]));
  },
  /** Cones and a barrier around works. */
  ({ street, random, style }, frame) => {
    const sign = style.material(random, "sign");
    street.add(null, sign, box(frame, [0, 0, 0.85], [0.8, 0.03, 0.18]));
    for (const x of [-0.7, 0.7]) street.add(null, sign, box(frame, [x, 0, 0.4], [0.04, 0.25, 0.4]));
    street.add(null, sign, frustum(frame, [0.3, 0.6, 0.3], 0.18, 0.03, 0.3));
  },
  (site, frame) => {
    for (let i = 0; i < 3; i++) addBicycle(site, within(frame, 0.45 * (i - 1), 0, 0, Math.PI / 2));
  },
];
