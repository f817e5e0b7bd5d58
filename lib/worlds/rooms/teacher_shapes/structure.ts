/**
 * Beams, columns and rugs of the teacher's rooms. Beams: C crossing, D with a flange, E along two walls. Columns: C round
 * between two slabs, D a pilaster, E eight-sided. Rugs: C a runner, D two that overlap at an angle, E one with a border.
 * All lengths are metres: x across, y into the room, z up.
 *
 * @module
 */
import { frameAt, within } from "../../frame.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** Adds beams to the ceiling. */
export function addTeacherBeam({ builder, random, style }: RoomSite, shape: TeacherShape): void {
  const { halfX, halfY, height } = builder;
  const across = random.chance(0.5);
  const frame = frameAt(0, 0, 0, across ? Math.PI / 2 : 0);
  const [long, wide] = across ? [halfY, halfX] : [halfX, halfY];
  const material = style.material(random, "beam");
  const half = random.range(0.06, 0.22), drop = random.range(0.06, 0.2);
  const at = random.range(-0.6, 0.6) * wide;
  if (shape === "C") {
    const cross = random.range(-0.5, 0.5) * long, less = drop * random.range(0.6, 0.95);
    builder.box(frame, "beam", material, [0, at, height - drop], [long, half, drop]);
    builder.box(frame, "beam", material, [cross, 0, height - less], [half, wide, less]);
  } else if (shape === "D") {
    const flange = random.range(0.015, 0.03);
    builder.box(frame, "beam", material, [0, at, height - drop], [long, half * 0.3, drop]);
    builder.box(frame, "beam", material, [0, at, height - 2 * drop], [long, half, flange]);
  } else {
    for (const side of [-1, 1]) {
      const y = side * (wide - half - random.range(0, 0.3));
      builder.box(frame, "beam", material, [0, y, height - drop], [long, half, drop]);
    }
  }
}

/** Adds a column to a wall, where there is room for one. */
export function addTeacherColumn({ builder, random, style }: RoomSite, shape: TeacherShape): void {
  const half = random.range(0.09, 0.24);
  const deep = shape === "D" ? random.range(0.05, 0.1) : half;
  const frame = builder.placeOnWall(random, 2 * half + 0.06, 0, builder.height, 2 * deep + 0.06);
  if (!frame) return;
  const shaft = style.material(random, "column");
  const foot = style.material(random, random.chance(0.5) ? "column" : "windowFrame");
  const middle = builder.height / 2, plinth = random.range(0.04, 0.2);
  const y = deep + 0.03;
  if (shape === "C") {
    builder.cylinder(
      frame,
      "column shaft",
      shaft,
      [0, y, middle],
      half * random.range(0.6, 0.85),
      middle,
    );
    builder.box(frame, "column base", foot, [0, y, plinth], [half, half, plinth]);
    const top = builder.height - plinth;
    builder.box(frame, "column shaft", shaft, [0, y, top], [half, half, plinth]);
  } else if (shape === "D") {
    builder.box(frame, "column shaft", shaft, [0, deep, middle], [half, deep, middle]);
    builder.box(frame, "column base", foot, [0, deep + 0.01, plinth], [
      half + 0.025,
      deep + 0.02,
      plinth,
    ]);
  } else {
    for (const angle of [0, Math.PI / 4]) {
      const rotated = within(frame, 0, y, 0, angle);
      const size = half * 0.8;
      builder.box(rotated, "column shaft", shaft, [0, 0, middle], [size, size, middle]);
      builder.box(rotated, "column base", foot, [0, 0, plinth], [size + 0.03, size + 0.03, plinth]);
    }
  }
}

/** Adds a rug to the floor. */
export function addTeacherRug({ builder, random, style }: RoomSite, shape: TeacherShape): void {
  const angle = random.range(0, Math.PI);
  const frame = frameAt(random.range(-0.6, 0.6), random.range(-0.6, 0.6), 0, angle);
  const first = style.material(random, "rug"), second = style.material(random, "rug");
  const hx = shape === "C" ? random.range(0.8, 1.3) : random.range(0.4, 1);
  const hy = shape === "C" ? random.range(0.25, 0.4) : random.range(0.35, 0.8);
  builder.box(frame, "rug", first, [0, 0, 0.004], [hx, hy, 0.004]);
  if (shape === "D") {
    const other = within(frame, 0.3 * hx, 0.2 * hy, 0, random.range(0.3, 1.2));
    builder.box(other, "rug", second, [0, 0, 0.006], [hx * 0.8, hy * 0.7, 0.006]);
  } else if (shape === "E") {
    const border = random.range(0.05, 0.2);
    builder.box(frame, "rug", second, [0, 0, 0.006], [hx - border, hy - border, 0.006]);
  }
}
