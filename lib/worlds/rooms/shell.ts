/**
 * What belongs to the building: floor, ceiling and walls, doors and windows, boards, beams and columns. Shapes A (the
 * student's source rooms) and B (another building) are here, the others in teacher_shapes/. All lengths are metres, in
 * the frame of the object: x across, y into the room, z up.
 *
 * @module
 */
import type { Material } from "../materials.ts";
import { frameAt } from "../frame.ts";
import type { RoomSite } from "./site.ts";
import { addTeacherBoard, addTeacherDoor, addTeacherWindow } from "./teacher_shapes/openings.ts";
import { addTeacherBeam, addTeacherColumn, addTeacherRug } from "./teacher_shapes/structure.ts";

/** Adds floor, ceiling, four walls with skirting, and perhaps a rug. */
export function addShell(site: RoomSite): void {
  const { builder, random, style } = site;
  const { halfX, halfY, height } = builder;
  const origin = frameAt(0, 0, 0, 0);
  const thick = 0.05;
  builder.box(origin, "floor", style.material(random, "floor"), [0, 0, -thick], [
    halfX + 0.1,
    halfY + 0.1,
    thick,
  ]);
  builder.box(origin, "ceiling", style.material(random, "ceiling"), [0, 0, height + thick], [
    halfX + 0.1,
    halfY + 0.1,
    thick,
  ]);
  const paint = style.material(random, "wall");
  const accent = random.chance(0.3) ? style.material(random, "wall") : paint;
  const skirting = style.material(random, random.chance(0.5) ? "windowFrame" : "door");
  for (let wall = 0; wall < 4; wall++) {
    const frame = builder.wallFrame(wall, 0);
    const half = builder.wallHalf(wall);
    const material = wall === 0 ? accent : paint;
    builder.box(frame, "wall", material, [0, -thick, height / 2], [half + 0.1, thick, height / 2]);
    builder.box(frame, "skirting", skirting, [0, 0.006, 0.045], [half, 0.006, 0.045]);
  }
  if (random.chance(0.45)) addRug(site);
}

function addRug(site: RoomSite): void {
  const { builder, random, style } = site;
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherRug(site, shape);
  const frame = frameAt(random.range(-0.5, 0.5), random.range(-0.5, 0.5), 0, 0);
  const rug = style.material(random, "rug");
  if (shape === "A") {
    builder.box(frame, "rug", rug, [0, 0, 0.006], [
      random.range(0.6, 1.1),
      random.range(0.5, 0.9),
      0.006,
    ]);
  } else {
    builder.cylinder(frame, "rug", rug, [0, 0, 0.006], random.range(0.6, 1), 0.006);
  }
}

/** Adds a door to a wall, where there is room for one. */
export function addDoor(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherDoor(site, shape);
  const width = random.range(0.8, 1), height = random.range(1.98, 2.12);
  const frame = builder.placeOnWall(random, width + 0.16, 0, height + 0.08, 0.55);
  if (!frame) return;
  const leaf = style.material(random, "door");
  const trim = style.material(random, random.chance(0.5) ? "windowFrame" : "door");
  const metal = style.material(random, "metal");
  const half = width / 2;
  builder.box(frame, "door leaf", leaf, [0, 0.01, height / 2], [half, 0.01, height / 2]);
  for (const side of [-1, 1]) {
    builder.box(frame, "door frame", trim, [side * (half + 0.035), 0.02, height / 2], [
      0.035,
      0.02,
      height / 2,
    ]);
  }
  builder.box(frame, "door frame", trim, [0, 0.02, height + 0.035], [half + 0.07, 0.02, 0.035]);
  builder.box(frame, "door leaf", metal, [half - 0.09, 0.05, 1.03], [0.06, 0.02, 0.012]);
  if (shape === "A") {
    for (const z of [0.55, 1.45]) {
      builder.box(frame, "door leaf", leaf, [0, 0.022, z], [half - 0.14, 0.008, 0.32]);
    }
  } else {
    builder.box(frame, "door leaf", metal, [0, 0.022, height - 0.6], [0.1, 0.006, 0.35]);
  }
}

/** Adds a window to a wall, where there is room for one. */
export function addWindow(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherWindow(site, shape);
  const tall = shape === "B";
  const width = tall ? random.range(0.7, 1.1) : random.range(1, 1.6);
  const z0 = tall ? random.range(0.5, 0.7) : random.range(0.85, 1);
  const z1 = Math.min(builder.height - 0.3, z0 + (tall ? 1.8 : random.range(1, 1.3)));
  const frame = builder.placeOnWall(random, width, z0, z1, 0);
  if (!frame) return;
  const trim = style.material(random, "windowFrame");
  const sky = random.range(0.8, 1.25);
  const pane: Material = {
    kind: "daylight",
    colour: [sky * random.range(0.75, 0.95), sky * random.range(0.88, 1), sky],
    second: [random.range(0.25, 0.6), random.range(0.35, 0.65), random.range(0.2, 0.5)],
    scale: random.range(-0.4, 0.3),
    emissive: true,
    seed: random.uint32(),
  };
  const half = width / 2, middle = (z0 + z1) / 2, rise = (z1 - z0) / 2;
  builder.box(frame, "window pane", pane, [0, 0.005, middle], [half, 0.005, rise]);
  const bar = 0.03;
  for (const side of [-1, 1]) {
    builder.box(frame, "window frame", trim, [side * (half - bar), 0.025, middle], [
      bar,
      0.025,
      rise,
    ]);
    builder.box(frame, "window frame", trim, [0, 0.025, middle + side * (rise - bar)], [
      half,
      0.025,
      bar,
    ]);
  }
  builder.box(frame, "window frame", trim, [0, 0.02, middle], [0.02, 0.02, rise]);
  if (tall) {
    for (const z of [-1 / 3, 1 / 3]) {
      builder.box(frame, "window frame", trim, [0, 0.02, middle + z * rise], [half, 0.02, 0.015]);
    }
  } else {
    builder.box(frame, "window frame", trim, [0, 0.07, z0 - 0.015], [half + 0.05, 0.07, 0.015]);
  }
}

/** Adds a board that is written on to a wall, where there is room for one. */
export function addBoard(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherBoard(site, shape);
  const width = random.range(1, 1.7), z0 = random.range(0.85, 1), z1 = z0 + random.range(0.85, 1.1);
  const frame = builder.placeOnWall(random, width, z0, z1, 0);
  if (!frame) return;
  const surface = style.material(random, "board");
  const trim = style.material(random, "boardFrame");
  const half = width / 2, middle = (z0 + z1) / 2, rise = (z1 - z0) / 2;
  builder.box(frame, "board surface", surface, [0, 0.01, middle], [half, 0.01, rise]);
  for (const side of [-1, 1]) {
    builder.box(frame, "board frame", trim, [side * (half - 0.015), 0.015, middle], [
      0.015,
      0.015,
      rise,
    ]);
    builder.box(frame, "board frame", trim, [0, 0.015, middle + side * (rise - 0.015)], [
      half,
      0.015,
      0.015,
    ]);
  }
  builder.box(frame, "board frame", trim, [0, 0.05, z0 + 0.01], [half * 0.7, 0.05, 0.01]);
}

/** Adds one or several beams to the ceiling. */
export function addBeam(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherBeam(site, shape);
  const material = style.material(random, "beam");
  const origin = frameAt(0, 0, 0, 0);
  const { halfX, halfY, height } = builder;
  if (shape === "A") {
    const half = random.range(0.1, 0.2), drop = random.range(0.1, 0.18);
    if (random.chance(0.5)) {
      const x = random.range(-0.6, 0.6) * halfX;
      builder.box(origin, "beam", material, [x, 0, height - drop], [half, halfY, drop]);
    } else {
      const y = random.range(-0.6, 0.6) * halfY;
      builder.box(origin, "beam", material, [0, y, height - drop], [halfX, half, drop]);
    }
    return;
  }
  const half = random.range(0.05, 0.09), drop = random.range(0.07, 0.13);
  const count = 2 + random.integer(3);
  for (let i = 0; i < count; i++) {
    const x = halfX * (2 * (i + 0.5) / count - 1);
    builder.beginObject();
    builder.box(origin, "beam", material, [x, 0, height - drop], [half, halfY, drop]);
  }
}

/** Adds a column to a wall, where there is room for one. */
export function addColumn(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherColumn(site, shape);
  const half = random.range(0.12, 0.2);
  const frame = builder.placeOnWall(random, 2 * half, 0, builder.height, 2 * half);
  if (!frame) return;
  const material = style.material(random, "column");
  const foot = style.material(random, random.chance(0.5) ? "column" : "windowFrame");
  const middle = builder.height / 2;
  if (shape === "A") {
    builder.box(frame, "column shaft", material, [0, half, middle], [half, half, middle]);
    builder.box(frame, "column base", foot, [0, half, 0.06], [half + 0.02, half + 0.02, 0.06]);
  } else {
    builder.cylinder(frame, "column shaft", material, [0, half, middle], half * 0.9, middle);
    builder.cylinder(frame, "column base", foot, [0, half, 0.12], half + 0.03, 0.12);
  }
}
