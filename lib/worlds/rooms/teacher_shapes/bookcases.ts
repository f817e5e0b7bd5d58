/**
 * Bookcases of the teacher's rooms: C an open rack of posts and shelves, D a cupboard with shelves above, E a grid of
 * cells. All lengths are metres, in the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { Material } from "../../materials.ts";
import type { Frame } from "../../frame.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** Adds a bookcase at a wall, where there is room for one. */
export function addTeacherBookcase(site: RoomSite, shape: TeacherShape): void {
  if (shape === "C") addRack(site);
  else if (shape === "D") addCupboard(site);
  else addGrid(site);
}

/** Adds books, or now and then a few flat piles, from `from` to `to` along a shelf at height z. */
function addBooks(
  { builder, random }: RoomSite,
  frame: Frame,
  [from, to]: readonly [number, number],
  z: number,
  [back, depth]: readonly [number, number],
  tall: number,
): void {
  const books: Material = {
    kind: "spines",
    colour: [0.12, 0.1, 0.09],
    second: [0.1, 0.08, 0.06],
    scale: tall,
    emissive: false,
    seed: random.uint32(),
  };
  const end = from + (to - from) * random.range(0.4, 1);
  const piled = random.chance(0.2);
  const high = piled ? tall * random.range(0.3, 0.6) : tall;
  const reach = depth * random.range(0.6, 0.95);
  builder.box(frame, "books", books, [(from + end) / 2, back + reach, z + high], [
    (end - from) / 2,
    reach,
    high,
  ]);
}

function addRack(site: RoomSite): void {
  const { builder, random, style } = site;
  const width = random.range(0.55, 1.7), height = random.range(0.75, 2.2);
  const depth = random.range(0.24, 0.42);
  const frame = builder.placeOnWall(random, width, 0, height, depth);
  if (!frame) return;
  const posts = style.material(random, "metal"), boards = style.material(random, "bookcase");
  const half = width / 2, post = random.range(0.01, 0.025), back = depth / 2;
  for (const x of [-1, 1]) {
    for (const y of [post, depth - post]) {
      builder.box(frame, "bookcase body", posts, [x * (half - post), y, height / 2], [
        post,
        post,
        height / 2,
      ]);
    }
  }
  const shelves = Math.max(2, Math.round(height / random.range(0.28, 0.5)));
  const rise = (height - 0.12) / shelves;
  for (let shelf = 0; shelf <= shelves; shelf++) {
    const z = 0.08 + shelf * rise;
    builder.box(frame, "bookcase body", boards, [0, back, z], [half, back, 0.012]);
    if (shelf === shelves || random.chance(0.15)) continue;
    const tall = Math.min(rise / 2 - 0.03, random.range(0.09, 0.15));
    addBooks(site, frame, [-half + 0.05, half - 0.05], z + 0.012, [0.02, back * 0.8], tall);
  }
}

function addCupboard(site: RoomSite): void {
  const { builder, random, style } = site;
  const width = random.range(0.6, 1.6), height = random.range(1.5, 2.3);
  const depth = random.range(0.3, 0.45), sill = height * random.range(0.3, 0.5);
  const frame = builder.placeOnWall(random, width, 0, height, depth);
  if (!frame) return;
  const body = style.material(random, "bookcase"), front = style.material(random, "bookcase");
  const knob = style.material(random, "metal");
  const half = width / 2, back = depth / 2, upper = back * random.range(0.65, 0.95);
  builder.box(frame, "bookcase body", body, [0, back, sill / 2], [half, back, sill / 2]);
  const doors = 1 + random.integer(3);
  for (let i = 0; i < doors; i++) {
    const x = half * (2 * (i + 0.5) / doors - 1), leaf = half / doors - 0.015;
    builder.box(frame, "bookcase body", front, [x, depth, sill / 2], [leaf, 0.01, sill / 2 - 0.04]);
    builder.box(frame, "bookcase body", knob, [x + leaf * 0.7, depth + 0.02, sill * 0.6], [
      0.012,
      0.015,
      0.05,
    ]);
  }
  const middle = (sill + height) / 2, above = (height - sill) / 2;
  builder.box(frame, "bookcase body", body, [0, 0.008, middle], [half, 0.008, above]);
  for (const x of [-1, 1]) {
    builder.box(frame, "bookcase body", body, [x * (half - 0.02), upper, middle], [
      0.02,
      upper,
      above,
    ]);
  }
  const shelves = 1 + random.integer(3), rise = (height - sill) / shelves;
  for (let shelf = 0; shelf < shelves; shelf++) {
    const z = sill + shelf * rise;
    builder.box(frame, "bookcase body", body, [0, upper, z + rise - 0.015], [half, upper, 0.015]);
    const tall = Math.min(rise / 2 - 0.03, random.range(0.1, 0.17));
    addBooks(site, frame, [-half + 0.05, half - 0.05], z, [0.016, upper * 0.8], tall);
  }
}

function addGrid(site: RoomSite): void {
  const { builder, random, style } = site;
  const cell = random.range(0.3, 0.44), columns = random.pick([1, 3, 4]);
  const rows = (columns === 1 ? 3 : 1) + random.integer(4);
  const width = columns * cell, height = Math.min(rows * cell, builder.height - 0.1);
  const depth = random.range(0.28, 0.4);
  const frame = builder.placeOnWall(random, width, 0, height, depth);
  if (!frame) return;
  const body = style.material(random, "bookcase"), fill = style.material(random, "bookcase");
  const board = random.range(0.012, 0.03), half = width / 2, back = depth / 2;
  const hasBack = random.chance(0.6);
  if (hasBack) {
    builder.box(frame, "bookcase body", fill, [0, 0.006, height / 2], [half, 0.006, height / 2]);
  }
  for (let column = 0; column <= columns; column++) {
    const x = Math.max(-half + board, Math.min(half - board, column * cell - half));
    builder.box(frame, "bookcase body", body, [x, back, height / 2], [board, back, height / 2]);
  }
  const rise = height / rows;
  for (let row = 0; row <= rows; row++) {
    const z = Math.max(board, Math.min(height - board, row * rise));
    builder.box(frame, "bookcase body", body, [0, back, z], [half, back, board]);
    if (row === rows) continue;
    for (let column = 0; column < columns; column++) {
      const from = column * cell - half + board + 0.01, to = from + cell - 2 * board - 0.02;
      if (random.chance(0.25)) {
        const middle = z + rise / 2;
        builder.box(frame, "bookcase body", fill, [(from + to) / 2, depth, middle], [
          (to - from) / 2,
          0.01,
          rise / 2 - board,
        ]);
      } else if (random.chance(0.8)) {
        const tall = rise * random.range(0.3, 0.45);
        addBooks(site, frame, [from, to], z + board, [0.012, back * 0.85], tall);
      }
    }
  }
}
