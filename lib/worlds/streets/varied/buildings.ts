/**
 * Buildings whose fronts are not flat: bays, recesses, cornices, balconies and stairs; annexes, garages and sheds. A
 * building stands in the frame of its front: x along the street, y away from it, z up.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import { box, lattice, prism } from "../../primitives.ts";
import type { StreetSite } from "../site.ts";

/** Details of fronts are left out beyond this distance from the sensor, metres. */
const DETAIL = 40;

/** Adds a building of one to seven storeys. */
export function addFrontedBuilding(
  site: StreetSite,
  frame: Frame,
  width: number,
  depth: number,
): void {
  const { street, random, style } = site;
  street.beginObject();
  const wall = style.material(random, "wall");
  const height = (1 + random.integer(random.chance(0.3) ? 7 : 3)) * wall.scale + 0.4;
  const body = (
    x: number,
    y: number,
    half: readonly [number, number],
    tall: number,
    from = 0,
    material: Material = wall,
  ) => {
    const rise = (tall - from) / 2;
    const walls = { ...material, rise: from + rise };
    street.add("facade", walls, box(frame, [x, y, from + rise], [half[0], half[1], rise]));
  };
  body(0, depth / 2, [width / 2, depth / 2], height);
  if (random.chance(0.5)) addRoof(site, frame, width, depth, height);
  else {
    const cap = style.material(random, "roof");
    street.add(
      "roof",
      cap,
      box(frame, [0, depth / 2, height + 0.15], [width / 2 + 0.25, depth / 2 + 0.25, 0.18]),
    );
  }
  if (street.distance(frame) > DETAIL) return;
  // Bays and piers stand out of the front.
  const bays = random.integer(4);
  for (let i = 0; i < bays; i++) {
    const out = random.range(0.1, 0.9), half = random.range(0.2, 1.6);
    const from = random.chance(0.3) ? random.range(2.2, 3) : 0;
    if (from + 0.5 > height) continue;
    body(
      random.range(-0.4, 0.4) * width,
      -out / 2,
      [half, out / 2 + 0.02],
      height * random.range(0.7, 1),
      from,
    );
  }
  const ledges = random.integer(3);
  for (let i = 1; i <= ledges; i++) {
    street.add(
      "facade",
      { ...wall, kind: "plain" },
      box(frame, [0, -0.05, i * wall.scale], [width / 2, 0.14, 0.1]),
    );
  }
  const balconies = random.chance(0.45) ? 1 + random.integer(3) : 0;
  const column = random.range(-0.3, 0.3) * width;
  for (let storey = 1; storey <= balconies && (storey + 0.6) * wall.scale < height; storey++) {
    addBalcony(site, within(frame, column, 0, storey * wall.scale));
  }
  if (random.chance(0.3)) {
    const awning = within(
      frame,
      random.range(-0.2, 0.2) * width,
      -0.6,
      random.range(2.4, 3),
      Math.PI / 2,
    );
    street.add(
      "balcony",
      style.material(random, "balcony"),
      prism(awning, [0, 0, 0], [0.6, width * 0.3, 0.2], 0.5, 0.6),
    );
  }
  const steps = random.chance(0.5) ? 1 + random.integer(4) : 0;
  const door = random.range(-0.35, 0.35) * width;
  for (let i = 0; i < steps; i++) {
    street.add(
      "door",
      style.material(random, "kerb"),
      box(frame, [door, -0.15 - 0.3 * i, 0.09 * (steps - i)], [0.9, 0.16, 0.09 * (steps - i)]),
    );
  }
  street.add(
    "door",
    style.material(random, "door"),
    box(frame, [door, -0.01, 1.05 + 0.18 * steps], [0.5, 0.05, 1.05]),
  );
}

/** Adds a gable roof whose eaves hang over. */
function addRoof(
  site: StreetSite,
  frame: Frame,
  width: number,
  depth: number,
  height: number,
): void {
  const { street, random, style } = site;
  const along = random.chance(0.6);
  const middle = within(frame, 0, depth / 2, height, along ? Math.PI / 2 : 0);
  const [span, run] = along ? [depth / 2, width / 2] : [width / 2, depth / 2];
  const rise = Math.min(5, span * random.range(0.5, 1.2)), over = random.range(0.1, 0.6);
  const top = random.chance(0.25) ? span * 0.3 : 0;
  street.add(
    "roof",
    style.material(random, "roof"),
    prism(middle, [0, 0, rise / 2], [span + over, run + over / 2, rise / 2], -top, top),
  );
}

function addBalcony(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  const half = random.range(0.8, 2.2), out = random.range(0.6, 1.5);
  const slab = style.material(random, "balcony");
  street.add("balcony", slab, box(frame, [0, -out / 2, 0.1], [half, out / 2, 0.09]));
  if (random.chance(0.5)) {
    street.add("balcony", slab, box(frame, [0, -out, 0.6], [half, 0.05, 0.5]));
    for (const side of [-1, 1]) {
      street.add("balcony", slab, box(frame, [side * half, -out / 2, 0.6], [0.05, out / 2, 0.5]));
    }
  } else {
    const rail = style.material(random, "post");
    street.add(
      "balcony",
      rail,
      lattice(within(frame, 0, -out, 0.6), [0, 0, 0], [half, 0.5], [0.14, 0.45, 0.04]),
    );
  }
}

/** Adds a garage or a shed: a low box with a door and a flat or slanted roof. */
export function addShed(site: StreetSite, frame: Frame, width: number, depth: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const wall = style.material(random, random.chance(0.5) ? "wall" : "fence");
  const height = random.range(2.1, 3.2);
  street.add(
    "facade",
    { ...wall, kind: "plain" },
    box(frame, [0, depth / 2, height / 2], [width / 2, depth / 2, height / 2]),
  );
  const roof = style.material(random, "roof");
  if (random.chance(0.5)) {
    street.add(
      "roof",
      roof,
      box(frame, [0, depth / 2, height + 0.05], [width / 2 + 0.2, depth / 2 + 0.2, 0.07]),
    );
  } else {
    const across = within(frame, 0, depth / 2, height, Math.PI / 2);
    street.add(
      "roof",
      roof,
      prism(across, [0, 0, 0.35], [depth / 2 + 0.2, width / 2 + 0.2, 0.35], 0, 0),
    );
  }
  street.add(
    "door",
    style.material(random, "door"),
    box(frame, [0, -0.02, 1], [width * 0.35, 0.05, 1]),
  );
}
