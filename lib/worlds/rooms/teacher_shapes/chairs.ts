/**
 * Chairs of the teacher's rooms: C on runners, D with a slatted back and round legs, E a padded shell with arms. All
 * lengths are metres, in the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { Frame } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import type { RoomSite } from "../site.ts";
import type { TeacherShape } from "../shapes.ts";

/** What all chairs have: materials, height of the seat and its half sizes. */
interface Chair {
  frame: Frame;
  shell: Material;
  pad: Material;
  legs: Material;
  z: number;
  hx: number;
  hy: number;
}

/** Adds a chair at a frame; whoever sits on it looks along +y. */
export function addTeacherChair(site: RoomSite, frame: Frame, shape: TeacherShape): void {
  const { random, style } = site;
  const shell = style.material(random, "chair"), pad = style.material(random, "chair");
  const legs = style.material(random, random.chance(0.5) ? "metal" : "chair");
  const z = random.range(0.38, 0.52), hx = random.range(0.17, 0.26), hy = random.range(0.17, 0.25);
  const chair = { frame, shell, pad, legs, z, hx, hy };
  if (shape === "C") addChairOnRunners(site, chair);
  else if (shape === "D") addSlattedChair(site, chair);
  else addPaddedChair(site, chair);
}

function addChairOnRunners({ builder, random }: RoomSite, chair: Chair): void {
  const { frame, shell, pad, legs, z, hx, hy } = chair;
  const bar = random.range(0.01, 0.02), top = z + random.range(0.25, 0.5);
  builder.box(frame, "chair seat", pad, [0, 0, z], [hx, hy, random.range(0.012, 0.04)]);
  for (const x of [-1, 1]) {
    const side = x * (hx - bar);
    builder.box(frame, "chair leg", legs, [side, 0, bar], [bar, hy, bar]);
    builder.box(frame, "chair leg", legs, [side, hy - bar, z / 2], [bar, bar, z / 2]);
    if (random.chance(0.5)) {
      builder.box(frame, "chair leg", legs, [side, -hy + bar, z / 2], [bar, bar, z / 2]);
    }
  }
  builder.box(frame, "chair back", shell, [0, -hy + 0.01, (z + top) / 2 + 0.02], [
    hx,
    0.012,
    (top - z) / 2,
  ]);
}

function addSlattedChair({ builder, random }: RoomSite, chair: Chair): void {
  const { frame, shell, pad, legs, z, hx, hy } = chair;
  const radius = random.range(0.012, 0.024), top = z + random.range(0.35, 0.6);
  builder.box(frame, "chair seat", shell, [0, 0, z - 0.015], [hx, hy, 0.015]);
  if (random.chance(0.5)) {
    builder.box(frame, "chair seat", pad, [0, 0.01, z + 0.02], [hx * 0.9, hy * 0.9, 0.02]);
  }
  for (const x of [-1, 1]) {
    const side = x * (hx - radius);
    builder.cylinder(frame, "chair leg", legs, [side, hy - radius, z / 2], radius, z / 2);
    builder.cylinder(frame, "chair leg", legs, [side, -hy + radius, z / 2], radius, z / 2);
    builder.cylinder(
      frame,
      "chair back",
      legs,
      [side, -hy + radius, (z + top) / 2],
      radius,
      (top - z) / 2,
    );
  }
  const slats = 2 + random.integer(4), upright = random.chance(0.5);
  for (let i = 0; i < slats; i++) {
    const along = (i + 0.5) / slats;
    const at = upright ? hx * (2 * along - 1) * 0.85 : 0;
    const high = upright ? (z + top) / 2 : z + 0.08 + (top - z - 0.08) * along;
    builder.box(frame, "chair back", legs, [at, -hy + radius, high], [
      upright ? 0.015 : hx - radius,
      0.01,
      upright ? (top - z) / 2 : 0.025,
    ]);
  }
  if (upright) {
    builder.box(frame, "chair back", legs, [0, -hy + radius, top], [hx, 0.016, 0.03]);
  }
}

function addPaddedChair({ builder, random }: RoomSite, chair: Chair): void {
  const { frame, shell, pad, legs, z, hx, hy } = chair;
  const thick = random.range(0.035, 0.08), top = random.range(0.22, 0.5);
  builder.box(frame, "chair seat", pad, [0, 0, z - thick], [hx, hy, thick]);
  builder.box(frame, "chair back", shell, [0, -hy, z + top / 2], [hx, thick, top / 2 + thick]);
  if (random.chance(0.6)) {
    for (const x of [-1, 1]) {
      builder.box(frame, "chair back", shell, [x * hx, -0.02, z + 0.1], [0.02, hy, 0.1]);
    }
  }
  const under = (z - 2 * thick) / 2, inset = random.range(0.6, 0.9);
  if (random.chance(0.4)) {
    builder.box(frame, "chair leg", legs, [0, 0, under], [hx * inset, hy * inset, under]);
  } else {
    for (const x of [-1, 1]) {
      for (const y of [-1, 1]) {
        builder.cylinder(
          frame,
          "chair leg",
          legs,
          [x * hx * inset, y * hy * inset, under],
          random.range(0.01, 0.02),
          under,
        );
      }
    }
  }
}
