/**
 * Things that have no class of their own: lamps, screens, radiators, boxes, bins, plants, vessels. All lengths are
 * metres, in the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { Material } from "../materials.ts";
import { type Frame, frameAt, within } from "../frame.ts";
import type { Random } from "../../random/random.ts";
import type { RoomSite } from "./site.ts";
import {
  addTeacherBin,
  addTeacherBox,
  addTeacherLamp,
  addTeacherPlant,
  addTeacherRadiator,
  addTeacherScreen,
  addTeacherSmallThing,
} from "./teacher_shapes/clutter.ts";

/** Adds lamps to the ceiling, and perhaps a radiator, boxes, a bin and a plant. */
export function addClutter(site: RoomSite): void {
  const { builder, random } = site;
  const lamps = 1 + random.integer(3);
  for (let i = 0; i < lamps; i++) {
    addLamp(site, builder.halfX * (2 * (i + 0.5) / lamps - 1) * 0.9);
  }
  if (random.chance(0.5)) addRadiator(site);
  for (let i = 1 + random.integer(3); i > 0; i--) addBox(site);
  if (random.chance(0.7)) addBin(site);
  if (random.chance(0.6)) addPlant(site);
}

function anyHeading(random: Random): () => number {
  return () => random.range(0, 2 * Math.PI);
}

/** Adds a lamp to the ceiling, at the given x of the room. */
function addLamp(site: RoomSite, x: number): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const frame = frameAt(x, random.range(-0.4, 0.4) * builder.halfY, builder.height, 0);
  const glow: Material = {
    kind: "glow",
    colour: [1.2, 1.15, random.range(0.9, 1.2)],
    second: [1, 1, 1],
    scale: 1,
    emissive: random.chance(0.8),
    seed: random.uint32(),
  };
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherLamp(site, frame, glow, shape);
  if (shape === "A") {
    builder.box(frame, "lamp", glow, [0, 0, -0.025], [0.3, 0.15, 0.025]);
    builder.lamp(within(frame, 0, 0, -0.15));
    return;
  }
  const drop = random.range(0.4, 0.8);
  const cord = style.material(random, "metal");
  builder.cylinder(frame, "lamp", cord, [0, 0, -drop / 2], 0.012, drop / 2);
  builder.cylinder(frame, "lamp", glow, [0, 0, -drop], 0.16, 0.09);
  builder.lamp(within(frame, 0, 0, -drop - 0.2));
}

function addRadiator(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const width = random.range(0.7, 1.1);
  const frame = builder.placeOnWall(random, width, 0, 0.7, 0.14);
  const shape = style.shape(random);
  if (!frame) return;
  if (shape !== "A" && shape !== "B") return addTeacherRadiator(site, frame, width, shape);
  const metal = style.material(random, "windowFrame");
  const count = 6;
  for (let i = 0; i < count; i++) {
    const x = width / 2 * (2 * (i + 0.5) / count - 1);
    builder.box(frame, "radiator", metal, [x, 0.07, 0.38], [width / count * 0.38, 0.05, 0.27]);
  }
}

function addBox(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const half = random.range(0.12, 0.24);
  const frame = builder.placeOnFloor(random, half, half, 0.02, anyHeading(random));
  if (!frame) return;
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherBox(site, frame, half, shape);
  const high = half * random.range(0.6, 1.1);
  const material = style.material(random, "clutter");
  builder.box(frame, "box", material, [0, 0, high], [half, half * 0.8, high]);
  if (random.chance(0.3)) {
    const upper = style.material(random, "clutter");
    builder.box(frame, "box", upper, [0, 0, 2 * high + 0.1], [half * 0.8, half * 0.6, 0.1]);
  }
}

function addBin(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const radius = random.range(0.11, 0.17);
  const frame = builder.placeOnFloor(random, radius, radius, 0.02, anyHeading(random));
  const shape = style.shape(random);
  if (!frame) return;
  if (shape !== "A" && shape !== "B") return addTeacherBin(site, frame, radius, shape);
  const material = style.material(random, "metal");
  builder.cylinder(frame, "bin", material, [0, 0, radius * 1.3], radius, radius * 1.3);
}

function addPlant(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const frame = builder.placeOnFloor(random, 0.2, 0.2, 0.02, anyHeading(random));
  if (!frame) return;
  const shape = style.shape(random);
  const pot = style.material(random, "clutter");
  const leaves: Material = {
    kind: "leaves",
    colour: [0.1, random.range(0.25, 0.4), 0.08],
    second: [0.3, random.range(0.5, 0.7), 0.2],
    scale: 1,
    emissive: false,
    seed: random.uint32(),
  };
  if (shape !== "A" && shape !== "B") return addTeacherPlant(site, frame, leaves, shape);
  builder.cylinder(frame, "vessel", pot, [0, 0, 0.14], random.range(0.12, 0.17), 0.14);
  builder.cylinder(frame, "plant", leaves, [0, 0, 0.45], 0.02, 0.2);
  for (let i = 3 + random.integer(4); i > 0; i--) {
    const at = within(
      frame,
      random.range(-0.12, 0.12),
      random.range(-0.12, 0.12),
      random.range(0.5, 0.95),
      random.range(0, Math.PI),
    );
    const size = random.range(0.08, 0.16);
    builder.box(at, "plant", leaves, [0, 0, 0], [size, size * 0.6, size * 0.7]);
  }
}

/** Adds small things, and perhaps a screen, to a table top of half sizes hx, hy. */
export function addTableClutter(site: RoomSite, frame: Frame, hx: number, hy: number): void {
  const { random } = site;
  if (random.chance(0.6)) addScreen(site, frame, hx, hy);
  for (let i = random.integer(3); i > 0; i--) addSmallThing(site, frame, hx, hy);
}

function addScreen(site: RoomSite, frame: Frame, hx: number, hy: number): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const screen: Material = {
    kind: "plain",
    colour: random.chance(0.5) ? [0.05, 0.06, 0.08] : [0.3, 0.5, 0.8],
    second: [0, 0, 0],
    scale: 0.3,
    emissive: random.chance(0.4),
    seed: random.uint32(),
  };
  const stand = style.material(random, "metal");
  const at = within(frame, random.range(-0.4, 0.4) * hx, -0.3 * hy, 0, random.range(-0.3, 0.3));
  const half = random.range(0.22, 0.32);
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherScreen(site, at, screen, shape);
  builder.box(at, "screen", screen, [0, 0, 0.28], [half, 0.02, half * 0.6]);
  builder.cylinder(at, "screen", stand, [0, 0, 0.06], 0.03, 0.06);
  builder.box(at, "screen", stand, [0, 0, 0.008], [0.12, 0.09, 0.008]);
}

function addSmallThing(site: RoomSite, frame: Frame, hx: number, hy: number): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const at = within(frame, random.range(-0.8, 0.8) * hx, random.range(0, 0.7) * hy, 0);
  const material = style.material(random, "clutter");
  const size = random.range(0.06, 0.12);
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherSmallThing(site, at, size, shape);
  if (random.chance(0.5)) {
    builder.cylinder(at, "vessel", material, [0, 0, size], size * 0.5, size);
  } else {
    builder.box(at, "box", material, [0, 0, size * 0.5], [size, size * 0.8, size * 0.5]);
  }
}
