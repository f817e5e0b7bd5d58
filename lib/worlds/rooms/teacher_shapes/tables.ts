/**
 * Tables of the teacher's rooms: C a desk with a front panel, D on T-shaped feet, E an oval. All lengths are metres, in
 * the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { Frame } from "../../frame.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/**
 * Adds a table in a free place, and gives its frame, the half sizes of its top and its height; undefined where there is no
 * room for it.
 */
export function addTeacherTable(
  { builder, random, style }: RoomSite,
  shape: TeacherShape,
): { frame: Frame; hx: number; hy: number; z: number } | undefined {
  const hx = random.range(0.4, 0.95), hy = random.range(0.28, 0.5);
  const z = random.chance(0.2) ? random.range(0.35, 0.55) : random.range(0.66, 0.85);
  const quarter = () => random.integer(4) * Math.PI / 2 + random.range(-0.2, 0.2);
  const frame = builder.placeOnFloor(random, hx, hy, 0.3, quarter);
  if (!frame) return undefined;
  const top = style.material(random, "table"), legs = style.material(random, "metal");
  const thick = random.range(0.01, 0.035), rise = (z - thick) / 2;
  const under = z - 2 * thick;
  if (shape === "E") {
    const end = hy * 0.98;
    builder.box(frame, "table top", top, [0, 0, z - thick], [Math.max(0.05, hx - end), hy, thick]);
    for (const x of [-1, 1]) {
      builder.cylinder(frame, "table top", top, [x * (hx - end), 0, z - thick], end, thick);
      for (const y of [-1, 1]) {
        const at = [x * (hx - end * 0.8), y * hy * 0.55, rise] as const;
        builder.cylinder(frame, "table leg", legs, at, random.range(0.015, 0.035), rise);
      }
    }
    return { frame, hx, hy, z };
  }
  builder.box(frame, "table top", top, [0, 0, z - thick], [hx, hy, thick]);
  if (shape === "D") {
    const post = random.range(0.025, 0.06), x0 = hx * random.range(0.55, 0.8);
    for (const x of [-1, 1]) {
      builder.box(frame, "table leg", legs, [x * x0, 0, under / 2], [post, post, under / 2]);
      builder.box(frame, "table leg", legs, [x * x0, 0, 0.025], [post, hy * 0.85, 0.025]);
    }
    builder.box(frame, "table leg", legs, [0, 0, under - 0.04], [x0, 0.02, 0.04]);
    return { frame, hx, hy, z };
  }
  const drawers = random.chance(0.5) ? style.material(random, "table") : top;
  const panel = under * random.range(0.2, 0.45);
  builder.box(frame, "table leg", legs, [0, hy - 0.06, under - panel], [hx - 0.08, 0.01, panel]);
  const chest = Math.min(random.range(0.14, 0.24), hx * 0.45);
  for (const x of random.chance(0.35) ? [-1, 1] : [1]) {
    const at = x * (hx - chest - 0.01), depth = hy - 0.03;
    builder.box(frame, "table drawers", drawers, [at, 0, under / 2], [chest, depth, under / 2]);
    for (const step of [0.25, 0.5, 0.75]) {
      builder.box(frame, "table drawers", legs, [at, -depth, under * step], [
        chest * 0.4,
        0.012,
        0.008,
      ]);
    }
  }
  for (const y of [-1, 1]) {
    builder.box(frame, "table leg", legs, [-hx + 0.04, y * (hy - 0.04), under / 2], [
      0.03,
      0.03,
      under / 2,
    ]);
  }
  return { frame, hx, hy, z };
}
