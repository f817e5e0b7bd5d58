/**
 * Things without a class of their own in the teacher's rooms: lamps (C a disc, D spots on a rail, E a tube on cords),
 * radiators, boxes, bins, plants, screens and vessels. All lengths are metres, in the frame of the object: x across, y
 * towards its front, z up.
 *
 * @module
 */
import type { Material } from "../../materials.ts";
import { type Frame, within } from "../../frame.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** Adds a lamp at a frame on the ceiling. */
export function addTeacherLamp(
  { builder, random, style }: RoomSite,
  frame: Frame,
  glow: Material,
  shape: TeacherShape,
): void {
  const metal = style.material(random, "metal");
  if (shape === "C") {
    const radius = random.range(0.1, 0.28);
    builder.cylinder(frame, "lamp", glow, [0, 0, -0.03], radius, 0.03);
    builder.lamp(within(frame, 0, 0, -0.15));
  } else if (shape === "D") {
    const rail = within(frame, 0, 0, 0, random.range(0, Math.PI)), half = random.range(0.3, 0.7);
    builder.box(rail, "lamp", metal, [0, 0, -0.02], [half, 0.02, 0.02]);
    for (const x of [-0.8, 0, 0.8]) {
      builder.box(rail, "lamp", metal, [x * half, 0, -0.09], [0.04, 0.04, 0.05]);
      builder.box(rail, "lamp", glow, [x * half, 0, -0.145], [0.035, 0.035, 0.008]);
    }
    builder.lamp(within(frame, 0, 0, -0.2));
  } else {
    const tube = within(frame, 0, 0, 0, random.range(0, Math.PI)), half = random.range(0.35, 0.65);
    const drop = random.range(0.2, 0.55);
    for (const x of [-0.7, 0.7]) {
      builder.box(tube, "lamp", metal, [x * half, 0, -drop / 2], [0.006, 0.006, drop / 2]);
    }
    builder.box(tube, "lamp", glow, [0, 0, -drop - 0.03], [half, 0.04, 0.03]);
    builder.lamp(within(frame, 0, 0, -drop - 0.15));
  }
}

/** Adds a radiator at a frame on a wall. */
export function addTeacherRadiator(
  { builder, random, style }: RoomSite,
  frame: Frame,
  width: number,
  shape: TeacherShape,
): void {
  const metal = style.material(random, "windowFrame");
  const low = random.range(0.08, 0.15), rise = random.range(0.18, 0.3), half = width / 2;
  if (shape === "C") {
    builder.box(frame, "radiator", metal, [0, 0.06, low + rise], [half, 0.035, rise]);
    builder.box(frame, "radiator", metal, [0, 0.06, low + 2 * rise], [half + 0.01, 0.05, 0.012]);
  } else if (shape === "D") {
    for (let i = 0; i < 9; i++) {
      const x = half * (2 * (i + 0.5) / 9 - 1);
      builder.cylinder(frame, "radiator", metal, [x, 0.07, low + rise], 0.025, rise);
    }
  } else {
    for (let i = 0; i < 4; i++) {
      const z = low + rise * 2 * (i + 0.5) / 4;
      builder.box(frame, "radiator", metal, [0, 0.065, z], [half, 0.03, rise / 6]);
    }
  }
}

/** Adds a container, upright or not, within `half` metres of a frame on the floor. */
export function addTeacherBox(
  { builder, random, style }: RoomSite,
  frame: Frame,
  half: number,
  shape: TeacherShape,
): void {
  const material = style.material(random, "clutter");
  if (shape === "C") {
    let z = 0, size = half;
    for (let i = 1 + random.integer(3); i > 0; i--) {
      const high = random.range(0.05, 0.14);
      const layer = within(frame, 0, 0, z, random.range(-0.4, 0.4));
      const cover = style.material(random, "clutter");
      builder.box(layer, "box", cover, [0, 0, high], [size, size * random.range(0.5, 1), high]);
      z += 2 * high;
      size *= random.range(0.7, 1);
    }
  } else if (shape === "D") {
    // An open crate: a floor and four sides.
    const high = half * random.range(0.5, 1.1);
    builder.box(frame, "box", material, [0, 0, 0.01], [half, half * 0.7, 0.01]);
    for (const side of [-1, 1]) {
      builder.box(frame, "box", material, [side * half, 0, high], [0.01, half * 0.7, high]);
      builder.box(frame, "box", material, [0, side * half * 0.7, high], [half, 0.01, high]);
    }
  } else {
    const tall = random.range(0.5, 1.2);
    builder.box(frame, "box", material, [0, 0, tall / 2], [half * 0.5, half * 0.5, tall / 2]);
  }
}

/** Adds a bin of half width `radius` at a frame on the floor. */
export function addTeacherBin(
  { builder, random, style }: RoomSite,
  frame: Frame,
  radius: number,
  shape: TeacherShape,
): void {
  const body = style.material(random, random.chance(0.5) ? "metal" : "clutter");
  const lid = style.material(random, "metal");
  const high = radius * random.range(0.9, 2);
  if (shape === "C") {
    builder.box(frame, "bin", body, [0, 0, high], [radius, radius * 0.7, high]);
  } else if (shape === "D") {
    builder.cylinder(frame, "bin", body, [0, 0, high / 2], radius * 0.75, high / 2);
    builder.cylinder(frame, "bin", body, [0, 0, high * 1.5], radius, high / 2);
  } else {
    builder.box(frame, "bin", body, [0, 0, high], [radius * 0.9, radius * 0.9, high]);
    builder.box(frame, "bin", lid, [0, 0, 2 * high + 0.02], [radius, radius, 0.02]);
  }
}

/** Adds a plant at a frame on the floor. */
export function addTeacherPlant(
  { builder, random, style }: RoomSite,
  frame: Frame,
  leaves: Material,
  shape: TeacherShape,
): void {
  const pot = style.material(random, "clutter"), wood = style.material(random, "beam");
  const rim = random.range(0.1, 0.18), high = random.range(0.08, 0.24);
  builder.box(frame, "vessel", pot, [0, 0, high], [rim, rim, high]);
  const foot = 2 * high;
  if (shape === "C") {
    // A tree: a stem and a crown of rotated blocks.
    const stem = random.range(0.2, 0.6);
    builder.cylinder(frame, "plant", wood, [0, 0, foot + stem / 2], 0.02, stem / 2);
    for (let i = 0; i < 3; i++) {
      const size = random.range(0.12, 0.22);
      const at = within(frame, 0, 0, foot + stem + 0.1 * i, random.range(0, Math.PI));
      builder.box(at, "plant", leaves, [0, 0, 0.1], [size, size, 0.12]);
    }
  } else if (shape === "D") {
    // A cactus.
    const tall = random.range(0.2, 0.55);
    builder.cylinder(frame, "plant", leaves, [0, 0, foot + tall], rim * 0.5, tall);
    builder.cylinder(
      frame,
      "plant",
      leaves,
      [rim * 0.8, 0, foot + tall * 1.2],
      rim * 0.25,
      tall / 2,
    );
    builder.box(frame, "plant", leaves, [rim * 0.5, 0, foot + tall * 0.8], [rim * 0.4, 0.03, 0.03]);
  } else {
    // Upright blades, each with its own heading.
    for (let i = 4 + random.integer(5); i > 0; i--) {
      const tall = random.range(0.15, 0.4);
      const x = random.range(-0.7, 0.7) * rim, y = random.range(-0.7, 0.7) * rim;
      const at = within(frame, x, y, foot, random.range(0, Math.PI));
      builder.box(at, "plant", leaves, [0, 0, tall], [random.range(0.02, 0.06), 0.006, tall]);
    }
  }
}

/** Adds a screen at a frame on a table top: C a laptop, D two screens side by side, E one on a box. */
export function addTeacherScreen(
  { builder, random, style }: RoomSite,
  frame: Frame,
  screen: Material,
  shape: TeacherShape,
): void {
  const body = style.material(random, "metal");
  if (shape === "C") {
    builder.box(frame, "screen", body, [0, 0.1, 0.01], [0.17, 0.12, 0.01]);
    builder.box(frame, "screen", screen, [0, -0.03, 0.13], [0.17, 0.008, 0.11]);
  } else if (shape === "D") {
    for (const side of [-1, 1]) {
      const half = within(frame, side * 0.2, 0, 0, -side * random.range(0, 0.3));
      builder.box(half, "screen", screen, [0, 0, 0.25], [0.18, 0.015, 0.15]);
      builder.box(half, "screen", body, [0, -0.03, 0.1], [0.02, 0.02, 0.1]);
    }
  } else {
    builder.box(frame, "screen", body, [0, -0.02, 0.05], [0.2, 0.17, 0.05]);
    builder.box(frame, "screen", body, [0, -0.05, 0.26], [0.18, 0.12, 0.15]);
    builder.box(frame, "screen", screen, [0, 0.075, 0.26], [0.15, 0.006, 0.12]);
  }
}

/** Adds a small thing of about `size` metres at a frame on a table top. */
export function addTeacherSmallThing(
  { builder, random, style }: RoomSite,
  frame: Frame,
  size: number,
  shape: TeacherShape,
): void {
  const material = style.material(random, "clutter"), other = style.material(random, "clutter");
  if (shape === "C") {
    builder.cylinder(frame, "vessel", material, [0, 0, size * 0.6], size * 0.6, size * 0.6);
    builder.cylinder(frame, "vessel", other, [0, 0, size * 1.6], size * 0.2, size * 0.5);
  } else if (shape === "D") {
    const rotated = within(frame, 0, 0, 0, random.range(-1, 1));
    builder.box(rotated, "box", material, [0, 0, 0.015], [size * 1.2, size * 0.9, 0.015]);
    builder.box(rotated, "box", other, [0, 0, 0.045], [size, size * 0.8, 0.015]);
  } else {
    builder.box(frame, "vessel", material, [0, 0, size], [size * 0.4, size * 0.4, size]);
  }
}
