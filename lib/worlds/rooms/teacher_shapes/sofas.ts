/**
 * Sofas of the teacher's rooms: C a corner sofa, D an armchair with thick arms, E a mattress on a plinth with loose
 * cushions. All lengths are metres, in the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** Adds a sofa at a wall, where there is room for one. */
export function addTeacherSofa(site: RoomSite, shape: TeacherShape): void {
  if (shape === "C") addCorner(site);
  else if (shape === "D") addArmchair(site);
  else addMattress(site);
}

function addCorner({ builder, random, style }: RoomSite): void {
  const width = random.range(1.5, 2.2), depth = random.range(0.72, 0.95);
  const long = depth + random.range(0.35, 0.7);
  const frame = builder.placeOnWall(random, width, 0, 0.8, long);
  if (!frame) return;
  const cloth = style.material(random, "sofa"), pillow = style.material(random, "sofa");
  const half = width / 2, seat = random.range(0.33, 0.46) / 2, top = random.range(0.62, 0.92);
  const side = random.chance(0.5) ? 1 : -1, lounge = random.range(0.28, 0.4);
  builder.box(frame, "sofa seat", cloth, [0, depth / 2, seat], [half, depth / 2, seat]);
  builder.box(frame, "sofa seat", cloth, [side * (half - lounge), long / 2, seat + 0.005], [
    lounge,
    long / 2,
    seat + 0.005,
  ]);
  const thick = random.range(0.07, 0.14);
  builder.box(frame, "sofa back", cloth, [0, thick, top / 2], [half, thick, top / 2]);
  const arm = random.range(0.06, 0.16), armTop = random.range(0.45, 0.66);
  builder.box(frame, "sofa arm", cloth, [-side * (half - arm), depth / 2, armTop / 2], [
    arm,
    depth / 2,
    armTop / 2,
  ]);
  for (let i = random.integer(4); i > 0; i--) {
    const size = random.range(0.14, 0.24);
    builder.box(frame, "sofa back", pillow, [
      random.range(-half + 0.3, half - 0.3),
      2 * thick + 0.06,
      2 * seat + size,
    ], [size, 0.06, size]);
  }
}

function addArmchair({ builder, random, style }: RoomSite): void {
  const width = random.range(0.75, 1.35), depth = random.range(0.7, 0.95);
  const frame = builder.placeOnWall(random, width, 0, 0.95, depth);
  if (!frame) return;
  const cloth = style.material(random, "sofa"), wood = style.material(random, "metal");
  const half = width / 2, seat = random.range(0.36, 0.48), arm = random.range(0.08, 0.15);
  const foot = random.range(0.04, 0.14), armTop = random.range(0.52, 0.68);
  const middle = (foot + armTop) / 2, rise = (armTop - foot) / 2;
  for (const x of [-1, 1]) {
    builder.box(frame, "sofa arm", cloth, [x * (half - arm), depth / 2, middle], [
      arm,
      depth / 2,
      rise,
    ]);
    builder.cylinder(frame, "sofa arm", cloth, [x * (half - arm), depth, middle], arm, rise);
    for (const y of [0.08, depth - 0.05]) {
      builder.box(frame, "sofa seat", wood, [x * (half - 0.08), y, foot / 2], [
        0.03,
        0.03,
        foot / 2,
      ]);
    }
  }
  const inner = half - 2 * arm;
  builder.box(frame, "sofa seat", cloth, [0, depth / 2 + 0.04, (foot + seat) / 2], [
    inner,
    depth / 2 - 0.02,
    (seat - foot) / 2,
  ]);
  const top = random.range(0.72, 1.05), thick = random.range(0.08, 0.13);
  const backs = 1 + random.integer(2);
  for (let i = 0; i < backs; i++) {
    const x = half * (2 * (i + 0.5) / backs - 1);
    builder.box(frame, "sofa back", cloth, [x, thick, (foot + top) / 2], [
      half / backs - 0.006,
      thick,
      (top - foot) / 2,
    ]);
  }
}

function addMattress({ builder, random, style }: RoomSite): void {
  const width = random.range(1.3, 2.1), depth = random.range(0.75, 1);
  const frame = builder.placeOnWall(random, width, 0, 0.8, depth);
  if (!frame) return;
  const wood = style.material(random, "table"), cloth = style.material(random, "sofa");
  const half = width / 2, plinth = random.range(0.06, 0.2), thick = random.range(0.08, 0.16);
  builder.box(frame, "sofa seat", wood, [0, depth / 2, plinth / 2], [
    half - random.range(0, 0.12),
    depth / 2 - 0.04,
    plinth / 2,
  ]);
  builder.box(frame, "sofa seat", cloth, [0, depth / 2, plinth + thick], [half, depth / 2, thick]);
  const seat = plinth + 2 * thick;
  const count = 2 + random.integer(3);
  for (let i = 0; i < count; i++) {
    const cushion = random.chance(0.5) ? cloth : style.material(random, "sofa");
    const size = half / count - random.range(0.005, 0.04), high = random.range(0.16, 0.26);
    const x = half * (2 * (i + 0.5) / count - 1);
    builder.box(frame, "sofa back", cushion, [x, 0.09, seat + high], [size, 0.09, high]);
  }
  if (random.chance(0.5)) return;
  for (const x of [-1, 1]) {
    const rail = seat + random.range(0.1, 0.22);
    builder.box(frame, "sofa arm", wood, [x * (half + 0.01), depth / 2, rail], [
      0.025,
      depth / 2,
      0.025,
    ]);
    for (const y of [0.05, depth - 0.05]) {
      builder.box(frame, "sofa arm", wood, [x * (half + 0.01), y, rail / 2], [
        0.02,
        0.02,
        rail / 2,
      ]);
    }
  }
}
