/**
 * Furniture, built of boxes and upright cylinders: bookcases, sofas, chairs, tables. Shapes A (the student's source
 * rooms) and B (another building) are here, the others in teacher_shapes/. All lengths are metres, in the frame of the
 * object: x across, y towards its front, z up.
 *
 * @module
 */
import { addTableClutter } from "./clutter.ts";
import type { Material } from "../materials.ts";
import { type Frame, within } from "../frame.ts";
import type { RoomSite } from "./site.ts";
import type { Shape } from "./shapes.ts";
import { addTeacherBookcase } from "./teacher_shapes/bookcases.ts";
import { addTeacherChair } from "./teacher_shapes/chairs.ts";
import { addTeacherTable } from "./teacher_shapes/tables.ts";
import { addTeacherSofa } from "./teacher_shapes/sofas.ts";

/** Adds a bookcase at a wall, where there is room for one. */
export function addBookcase(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherBookcase(site, shape);
  const width = shape === "A" ? random.range(0.7, 1.1) : random.range(1, 1.5);
  const height = shape === "A" ? random.range(1.6, 2.1) : random.range(1.05, 1.4);
  const depth = random.range(0.26, 0.36);
  const frame = builder.placeOnWall(random, width, 0, height, depth);
  if (!frame) return;
  const body = style.material(random, "bookcase");
  const half = width / 2, back = depth / 2;
  const board = 0.015;
  builder.box(frame, "bookcase body", body, [0, 0.01, height / 2], [half, 0.01, height / 2]);
  for (const side of [-1, 1]) {
    builder.box(frame, "bookcase body", body, [side * (half - board), back, height / 2], [
      board,
      back,
      height / 2,
    ]);
  }
  if (shape === "B") {
    builder.box(frame, "bookcase body", body, [0, back, height / 2], [board, back, height / 2]);
  }
  const shelves = Math.round(height / 0.36);
  const rise = height / shelves;
  for (let shelf = 0; shelf <= shelves; shelf++) {
    const z = Math.min(height - board, Math.max(board, shelf * rise));
    builder.box(frame, "bookcase body", body, [0, back, z], [half, back, board]);
    if (shelf === shelves || random.chance(0.12)) continue;
    const from = -half + 0.04;
    const to = from + (width - 0.08) * random.range(0.55, 1);
    const tall = random.range(0.11, 0.14);
    const books: Material = {
      kind: "spines",
      colour: [0.1, 0.08, 0.06],
      second: [0.1, 0.08, 0.06],
      scale: tall,
      emissive: false,
      seed: random.uint32(),
    };
    builder.box(frame, "books", books, [(from + to) / 2, back * 0.85, z + board + tall], [
      (to - from) / 2,
      back * 0.75,
      tall,
    ]);
  }
}

/** Adds a sofa at a wall, where there is room for one. */
export function addSofa(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherSofa(site, shape);
  const width = random.range(1.4, 2), depth = random.range(0.78, 0.92);
  const frame = builder.placeOnWall(random, width, 0, 0.84, depth);
  if (!frame) return;
  const cloth = style.material(random, "sofa");
  const cushion = random.chance(0.3) ? style.material(random, "sofa") : cloth;
  const half = width / 2;
  const seat = random.range(0.38, 0.45);
  if (shape === "A") {
    const arm = random.range(0.09, 0.13);
    builder.box(frame, "sofa back", cloth, [0, 0.13, 0.4], [half, 0.11, 0.4]);
    for (const side of [-1, 1]) {
      builder.box(frame, "sofa arm", cloth, [side * (half - arm), depth / 2, 0.29], [
        arm,
        depth / 2,
        0.29,
      ]);
    }
    const inner = half - 2 * arm;
    const count = width > 1.7 ? 3 : 2;
    for (let i = 0; i < count; i++) {
      const x = inner * (2 * (i + 0.5) / count - 1);
      const size = inner / count - 0.008;
      builder.box(frame, "sofa seat", cushion, [x, depth / 2 + 0.1, seat / 2], [
        size,
        depth / 2 - 0.1,
        seat / 2,
      ]);
      builder.box(frame, "sofa back", cushion, [x, 0.29, seat + 0.17], [size, 0.06, 0.16]);
    }
    return;
  }
  // Shape B: a bench on legs with a low round bolster and one arm.
  const legs = style.material(random, "metal");
  for (const x of [-1, 1]) {
    for (const y of [0.12, depth - 0.1]) {
      builder.cylinder(frame, "sofa seat", legs, [x * (half - 0.1), y, 0.08], 0.025, 0.08);
    }
  }
  builder.box(frame, "sofa seat", cloth, [0, depth / 2, seat - 0.12], [half, depth / 2, 0.11]);
  builder.box(frame, "sofa back", cushion, [0, 0.1, seat + 0.16], [half, 0.08, 0.17]);
  const side = random.chance(0.5) ? 1 : -1;
  builder.cylinder(
    frame,
    "sofa arm",
    cushion,
    [side * (half - 0.14), depth / 2, seat + 0.09],
    0.14,
    0.1,
  );
}

/** Adds a chair at a frame; whoever sits on it looks along +y. */
export function addChair(site: RoomSite, frame: Frame): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  if (shape !== "A" && shape !== "B") return addTeacherChair(site, frame, shape);
  const shell = style.material(random, "chair");
  const seat = random.chance(0.4) ? style.material(random, "chair") : shell;
  const metal = style.material(random, random.chance(0.5) ? "metal" : "chair");
  const z = random.range(0.42, 0.48);
  if (shape === "A") {
    const half = random.range(0.19, 0.23);
    builder.box(frame, "chair seat", seat, [0, 0, z], [half, half, 0.025]);
    for (const x of [-1, 1]) {
      for (const y of [-1, 1]) {
        builder.box(frame, "chair leg", metal, [
          x * (half - 0.02),
          y * (half - 0.02),
          (z - 0.025) / 2,
        ], [0.018, 0.018, (z - 0.025) / 2]);
      }
      builder.box(frame, "chair back", metal, [x * (half - 0.02), -half + 0.018, z + 0.22], [
        0.018,
        0.018,
        0.2,
      ]);
    }
    builder.box(frame, "chair back", shell, [0, -half + 0.02, z + 0.33], [
      half,
      0.015,
      random.range(0.1, 0.17),
    ]);
    return;
  }
  // Shape B: a swivel chair with a round seat, a star foot, and a high back on a stem.
  const radius = random.range(0.2, 0.24);
  builder.cylinder(frame, "chair seat", seat, [0, 0, z], radius, 0.035);
  builder.cylinder(frame, "chair leg", metal, [0, 0, z / 2], 0.03, z / 2 - 0.03);
  builder.box(frame, "chair leg", metal, [0, 0, 0.04], [0.26, 0.025, 0.02]);
  builder.box(frame, "chair leg", metal, [0, 0, 0.04], [0.025, 0.26, 0.02]);
  builder.box(frame, "chair back", metal, [0, -radius - 0.01, z + 0.1], [0.03, 0.015, 0.12]);
  builder.box(frame, "chair back", shell, [0, -radius + 0.01, z + 0.36], [
    0.2,
    0.025,
    random.range(0.18, 0.24),
  ]);
}

/** Adds a table of shape A or B; what it gives is described at {@link addTeacherTable}. */
function addBareTable(
  { builder, random, style }: RoomSite,
  shape: Shape,
): ReturnType<typeof addTeacherTable> {
  const round = shape === "B" && random.chance(0.5);
  const hx = round ? random.range(0.45, 0.6) : random.range(0.5, 0.8);
  const hy = round ? hx : random.range(0.33, 0.45);
  const z = random.range(0.7, 0.76);
  const quarter = () => random.integer(4) * Math.PI / 2 + random.range(-0.12, 0.12);
  const frame = builder.placeOnFloor(random, hx, hy, 0.3, quarter);
  if (!frame) return undefined;
  const top = style.material(random, "table");
  const metal = style.material(random, random.chance(0.5) ? "metal" : "table");
  if (round) {
    builder.cylinder(frame, "table top", top, [0, 0, z], hx, 0.02);
    builder.cylinder(frame, "table leg", metal, [0, 0, z / 2], 0.05, z / 2 - 0.02);
    builder.cylinder(frame, "table leg", metal, [0, 0, 0.02], 0.28, 0.02);
  } else {
    builder.box(frame, "table top", top, [0, 0, z], [hx, hy, 0.02]);
    const rise = (z - 0.02) / 2;
    for (const x of [-1, 1]) {
      if (shape === "B") {
        builder.box(frame, "table leg", metal, [x * (hx - 0.08), 0, rise], [0.02, hy - 0.06, rise]);
        continue;
      }
      for (const y of [-1, 1]) {
        builder.box(frame, "table leg", metal, [x * (hx - 0.05), y * (hy - 0.05), rise], [
          0.025,
          0.025,
          rise,
        ]);
      }
    }
    if (random.chance(0.4)) {
      const x = (random.chance(0.5) ? 1 : -1) * (hx - 0.28);
      builder.box(frame, "table drawers", top, [x, 0, z - 0.22], [0.2, hy - 0.08, 0.2]);
    }
  }
  return { frame, hx, hy, z: z + 0.02 };
}

/** Adds a table with its chairs and small things on it, where there is room for it. */
export function addTable(site: RoomSite): void {
  const { builder, random, style } = site;
  builder.beginObject();
  const shape = style.shape(random);
  const table = shape === "A" || shape === "B"
    ? addBareTable(site, shape)
    : addTeacherTable(site, shape);
  if (!table) return;
  const { frame, hx, hy, z } = table;
  addTableClutter(site, within(frame, 0, 0, z), hx, hy);
  for (const side of [0, 1, 2, 3]) {
    if (random.chance(0.3)) continue;
    const angle = side * Math.PI / 2 + random.range(-0.25, 0.25);
    const reach = (side % 2 === 0 ? hy : hx) + random.range(-0.02, 0.22);
    // The chair stands at this side and looks at the table.
    const chair = within(
      frame,
      Math.sin(side * Math.PI / 2) * reach,
      -Math.cos(side * Math.PI / 2) * reach,
      0,
      angle,
    );
    if (builder.claim(chair, 0.2, 0.2, -0.22)) addChair(site, chair);
  }
}
