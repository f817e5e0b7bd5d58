/**
 * Every kind of object a room can hold, built of boxes and upright cylinders. Each comes in two shapes:
 * A, as the student's source rooms have it, and B, as a foreign building would.
 * All measures are metres, in the frame of the object: x across, y towards its front, z up.
 */

import type { Material } from "./materials.ts";
import type { Random } from "./random.ts";
import { type Frame, frameAt, type RoomBuilder, within } from "./room.ts";
import type { Style } from "./styles.ts";

/** What a maker needs. */
export interface Site {
  builder: RoomBuilder;
  random: Random;
  style: Style;
}

/** Floor, ceiling, four walls with skirting, and perhaps a rug. */
export function addShell({ builder, random, style }: Site): void {
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
  if (random.chance(0.45)) {
    const frame = frameAt(random.range(-0.5, 0.5), random.range(-0.5, 0.5), 0, 0);
    const rug = style.material(random, "rug");
    if (style.shape(random) === "A") {
      builder.box(frame, "rug", rug, [0, 0, 0.006], [
        random.range(0.6, 1.1),
        random.range(0.5, 0.9),
        0.006,
      ]);
    } else {
      builder.cylinder(frame, "rug", rug, [0, 0, 0.006], random.range(0.6, 1), 0.006);
    }
  }
}

export function addDoor({ builder, random, style }: Site): void {
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
  if (style.shape(random) === "A") {
    for (const z of [0.55, 1.45]) {
      builder.box(frame, "door leaf", leaf, [0, 0.022, z], [half - 0.14, 0.008, 0.32]);
    }
  } else {
    builder.box(frame, "door leaf", metal, [0, 0.022, height - 0.6], [0.1, 0.006, 0.35]);
  }
}

export function addWindow({ builder, random, style }: Site): void {
  const tall = style.shape(random) === "B";
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

export function addBoard({ builder, random, style }: Site): void {
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

export function addBeam({ builder, random, style }: Site): void {
  const material = style.material(random, "beam");
  const origin = frameAt(0, 0, 0, 0);
  const { halfX, halfY, height } = builder;
  if (style.shape(random) === "A") {
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
    builder.box(origin, "beam", material, [x, 0, height - drop], [half, halfY, drop]);
  }
}

export function addColumn({ builder, random, style }: Site): void {
  const half = random.range(0.12, 0.2);
  const frame = builder.placeOnWall(random, 2 * half, 0, builder.height, 2 * half);
  if (!frame) return;
  const material = style.material(random, "column");
  const foot = style.material(random, random.chance(0.5) ? "column" : "windowFrame");
  const middle = builder.height / 2;
  if (style.shape(random) === "A") {
    builder.box(frame, "column shaft", material, [0, half, middle], [half, half, middle]);
    builder.box(frame, "column base", foot, [0, half, 0.06], [half + 0.02, half + 0.02, 0.06]);
  } else {
    builder.cylinder(frame, "column shaft", material, [0, half, middle], half * 0.9, middle);
    builder.cylinder(frame, "column base", foot, [0, half, 0.12], half + 0.03, 0.12);
  }
}

export function addBookcase({ builder, random, style }: Site): void {
  const shape = style.shape(random);
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

export function addSofa({ builder, random, style }: Site): void {
  const shape = style.shape(random);
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
  // B: a bench on legs with a low round bolster and one arm.
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

/** A chair at a frame whose +y is the way the sitter looks. */
export function addChair({ builder, random, style }: Site, frame: Frame): void {
  const shape = style.shape(random);
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
  // B: a swivel chair, round seat, star foot, and a high back on a stem.
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

/** A table with its chairs, and something on it. */
export function addTable(site: Site): void {
  const { builder, random, style } = site;
  const shape = style.shape(random);
  const round = shape === "B" && random.chance(0.5);
  const hx = round ? random.range(0.45, 0.6) : random.range(0.5, 0.8);
  const hy = round ? hx : random.range(0.33, 0.45);
  const z = random.range(0.7, 0.76);
  const quarter = () => random.integer(4) * Math.PI / 2 + random.range(-0.12, 0.12);
  const frame = builder.placeOnFloor(random, hx, hy, 0.3, quarter);
  if (!frame) return;
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
  addTableClutter(site, within(frame, 0, 0, z + 0.02), hx, hy);
  for (const side of [0, 1, 2, 3]) {
    if (random.chance(0.3)) continue;
    const angle = side * Math.PI / 2 + random.range(-0.25, 0.25);
    const reach = (side % 2 === 0 ? hy : hx) + random.range(-0.02, 0.22);
    // The chair stands on the side the angle names and looks at the table.
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

function addTableClutter(
  { builder, random, style }: Site,
  frame: Frame,
  hx: number,
  hy: number,
): void {
  const { height } = builder;
  if (height > 0 && random.chance(0.6)) {
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
    builder.box(at, "screen", screen, [0, 0, 0.28], [half, 0.02, half * 0.6]);
    builder.cylinder(at, "screen", stand, [0, 0, 0.06], 0.03, 0.06);
    builder.box(at, "screen", stand, [0, 0, 0.008], [0.12, 0.09, 0.008]);
  }
  for (let i = random.integer(3); i > 0; i--) {
    const at = within(frame, random.range(-0.8, 0.8) * hx, random.range(0, 0.7) * hy, 0);
    const material = style.material(random, "clutter");
    const size = random.range(0.06, 0.12);
    if (random.chance(0.5)) {
      builder.cylinder(at, "vessel", material, [0, 0, size], size * 0.5, size);
    } else {
      builder.box(at, "box", material, [0, 0, size * 0.5], [size, size * 0.8, size * 0.5]);
    }
  }
}

/** Things about the floor, the walls and the ceiling that have no class of their own. */
export function addClutter({ builder, random, style }: Site): void {
  const lamps = 1 + random.integer(3);
  for (let i = 0; i < lamps; i++) {
    const x = builder.halfX * (2 * (i + 0.5) / lamps - 1) * 0.9;
    const frame = frameAt(x, random.range(-0.4, 0.4) * builder.halfY, builder.height, 0);
    const glow: Material = {
      kind: "glow",
      colour: [1.2, 1.15, random.range(0.9, 1.2)],
      second: [1, 1, 1],
      scale: 1,
      emissive: random.chance(0.8),
      seed: random.uint32(),
    };
    if (style.shape(random) === "A") {
      builder.box(frame, "lamp", glow, [0, 0, -0.025], [0.3, 0.15, 0.025]);
      builder.lamp(within(frame, 0, 0, -0.15));
    } else {
      const drop = random.range(0.4, 0.8);
      const cord = style.material(random, "metal");
      builder.cylinder(frame, "lamp", cord, [0, 0, -drop / 2], 0.012, drop / 2);
      builder.cylinder(frame, "lamp", glow, [0, 0, -drop], 0.16, 0.09);
      builder.lamp(within(frame, 0, 0, -drop - 0.2));
    }
  }
  if (random.chance(0.5)) {
    const width = random.range(0.7, 1.1);
    const frame = builder.placeOnWall(random, width, 0, 0.7, 0.14);
    if (frame) {
      const metal = style.material(random, "windowFrame");
      const count = 6;
      for (let i = 0; i < count; i++) {
        const x = width / 2 * (2 * (i + 0.5) / count - 1);
        builder.box(frame, "radiator", metal, [x, 0.07, 0.38], [width / count * 0.38, 0.05, 0.27]);
      }
    }
  }
  const anyHeading = () => random.range(0, 2 * Math.PI);
  for (let i = 1 + random.integer(3); i > 0; i--) {
    const half = random.range(0.12, 0.24);
    const frame = builder.placeOnFloor(random, half, half, 0.02, anyHeading);
    if (!frame) continue;
    const high = half * random.range(0.6, 1.1);
    const material = style.material(random, "clutter");
    builder.box(frame, "box", material, [0, 0, high], [half, half * 0.8, high]);
    if (random.chance(0.3)) {
      const upper = style.material(random, "clutter");
      builder.box(frame, "box", upper, [0, 0, 2 * high + 0.1], [half * 0.8, half * 0.6, 0.1]);
    }
  }
  if (random.chance(0.7)) {
    const radius = random.range(0.11, 0.17);
    const frame = builder.placeOnFloor(random, radius, radius, 0.02, anyHeading);
    if (frame) {
      const material = style.material(random, "metal");
      builder.cylinder(frame, "bin", material, [0, 0, radius * 1.3], radius, radius * 1.3);
    }
  }
  if (random.chance(0.6)) {
    const frame = builder.placeOnFloor(random, 0.2, 0.2, 0.02, anyHeading);
    if (frame) addPlant({ builder, random, style }, frame);
  }
}

function addPlant({ builder, random, style }: Site, frame: Frame): void {
  const pot = style.material(random, "clutter");
  const leaves: Material = {
    kind: "leaves",
    colour: [0.1, random.range(0.25, 0.4), 0.08],
    second: [0.3, random.range(0.5, 0.7), 0.2],
    scale: 1,
    emissive: false,
    seed: random.uint32(),
  };
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
