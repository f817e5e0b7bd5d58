/**
 * Chairs and tables of the teacher's rooms. Chairs: C on runners, D with a slatted back and round legs,
 * E a padded shell with arms. Tables: C a desk with a front panel, D on T-shaped feet, E an oval.
 * Measures in metres, in the frame of the object: x across, y towards its front, z up.
 *
 * @module
 */
import type { Frame } from "../../frame.ts";
import type { Site } from "../site.ts";
import type { Variant } from "../shapes.ts";

/** A chair at a frame whose +y is the way the sitter looks. */
export function addChairVariant(site: Site, frame: Frame, variant: Variant): void {
  const { builder, random, style } = site;
  const shell = style.material(random, "chair"), pad = style.material(random, "chair");
  const legs = style.material(random, random.chance(0.5) ? "metal" : "chair");
  const z = random.range(0.38, 0.52), hx = random.range(0.17, 0.26), hy = random.range(0.17, 0.25);
  if (variant === "C") {
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
  } else if (variant === "D") {
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
  } else {
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
}

/** A table in a free place: its frame, half sizes and the height of its top; undefined without a place. */
export function addTableVariant(
  { builder, random, style }: Site,
  variant: Variant,
): { frame: Frame; hx: number; hy: number; z: number } | undefined {
  const hx = random.range(0.4, 0.95), hy = random.range(0.28, 0.5);
  const z = random.chance(0.2) ? random.range(0.35, 0.55) : random.range(0.66, 0.85);
  const quarter = () => random.integer(4) * Math.PI / 2 + random.range(-0.2, 0.2);
  const frame = builder.placeOnFloor(random, hx, hy, 0.3, quarter);
  if (!frame) return undefined;
  const top = style.material(random, "table"), legs = style.material(random, "metal");
  const thick = random.range(0.01, 0.035), rise = (z - thick) / 2;
  const under = z - 2 * thick;
  if (variant === "E") {
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
  if (variant === "D") {
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
