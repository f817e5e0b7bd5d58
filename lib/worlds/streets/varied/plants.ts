/**
 * Plants that grow as they like: large trees whose crowns hang low, conifers, thickets, high hedges, ivy and tufts.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { box, ellipsoid, frustum, prism } from "../../primitives.ts";
import { addTree } from "../objects/plants.ts";
import type { StreetSite } from "../site.ts";

/** Beyond this distance from the sensor plants have fewer lobes, metres. */
const DETAIL = 35;

/** Adds a tree of any kind. */
export function addAnyTree(site: StreetSite, frame: Frame): void {
  const { random } = site;
  const kind = random.uniform();
  if (kind < 0.3) addTree(site, frame);
  else if (kind < 0.75) addBroadTree(site, frame);
  else addConifer(site, frame);
}

/** Adds a trunk that forks under a wide crown of many lobes. */
function addBroadTree(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const leaves = style.material(random, "foliage"), bark = style.material(random, "bark");
  const bare = random.range(1.6, 3.6), tall = random.range(3, 8), wide = random.range(1.5, 4.2);
  const radius = random.range(0.1, 0.35);
  const fork = bare + 0.35 * tall;
  street.add("trunk", bark, frustum(frame, [0, 0, fork / 2], radius, radius * 0.6, fork / 2));
  const branches = 1 + random.integer(3);
  for (let i = 0; i < branches; i++) {
    // A branch leans outwards from the fork.
    const at = within(frame, 0, 0, bare * 0.9, random.range(0, 2 * Math.PI));
    const rise = random.range(0.8, 1.6), lean = random.range(0.3, 1) * rise, thick = radius * 0.45;
    street.add(
      "trunk",
      bark,
      prism(at, [0, 0, rise], [thick, thick, rise], lean - thick, lean + thick),
    );
  }
  const lobes = street.distance(frame) < DETAIL ? 6 + random.integer(6) : 4;
  for (let i = 0; i < lobes; i++) {
    const angle = random.range(0, 2 * Math.PI), off = wide * Math.sqrt(random.range(0.02, 0.6));
    const up = random.range(0.15, 0.95);
    const lobe = wide * random.range(0.3, 0.6) * (1.15 - 0.5 * up);
    street.add(
      "crown",
      leaves,
      ellipsoid(
        within(frame, off * Math.cos(angle), off * Math.sin(angle), bare + tall * up, angle),
        [0, 0, 0],
        [lobe, lobe * random.range(0.7, 1), lobe * random.range(0.5, 0.9)],
      ),
    );
  }
}

/** Adds cones above each other that reach almost to the ground. */
function addConifer(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const leaves = style.material(random, "foliage");
  const bare = random.range(0.2, 1.6), tall = random.range(3, 10), wide = random.range(0.8, 2.2);
  const radius = random.range(0.08, 0.2);
  const half = (bare + tall * 0.3) / 2;
  street.add(
    "trunk",
    style.material(random, "bark"),
    frustum(frame, [0, 0, half], radius, radius * 0.8, half),
  );
  const tiers = 3 + random.integer(3);
  for (let i = 0; i < tiers; i++) {
    const bottom = wide * (1 - 0.8 * i / tiers) * random.range(0.9, 1.1);
    const rise = tall / tiers * random.range(0.6, 0.8);
    const z = bare + tall * i / tiers + rise;
    street.add("crown", leaves, frustum(frame, [0, 0, z], bottom, bottom * 0.25, rise));
  }
}

/** Adds bushes that have grown together along the frame's x, `half` metres to both sides. */
export function addThicket(site: StreetSite, frame: Frame, half: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const height = random.range(0.5, 3), thick = random.range(0.4, 1.3);
  const step = street.distance(frame) < DETAIL ? 0.8 : 1.6;
  let leaves = style.material(random, "foliage");
  for (let x = -half; x <= half; x += step * random.range(0.6, 1.3)) {
    if (random.chance(0.2)) leaves = style.material(random, "foliage");
    const tall = height * random.range(0.5, 1);
    const at = [x, random.range(-0.3, 0.3) * thick, tall * 0.45] as const;
    const lobe = [
      step * random.range(0.7, 1.3),
      thick * random.range(0.6, 1),
      tall * 0.55,
    ] as const;
    street.add("bush", leaves, ellipsoid(frame, at, lobe));
  }
}

/** Adds a clipped hedge along the frame's x, with an uneven top. */
export function addHighHedge(site: StreetSite, frame: Frame, half: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const leaves = style.material(random, "foliage");
  const height = random.range(0.8, 3), thick = random.range(0.3, 0.8);
  for (let x = -half; x < half;) {
    const long = Math.min(half - x, random.range(1, 3));
    const tall = height * random.range(0.9, 1.05), deep = thick * random.range(0.85, 1.1);
    street.add(
      "hedge",
      leaves,
      box(frame, [x + long / 2, 0, tall / 2], [long / 2, deep, tall / 2]),
    );
    x += long;
  }
}

/** Adds ivy on a wall along the frame's x. */
export function addIvy(site: StreetSite, frame: Frame, half: number, height: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const leaves = style.material(random, "foliage");
  for (let i = 0; i < 4; i++) {
    const at = [random.range(-half, half), 0, random.range(0.2, 0.8) * height] as const;
    const lobe = [
      random.range(0.6, 1.6),
      random.range(0.15, 0.35),
      random.range(0.5, 1.5),
    ] as const;
    street.add("hedge", leaves, ellipsoid(frame, at, lobe));
  }
}

/** Adds a tuft of high grass, or a low plant. */
export function addTuft({ street, random, style }: StreetSite, frame: Frame): void {
  street.beginObject();
  const size = random.range(0.15, 0.45);
  const leaves = style.material(random, "foliage");
  street.add(
    "bush",
    leaves,
    ellipsoid(frame, [0, 0, size * 0.5], [size, size * 0.9, size * random.range(0.6, 1.4)]),
  );
}
