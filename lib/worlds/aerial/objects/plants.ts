/**
 * Plants: trees with trunk and crown, shrubs and hedges. Each town has broadleaved trees of its own; conifers stand
 * everywhere.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { box, ellipsoid, frustum } from "../../primitives.ts";
import type { AerialSite } from "../site.ts";
import type { AerialTown } from "../finishes.ts";

function addTrunk({ tile, random, style }: AerialSite, frame: Frame, top: number, radius: number) {
  const half = top / 2;
  const bark = style.material(random, "bark");
  tile.add("trunk", bark, frustum(frame, [0, 0, half - 0.2], radius, radius * 0.6, half + 0.2));
}

/** Adds a tree of `height` metres at a frame on the ground. */
export function addTree(site: AerialSite, frame: Frame, height: number, isConifer: boolean): void {
  site.tile.beginObject();
  if (isConifer) addConifer(site, frame, height);
  else BROADLEAVES[site.style.town(site.random)](site, frame, height);
}

/** Adds cones above each other around a trunk. */
function addConifer(site: AerialSite, frame: Frame, height: number): void {
  const { tile, random, style } = site;
  const bare = height * random.range(0.03, 0.35);
  const wide = Math.min(3.2, height * random.range(0.12, 0.2) + 0.5);
  addTrunk(site, frame, height * 0.8, 0.05 + height * 0.012);
  const needles = style.material(random, "conifer");
  const tiers = 2 + random.integer(2);
  for (let i = 0; i < tiers; i++) {
    const low = bare + (height - bare) * i / (tiers + 0.5);
    const high = i === tiers - 1 ? height : bare + (height - bare) * (i + 1.6) / (tiers + 0.5);
    const radius = wide * (1 - 0.75 * i / tiers);
    const half = (high - low) / 2;
    tile.add("conifer", needles, frustum(frame, [0, 0, low + half], radius, radius * 0.12, half));
  }
}

const BROADLEAVES: Record<AerialTown, (site: AerialSite, frame: Frame, height: number) => void> = {
  A: addRoundTree,
  B: addPoplar,
  C: (site, frame, height) =>
    (site.random.chance(0.5) ? addSpreadingTree : addRoundTree)(site, frame, height),
};

function leavesOf({ random, style }: AerialSite) {
  return style.material(random, style.leaves ? "broadleaf" : "bare broadleaf");
}

/** Adds a ball of several lobes on a trunk. */
function addRoundTree(site: AerialSite, frame: Frame, height: number): void {
  const { tile, random } = site;
  const deep = height * random.range(0.55, 0.8);
  const wide = Math.min(6, height * random.range(0.22, 0.42));
  addTrunk(site, frame, height - deep * 0.6, 0.06 + height * 0.014);
  const leaves = leavesOf(site);
  const lobes = 3 + random.integer(3);
  for (let i = 0; i < lobes; i++) {
    const angle = 2 * Math.PI * (i + random.range(0, 0.6)) / lobes;
    const off = i === 0 ? 0 : wide * 0.5;
    const [radius, half] = [wide * random.range(0.5, 0.75), deep * random.range(0.28, 0.42)];
    const z = i === 0 ? height - half : height - half - deep * random.range(0.05, 0.35);
    tile.add(
      "broadleaf",
      leaves,
      ellipsoid(within(frame, off * Math.cos(angle), off * Math.sin(angle), z, angle), [0, 0, 0], [
        radius,
        radius * random.range(0.8, 1),
        half,
      ]),
    );
  }
}

/** Adds a tall narrow spindle. */
function addPoplar(site: AerialSite, frame: Frame, height: number): void {
  const { tile, random } = site;
  const half = height * 0.45, wide = Math.min(2.2, height * random.range(0.08, 0.13) + 0.4);
  addTrunk(site, frame, height * 0.5, 0.06 + height * 0.012);
  tile.add(
    "broadleaf",
    leavesOf(site),
    ellipsoid(frame, [0, 0, height - half], [wide, wide, half]),
  );
}

/** Adds flat plates of leaves on a trunk. */
function addSpreadingTree(site: AerialSite, frame: Frame, height: number): void {
  const { tile, random } = site;
  addTrunk(site, frame, height * 0.8, 0.06 + height * 0.014);
  const leaves = leavesOf(site);
  const plates = 3 + random.integer(3);
  for (let i = 0; i < plates; i++) {
    const angle = random.range(0, 2 * Math.PI), off = random.range(0, 0.3) * height;
    const wide = random.range(0.18, 0.32) * height;
    const half = random.range(0.06, 0.12) * height;
    const z = height * random.range(0.6, 1) - half;
    tile.add(
      "broadleaf",
      leaves,
      ellipsoid(within(frame, off * Math.cos(angle), off * Math.sin(angle), z, angle), [0, 0, 0], [
        wide,
        wide * random.range(0.6, 1),
        half,
      ]),
    );
  }
}

/** Adds a shrub of one to three lobes on the ground. */
export function addShrub(site: AerialSite, frame: Frame): void {
  const { tile, random } = site;
  tile.beginObject();
  const height = random.range(0.35, 2.2);
  const leaves = leavesOf(site);
  const lobes = 1 + random.integer(3);
  for (let i = 0; i < lobes; i++) {
    const radius = height * random.range(0.45, 0.8);
    const at = [
      random.range(-0.6, 0.6) * height,
      random.range(-0.6, 0.6) * height,
      height * 0.4,
    ] as const;
    tile.add("shrub", leaves, ellipsoid(frame, at, [radius, radius, height * 0.6]));
  }
}

/** Adds a hedge along the frame's x, of pieces that follow the ground. */
export function addHedge(site: AerialSite, frame: Frame, half: number): void {
  const { tile, random } = site;
  tile.beginObject();
  const height = random.range(0.8, 2.6), thick = random.range(0.3, 0.8);
  const leaves = leavesOf(site);
  const pieces = Math.max(1, Math.round(half / 2));
  const reach = half / pieces;
  for (let i = 0; i < pieces; i++) {
    const at = within(frame, (2 * i + 1 - pieces) * reach, 0, 0);
    const z = tile.ground.height(at.x, at.y);
    const top = height * random.range(0.9, 1.1);
    const piece = { ...at, z };
    tile.add("hedge", leaves, box(piece, [0, 0, top / 2 - 0.2], [reach, thick, top / 2 + 0.2]));
  }
}
