/**
 * Plants: trees with trunk and crown, hedges and bushes. Each town has one kind of tree.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import { box, ellipsoid, frustum } from "../../primitives.ts";
import type { StreetSite } from "../site.ts";
import type { Town } from "../towns.ts";

/** Adds a tree at a frame on the ground. */
export function addTree(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  TREES[style.town(random)](site, frame, style.material(random, "foliage"));
}

const TREES: Record<Town, (site: StreetSite, frame: Frame, leaves: Material) => void> = {
  A: addRoundTree,
  B: addPine,
  C: addSpreadingTree,
  D: addPoplar,
};

function addTrunk(
  { street, random, style }: StreetSite,
  frame: Frame,
  height: number,
  radius: number,
): void {
  const bark = style.material(random, "bark");
  const top = radius * random.range(0.6, 0.8);
  street.add("trunk", bark, frustum(frame, [0, 0, height / 2], radius, top, height / 2));
}

/** Adds a trunk under a ball of three or four lobes. */
function addRoundTree(site: StreetSite, frame: Frame, leaves: Material): void {
  const { street, random } = site;
  const bare = random.range(1.9, 2.6), size = random.range(1.1, 1.7);
  addTrunk(site, frame, bare + size * 0.6, random.range(0.14, 0.24));
  const lobes = 3 + random.integer(2);
  for (let i = 0; i < lobes; i++) {
    const angle = 2 * Math.PI * (i + random.range(0, 0.6)) / lobes;
    const off = i === 0 ? 0.2 * size : 0.55 * size;
    const z = bare + size * (i === 0 ? 1.35 : random.range(0.7, 1));
    const lobe = size * random.range(0.7, 1);
    street.add(
      "crown",
      leaves,
      ellipsoid(
        within(frame, off * Math.cos(angle), off * Math.sin(angle), z, angle),
        [0, 0, 0],
        [lobe, lobe * random.range(0.8, 1), lobe * random.range(0.75, 1)],
      ),
    );
  }
}

/** Adds three cones above each other on a bare trunk. */
function addPine(site: StreetSite, frame: Frame, leaves: Material): void {
  const { street, random } = site;
  const bare = random.range(1.5, 2.1), tall = random.range(5, 8), wide = random.range(1.2, 1.8);
  addTrunk(site, frame, bare + 0.4, random.range(0.15, 0.24));
  for (let i = 0; i < 3; i++) {
    const radius = wide * (1 - 0.27 * i);
    const z = bare + tall * 0.27 * i;
    const half = tall * 0.23;
    street.add("crown", leaves, frustum(frame, [0, 0, z + half], radius, radius * 0.2, half));
  }
}

/** Adds one or two stems under flat plates of leaves. */
function addSpreadingTree(site: StreetSite, frame: Frame, leaves: Material): void {
  const { street, random } = site;
  const bare = random.range(2.2, 3.2);
  addTrunk(site, frame, bare + 0.5, random.range(0.12, 0.2));
  if (random.chance(0.5)) {
    addTrunk(
      site,
      within(frame, random.range(0.3, 0.6), 0.2, 0),
      bare + 0.3,
      random.range(0.09, 0.14),
    );
  }
  const plates = 3 + random.integer(3);
  for (let i = 0; i < plates; i++) {
    const angle = random.range(0, 2 * Math.PI), off = random.range(0.2, 1.3);
    const wide = random.range(0.9, 1.7);
    street.add(
      "crown",
      leaves,
      ellipsoid(
        within(
          frame,
          off * Math.cos(angle),
          off * Math.sin(angle),
          bare + random.range(0.2, 1.8),
          angle,
        ),
        [0, 0, 0],
        [wide, wide * random.range(0.6, 1), random.range(0.35, 0.7)],
      ),
    );
  }
}

/** Adds a tall narrow spindle, of one piece or two. */
function addPoplar(site: StreetSite, frame: Frame, leaves: Material): void {
  const { street, random } = site;
  const bare = random.range(1.3, 2.2), half = random.range(2, 3.6), wide = random.range(0.6, 1.1);
  addTrunk(site, frame, bare + half, random.range(0.1, 0.2));
  street.add("crown", leaves, ellipsoid(frame, [0, 0, bare + half], [wide, wide, half]));
  if (random.chance(0.5)) {
    const z = bare + half * random.range(0.5, 0.8);
    const low = [wide * 1.15, wide * 1.1, half * 0.5] as const;
    street.add("crown", leaves, ellipsoid(within(frame, 0.2, 0.15, z), [0, 0, 0], low));
  }
}

/** Adds a hedge along the frame's x, `half` metres to both sides. */
export function addHedge(site: StreetSite, frame: Frame, half: number): void {
  const { street, random, style } = site;
  street.beginObject();
  const town = style.town(random);
  const leaves = style.material(random, "foliage");
  if (town === "B" || (town === "D" && random.chance(0.5))) {
    // Clipped balls, or cones, in a row.
    const pitch = town === "B" ? 1.1 : 0.9;
    const count = Math.min(7, Math.floor(2 * half / pitch));
    for (let i = 0; i < count; i++) {
      const x = (i - (count - 1) / 2) * pitch;
      if (town === "B") {
        const size = random.range(0.42, 0.55);
        street.add("hedge", leaves, ellipsoid(frame, [x, 0, size * 0.8], [size, size, size]));
      } else {
        street.add("hedge", leaves, frustum(frame, [x, 0, 0.65], 0.4, 0.06, 0.65));
      }
    }
    return;
  }
  const height = town === "C" ? random.range(1.4, 2) : random.range(0.8, 1.3);
  const thick = random.range(0.3, 0.45);
  street.add("hedge", leaves, box(frame, [0, 0, height / 2], [half, thick, height / 2]));
  for (let x = -half + 0.5; x < half - 0.4; x += 1.6) {
    street.add(
      "hedge",
      leaves,
      ellipsoid(frame, [x + random.range(-0.2, 0.2), 0, height - 0.05], [
        random.range(0.6, 0.9),
        thick + 0.04,
        random.range(0.12, 0.25),
      ]),
    );
  }
}

/** Adds a bush: two or three lobes on the ground. */
export function addBush(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const leaves = style.material(random, "foliage");
  const size = random.range(0.45, 0.85);
  const lobes = 2 + random.integer(2);
  for (let i = 0; i < lobes; i++) {
    const lobe = size * random.range(0.7, 1);
    const at = [
      random.range(-0.6, 0.6) * size,
      random.range(-0.5, 0.5) * size,
      lobe * 0.6,
    ] as const;
    street.add("bush", leaves, ellipsoid(frame, at, [lobe, lobe, lobe * random.range(0.7, 1.1)]));
  }
}
