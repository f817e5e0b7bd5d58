/**
 * Buildings. Each stands in the frame of the middle of its ground, x along its longer side, and goes a little into the
 * ground, so that a slope leaves no gap below it.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import { box, cylinder, ellipsoid, prism, pyramid } from "../../primitives.ts";
import type { AerialSite } from "../site.ts";
import type { AerialTown } from "../finishes.ts";

/** A building to be: where it stands, half its length and width, metres, and its materials. */
interface Plot {
  site: AerialSite;
  frame: Frame;
  halfX: number;
  halfY: number;
  wall: Material;
  roof: Material;
}

/** A kind of building: the ranges of half its length and half its width, metres, and how it is built. */
interface Kind {
  halfX: readonly [number, number];
  halfY: readonly [number, number];
  roof: "tiles" | "flat roof" | "metal roof";
  build(plot: Plot): void;
}

const HOUSE: Kind = { halfX: [5, 8], halfY: [3.8, 5.2], roof: "tiles", build: addHouse };
const HIPPED: Kind = { halfX: [5, 8.5], halfY: [4, 5.5], roof: "tiles", build: addHippedHouse };
const WINGED: Kind = { halfX: [6.5, 9], halfY: [6, 8], roof: "tiles", build: addWingedHouse };
const SHED: Kind = { halfX: [1.5, 3.5], halfY: [1.2, 2.8], roof: "flat roof", build: addShed };
const ROW: Kind = { halfX: [10, 18], halfY: [4, 5.5], roof: "tiles", build: addRow };
const BLOCK: Kind = { halfX: [8, 16], halfY: [5.5, 8], roof: "flat roof", build: addBlock };
const HALL: Kind = { halfX: [11, 20], halfY: [7, 12], roof: "metal roof", build: addHall };
const WIDE: Kind = { halfX: [15, 32], halfY: [11, 24], roof: "flat roof", build: addHall };
const TOWER: Kind = { halfX: [8, 12], halfY: [7, 10], roof: "flat roof", build: addTower };
const SLAB: Kind = { halfX: [13, 26], halfY: [9, 18], roof: "flat roof", build: addSlab };
const COURT: Kind = { halfX: [13, 18], halfY: [11, 15], roof: "tiles", build: addCourt };
const SAWTOOTH: Kind = { halfX: [12, 18], halfY: [8, 12], roof: "metal roof", build: addSawtooth };
const TANK: Kind = { halfX: [3.5, 6], halfY: [3.5, 6], roof: "metal roof", build: addTank };
const MANSARD: Kind = { halfX: [5.5, 9], halfY: [5, 7], roof: "tiles", build: addMansard };
const CUBES: Kind = { halfX: [5, 8], halfY: [4, 6], roof: "flat roof", build: addCubes };

/** What a quarter of a town is built of. */
export type Quarter = "homes" | "centre" | "works" | "wide";

/** The kinds of buildings in each town, by quarter. */
const KINDS: Record<AerialTown, Record<Quarter, readonly Kind[]>> = {
  A: {
    homes: [HOUSE, HOUSE, HIPPED, WINGED, SHED, SHED],
    centre: [ROW, BLOCK, BLOCK, HOUSE, HIPPED, SHED],
    works: [HALL, HALL, BLOCK, SHED],
    wide: [WIDE],
  },
  B: {
    homes: [MANSARD, MANSARD, HIPPED, SHED],
    centre: [COURT, TOWER, TOWER, SHED],
    works: [SAWTOOTH, TANK, TANK, BLOCK],
    wide: [WIDE, SAWTOOTH, COURT],
  },
  C: {
    homes: [CUBES, CUBES, HOUSE, WINGED, SHED],
    centre: [ROW, CUBES, BLOCK, SLAB, SHED],
    works: [HALL, BLOCK, CUBES],
    wide: [WIDE, WIDE, SLAB, BLOCK],
  },
};

/** Metres of free ground around a building. */
const GAP = 1;

/** Adds a building of a kind of its town, if there is room for it at the frame. */
export function addBuilding(site: AerialSite, frame: Frame, quarter: Quarter): boolean {
  const { tile, random, style } = site;
  const kind = random.pick(KINDS[style.town(random)][quarter]);
  const halfX = random.range(...kind.halfX);
  const halfY = Math.min(halfX, random.range(...kind.halfY));
  if (!tile.claim(frame, halfX + GAP, halfY + GAP)) return false;
  tile.beginObject();
  const surface = kind.roof === "tiles" && random.chance(0.12) ? "metal roof" : kind.roof;
  const wall = style.material(random, "wall");
  kind.build({ site, frame, halfX, halfY, wall, roof: style.material(random, surface) });
  return true;
}

/** Adds walls up to `height` metres above the highest ground, and gives the height of their top. */
function addWalls(
  { site, frame, halfX, halfY, wall }: Plot,
  height: number,
): number {
  const { low, high } = site.tile.below(frame, halfX, halfY);
  const [bottom, top] = [low - 1, high + height];
  const half = (top - bottom) / 2;
  const at = [0, 0, bottom + half - frame.z] as const;
  site.tile.add("wall", { ...wall, rise: half }, box(frame, at, [halfX, halfY, half]));
  return top;
}

/** Adds a gable roof on walls that end at `top`, its ridge along x; `slope` is its rise a metre. */
function addGable({ site, frame, halfX, halfY, roof, wall }: Plot, top: number, slope: number) {
  const over = 0.4;
  const rise = halfY * slope;
  const across = within(frame, 0, 0, top - frame.z, Math.PI / 2);
  const { tile } = site;
  const gable: Material = { ...wall, kind: "plain" };
  tile.add("wall", gable, prism(across, [0, 0, rise / 2], [halfY, halfX, rise / 2], 0, 0));
  const [half, low] = [(rise + over * slope) / 2, -over * slope + 0.15];
  tile.add(
    "pitched roof",
    roof,
    prism(across, [0, 0, low + half], [halfY + over, halfX - 0.1, half], 0, 0),
  );
}

/** Adds a roof that slopes to all sides. */
function addHip({ site, frame, halfX, halfY, roof }: Plot, top: number, slope: number, cut = 0) {
  const over = 0.4;
  const [x, y] = [halfX + over, halfY + over];
  const rise = (y - cut) * slope;
  site.tile.add(
    "pitched roof",
    roof,
    pyramid(frame, [0, 0, top - frame.z + rise / 2 - over * slope * 0.5], [x, y, rise / 2], [
      Math.max(0, x - y + cut),
      cut,
    ]),
  );
}

/** Adds a chimney and, by chance, dormers, onto a roof whose ridge runs along x. */
function addRoofDetails(plot: Plot, top: number, slope: number): void {
  const { site: { tile, random, style }, frame, halfX, halfY, roof, wall } = plot;
  if (random.chance(0.7)) {
    const y = random.range(-0.5, 0.5) * halfY;
    const ridge = top - frame.z + halfY * slope;
    const at = [random.range(-0.7, 0.7) * halfX, y, ridge - 0.5] as const;
    tile.add("chimney", style.material(random, "concrete"), box(frame, at, [0.35, 0.35, 1.3]));
  }
  if (slope < 0.6 || !random.chance(0.45)) return;
  const side = random.chance(0.5) ? 1 : -1;
  const count = 1 + random.integer(3);
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count * 2 - 1) * halfX * 0.75;
    const z = top - frame.z + halfY * slope * 0.5;
    const dormer = within(frame, x, side * halfY * 0.55, z);
    const half = [0.9, halfY * 0.3, halfY * slope * 0.32] as const;
    tile.add("wall", { ...wall, kind: "plain" }, box(dormer, [0, 0, 0], half));
    if (random.chance(0.5)) {
      tile.add("dormer", roof, box(dormer, [0, 0, half[2] + 0.1], [1.1, half[1] + 0.2, 0.12]));
    } else {
      tile.add("dormer", roof, prism(dormer, [0, 0, half[2] + 0.35], [1.1, half[1], 0.4], 0, 0));
    }
  }
}

function storeys({ site: { random }, wall }: Plot, low: number, high: number): number {
  return (low + random.integer(high - low + 1)) * wall.scale;
}

function addHouse(plot: Plot): void {
  const { random } = plot.site;
  const top = addWalls(plot, storeys(plot, 1, 2) + random.range(0, 0.8));
  const slope = random.range(0.45, 1.1);
  addGable(plot, top, slope);
  addRoofDetails(plot, top, slope);
}

function addHippedHouse(plot: Plot): void {
  const { random } = plot.site;
  const top = addWalls(plot, storeys(plot, 1, 2) + random.range(0, 0.5));
  const slope = random.range(0.4, 0.9);
  addHip(plot, top, slope);
  addRoofDetails(plot, top, slope * 0.6);
}

/** Adds an L of two gabled wings. */
function addWingedHouse(plot: Plot): void {
  const { frame, halfX, halfY, site: { random } } = plot;
  const deep = random.range(3.2, 4.2);
  const height = storeys(plot, 1, 2) + 0.4;
  const slope = random.range(0.5, 1);
  const main = { ...plot, frame: within(frame, 0, halfY - deep, 0), halfY: deep };
  const top = addWalls(main, height);
  addGable(main, top, slope);
  addRoofDetails(main, top, slope);
  const side = random.chance(0.5) ? 1 : -1;
  const wing = {
    ...plot,
    frame: within(frame, side * (halfX - deep * 0.9), -deep / 2, 0, Math.PI / 2),
    halfX: halfY - deep / 2,
    halfY: deep * 0.9,
  };
  addGable(wing, addWalls(wing, height), slope);
}

/** Adds a garage or a garden shed. */
function addShed(plot: Plot): void {
  const { site, frame, halfX, halfY, roof } = plot;
  const top = addWalls(plot, site.random.range(2, 2.8));
  if (site.random.chance(0.4)) return addGable(plot, top, site.random.range(0.3, 0.7));
  const at = [0, 0, top - frame.z + 0.08] as const;
  site.tile.add("flat roof", roof, box(frame, at, [halfX + 0.15, halfY + 0.15, 0.1]));
}

/** Adds a row of houses under ridges of different heights. */
function addRow(plot: Plot): void {
  const { frame, halfX, site: { random } } = plot;
  const count = Math.round(halfX / 3.2);
  const half = halfX / count;
  const slope = random.range(0.6, 1);
  for (let i = 0; i < count; i++) {
    const house = { ...plot, frame: within(frame, (2 * i + 1 - count) * half, 0, 0), halfX: half };
    const top = addWalls(house, storeys(plot, 2, 3) + random.range(0, 0.6));
    addGable(house, top, slope);
    addRoofDetails(house, top, slope);
  }
}

/** Adds a flat roof with a parapet, and units for lifts and air on it. */
function addFlatRoof(plot: Plot, top: number, units: number): void {
  const { site: { tile, random, style }, frame, halfX, halfY, roof } = plot;
  const z = top - frame.z;
  tile.add("flat roof", roof, box(frame, [0, 0, z], [halfX + 0.1, halfY + 0.1, 0.2]));
  const rim = random.chance(0.6) ? random.range(0.2, 0.6) : 0;
  if (rim > 0) {
    const concrete = style.material(random, "concrete");
    for (const side of [-1, 1]) {
      const [x, y] = [side * (halfX - 0.1), side * (halfY - 0.1)];
      tile.add("roof unit", concrete, box(frame, [x, 0, z + rim], [0.2, halfY, rim]));
      tile.add("roof unit", concrete, box(frame, [0, y, z + rim], [halfX, 0.2, rim]));
    }
  }
  for (let i = 0; i < units; i++) {
    const half = [random.range(0.6, 2.2), random.range(0.6, 2), random.range(0.4, 1.4)] as const;
    const x = random.range(-0.75, 0.75) * (halfX - half[0]);
    const y = random.range(-0.75, 0.75) * (halfY - half[1]);
    const metal = style.material(random, random.chance(0.5) ? "steel" : "concrete");
    tile.add("roof unit", metal, box(frame, [x, y, z + 0.2 + half[2]], half));
  }
}

function addBlock(plot: Plot): void {
  addFlatRoof(plot, addWalls(plot, storeys(plot, 2, 5)), plot.site.random.integer(4));
}

function addTower(plot: Plot): void {
  addFlatRoof(plot, addWalls(plot, storeys(plot, 7, 13)), 2 + plot.site.random.integer(3));
}

function addSlab(plot: Plot): void {
  addFlatRoof(plot, addWalls(plot, storeys(plot, 4, 10)), plot.site.random.integer(6));
}

/** Adds a hall under a low gable or a flat roof with skylights. */
function addHall(plot: Plot): void {
  const { random } = plot.site;
  const top = addWalls(plot, random.range(4.5, 10));
  if (random.chance(0.6)) addGable(plot, top, random.range(0.08, 0.3));
  else addFlatRoof(plot, top, 2 + random.integer(5));
}

/** Adds four gabled wings around a courtyard. */
function addCourt(plot: Plot): void {
  const { frame, halfX, halfY } = plot;
  const deep = 4.5;
  const height = storeys(plot, 3, 5);
  for (const side of [-1, 1]) {
    const long = { ...plot, frame: within(frame, 0, side * (halfY - deep), 0), halfY: deep };
    addGable(long, addWalls(long, height), 0.7);
    const short = {
      ...plot,
      frame: within(frame, side * (halfX - deep), 0, 0, Math.PI / 2),
      halfX: halfY,
      halfY: deep,
    };
    addGable(short, addWalls(short, height), 0.7);
  }
}

/** Adds a hall under slanted strips of roof with upright windows between them. */
function addSawtooth(plot: Plot): void {
  const { site: { tile, random }, frame, halfX, halfY, roof } = plot;
  const top = addWalls(plot, random.range(4, 7));
  const count = Math.round(halfX / 3);
  const half = halfX / count;
  for (let i = 0; i < count; i++) {
    const at = [(2 * i + 1 - count) * half, 0, top - frame.z + 1] as const;
    tile.add("pitched roof", roof, prism(frame, at, [half, halfY, 1], -half, -half + 0.3));
  }
}

/** Adds a round tank under a flat or a domed top. */
function addTank({ site: { tile, random }, frame, halfX, halfY, roof }: Plot): void {
  const radius = Math.min(halfX, halfY);
  const { low, high } = tile.below(frame, radius, radius);
  const [bottom, top] = [low - 1 - frame.z, high - frame.z + random.range(5, 12)];
  const half = (top - bottom) / 2;
  tile.add("wall", roof, cylinder(frame, [0, 0, bottom + half], radius, half));
  const rise = random.chance(0.5) ? random.range(0.8, 2.5) : 0.15;
  tile.add("pitched roof", roof, ellipsoid(frame, [0, 0, top], [radius, radius, rise]));
}

/** Adds a house under a steep roof that is cut off, with a shallow one above it. */
function addMansard(plot: Plot): void {
  const { site: { tile }, frame, halfX, halfY, roof } = plot;
  const top = addWalls(plot, storeys(plot, 2, 3));
  const steep = 1.3, z = top - frame.z;
  tile.add(
    "pitched roof",
    roof,
    pyramid(frame, [0, 0, z + steep], [halfX + 0.2, halfY + 0.2, steep], [
      halfX - 1,
      halfY - 1,
    ]),
  );
  const upper = { ...plot, halfX: halfX - 1.4, halfY: halfY - 1.4 };
  addHip(upper, top + 2 * steep, 0.35);
}

/** Adds two cubes of different heights under flat roofs. */
function addCubes(plot: Plot): void {
  const { frame, halfX, site: { random } } = plot;
  const share = random.range(0.4, 0.6);
  const parts = [[-1 + share, share], [share, 1 - share]] as const;
  for (const [at, part] of parts) {
    const cube = { ...plot, frame: within(frame, at * halfX, 0, 0), halfX: part * halfX };
    addFlatRoof(cube, addWalls(cube, storeys(plot, 1, 3)), random.integer(2));
  }
}
