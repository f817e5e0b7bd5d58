/**
 * Doors, windows and boards of the teacher's rooms. Doors: C half of glass, D of boards with a knob, E on a rail.
 * Windows: C a low wide row, D a lattice, E one pane with a blind. Boards: C with notes on it, D without a frame, E in
 * panels. All lengths are metres: x across, y into the room, z up.
 *
 * @module
 */
import type { Frame } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import type { Random } from "../../../random/random.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** Adds a door to a wall, where there is room for one. */
export function addTeacherDoor(site: RoomSite, shape: TeacherShape): void {
  const { builder, random, style } = site;
  const width = random.range(0.7, shape === "D" ? 1.1 : 1.5), height = random.range(1.9, 2.25);
  const frame = builder.placeOnWall(random, width + 0.24, 0, height + 0.12, 0.5);
  if (!frame) return;
  const leaf = style.material(random, "door"), other = style.material(random, "door");
  const trim = style.material(random, random.chance(0.5) ? "windowFrame" : "door");
  const metal = style.material(random, "metal");
  const half = width / 2, side = random.chance(0.5) ? 1 : -1;
  if (shape === "E") return addSlidingDoor(site, { frame, leaf, trim, metal, half, height, side });
  const casing = random.range(0.03, 0.08);
  for (const x of [-1, 1]) {
    builder.box(frame, "door frame", trim, [x * (half + casing), 0.018, height / 2], [
      casing,
      0.018,
      height / 2,
    ]);
  }
  builder.box(frame, "door frame", trim, [0, 0.018, height + casing], [
    half + 2 * casing,
    0.018,
    casing,
  ]);
  builder.box(frame, "door leaf", leaf, [0, 0.008, height / 2], [half, 0.008, height / 2]);
  if (shape === "C") {
    const leaves = width > 1.1 ? 2 : 1;
    for (let i = 0; i < leaves; i++) {
      const x = half * (2 * (i + 0.5) / leaves - 1), span = half / leaves;
      const low = height * random.range(0.35, 0.6);
      builder.box(frame, "door leaf", other, [x, 0.02, (low + height) / 2 - 0.05], [
        span * random.range(0.5, 0.8),
        0.006,
        (height - low) / 2 - 0.08,
      ]);
      builder.box(frame, "door leaf", metal, [x - side * span * 0.75, 0.04, 1], [
        0.015,
        0.03,
        0.08,
      ]);
    }
    return;
  }
  const boards = 3 + random.integer(4);
  for (let i = 0; i < boards; i++) {
    const x = half * (2 * (i + 0.5) / boards - 1);
    builder.box(frame, "door leaf", i % 2 ? leaf : other, [x, 0.018, height / 2], [
      half / boards - 0.008,
      0.008,
      height / 2 - 0.02,
    ]);
  }
  builder.cylinder(frame, "door leaf", metal, [side * (half - 0.08), 0.06, 1], 0.03, 0.025);
}

/** Adds a panel that hangs in front of the wall. */
function addSlidingDoor(
  { builder, random }: RoomSite,
  { frame, leaf, trim, metal, half, height, side }: {
    frame: Frame;
    leaf: Material;
    trim: Material;
    metal: Material;
    half: number;
    height: number;
    side: number;
  },
): void {
  const shift = random.range(-0.06, 0.06);
  builder.box(frame, "door leaf", leaf, [shift, 0.045, height / 2], [half, 0.018, height / 2]);
  builder.box(frame, "door frame", trim, [0, 0.05, height + 0.05], [half + 0.1, 0.03, 0.025]);
  for (const x of [-1, 1]) {
    builder.box(frame, "door frame", metal, [shift + x * half * 0.6, 0.07, height - 0.02], [
      0.02,
      0.008,
      0.1,
    ]);
  }
  builder.box(frame, "door leaf", metal, [shift + side * half * 0.8, 0.075, 1.05], [
    0.015,
    0.012,
    random.range(0.1, 0.3),
  ]);
}

/** Draws what is seen through a window. */
function outside(random: Random): Material {
  const sky = random.range(0.5, 1.3);
  return {
    kind: "daylight",
    colour: [sky * random.range(0.7, 1), sky * random.range(0.8, 1), sky * random.range(0.85, 1)],
    second: [random.range(0.15, 0.7), random.range(0.2, 0.7), random.range(0.15, 0.6)],
    scale: random.range(-0.6, 0.5),
    emissive: true,
    seed: random.uint32(),
  };
}

/** Adds a window to a wall, where there is room for one. */
export function addTeacherWindow({ builder, random, style }: RoomSite, shape: TeacherShape): void {
  const width = random.range(...(shape === "C" ? [1.3, 2.2] : [0.6, 1.5]) as [number, number]);
  const z0 = random.range(0.55, 1.35);
  const high = shape === "C" ? random.range(0.45, 0.8) : random.range(0.8, 1.5);
  const z1 = Math.min(builder.height - 0.25, z0 + high);
  const frame = builder.placeOnWall(random, width, z0, z1, 0);
  if (!frame) return;
  const trim = style.material(random, "windowFrame");
  const half = width / 2, middle = (z0 + z1) / 2, rise = (z1 - z0) / 2;
  const bar = random.range(0.015, shape === "E" ? 0.09 : 0.05), deep = random.range(0.015, 0.05);
  builder.box(frame, "window pane", outside(random), [0, 0.004, middle], [half, 0.004, rise]);
  for (const side of [-1, 1]) {
    builder.box(frame, "window frame", trim, [side * (half - bar), deep, middle], [
      bar,
      deep,
      rise,
    ]);
    builder.box(frame, "window frame", trim, [0, deep, middle + side * (rise - bar)], [
      half,
      deep,
      bar,
    ]);
  }
  const across = shape === "C" ? 2 + random.integer(3) : shape === "D" ? 1 + random.integer(4) : 0;
  for (let i = 1; i <= across; i++) {
    const x = half * (2 * i / (across + 1) - 1);
    builder.box(frame, "window frame", trim, [x, deep * 0.8, middle], [
      bar * 0.6,
      deep * 0.8,
      rise,
    ]);
  }
  if (shape === "D") {
    // One or three bars: the windows of building B, which the student meets at test time, have two.
    const up = random.pick([1, 3]);
    for (let i = 1; i <= up; i++) {
      const z = middle + rise * (2 * i / (up + 1) - 1);
      builder.box(frame, "window frame", trim, [0, deep * 0.7, z], [half, deep * 0.7, bar * 0.5]);
    }
  } else if (shape === "E" && random.chance(0.6)) {
    const blind = style.material(random, "rug"), drop = rise * random.range(0.1, 0.6);
    builder.box(frame, "window frame", blind, [0, 2 * deep + 0.01, z1 - drop], [half, 0.008, drop]);
  }
  if (random.chance(0.5)) {
    const ledge = random.range(0.04, 0.12);
    builder.box(frame, "window frame", trim, [0, ledge, z0 - 0.02], [half + 0.04, ledge, 0.018]);
  }
}

/** Adds a board to a wall, where there is room for one. */
export function addTeacherBoard({ builder, random, style }: RoomSite, shape: TeacherShape): void {
  const portrait = shape === "E" && random.chance(0.4);
  const width = portrait ? random.range(0.6, 0.95) : random.range(0.8, 2);
  const z0 = random.range(0.7, 1.15),
    z1 = Math.min(builder.height - 0.2, z0 + random.range(0.7, 1.3));
  const frame = builder.placeOnWall(random, width, z0, z1, 0);
  if (!frame) return;
  const surface = style.material(random, "board"), trim = style.material(random, "boardFrame");
  const half = width / 2, middle = (z0 + z1) / 2, rise = (z1 - z0) / 2;
  builder.box(frame, "board surface", surface, [0, 0.009, middle], [half, 0.009, rise]);
  if (shape === "D") {
    for (const x of [-1, 1]) {
      for (const z of [-1, 1]) {
        builder.box(frame, "board frame", trim, [
          x * (half - 0.05),
          0.022,
          middle + z * (rise - 0.05),
        ], [
          0.018,
          0.008,
          0.018,
        ]);
      }
    }
    const tray = half * random.range(0.3, 1);
    builder.box(frame, "board frame", trim, [0, 0.04, z0 - 0.01], [tray, 0.035, 0.012]);
    return;
  }
  const bar = random.range(0.012, 0.045);
  for (const side of [-1, 1]) {
    builder.box(frame, "board frame", trim, [side * (half - bar), 0.018, middle], [
      bar,
      0.018,
      rise,
    ]);
    builder.box(frame, "board frame", trim, [0, 0.018, middle + side * (rise - bar)], [
      half,
      0.018,
      bar,
    ]);
  }
  if (shape === "E") {
    builder.box(frame, "board frame", trim, portrait ? [0, 0.016, z1 - 0.08] : [0, 0.016, middle], [
      portrait ? half : bar,
      0.016,
      portrait ? 0.05 : rise,
    ]);
    return;
  }
  for (let i = 2 + random.integer(7); i > 0; i--) {
    const note = style.material(random, "clutter");
    builder.box(frame, "board surface", note, [
      random.range(-0.8, 0.8) * half,
      0.02,
      middle + random.range(-0.7, 0.7) * rise,
    ], [random.range(0.04, 0.11), 0.003, random.range(0.04, 0.15)]);
  }
}
