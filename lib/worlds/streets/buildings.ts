/**
 * Buildings, of one type in each town. A building stands in the frame of its front: x along the street, y away from it,
 * z up, the origin on the ground in the middle of the front.
 *
 * @module
 */
import { type Frame, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { box, lattice, prism } from "../primitives.ts";
import type { StreetSite } from "./site.ts";
import type { Town } from "./styles.ts";

/** Details of fronts are left out beyond this distance from the sensor, metres. */
const DETAIL = 26;

/** Where a building is to stand. */
interface Plot {
  site: StreetSite;
  frame: Frame;
  /** Width along the street and depth, metres. */
  width: number;
  depth: number;
  /** Whether it is near enough for details. */
  detailed: boolean;
}

/** Range of the depth of buildings in each town, metres. */
export const BUILDING_DEPTH: Record<Town, readonly [number, number]> = {
  A: [7, 9],
  B: [9, 12],
  C: [7, 9],
  D: [8, 11],
};

const BUILD: Record<Town, (plot: Plot) => void> = {
  A: addHouse,
  B: addBlock,
  C: addTerrace,
  D: addCubes,
};

/** Adds a building of a town's type at the frame of its front. */
export function addBuilding(
  site: StreetSite,
  town: Town,
  frame: Frame,
  width: number,
  depth: number,
): void {
  const detailed = site.street.distance(frame) < DETAIL;
  BUILD[town]({ site, frame, width, depth, detailed });
}

/** Adds walls of whole storeys, and gives their height, metres. */
function addWalls(
  { site, frame, width, depth }: Plot,
  wall: Material,
  storeys: number,
  extra = 0,
): number {
  const height = storeys * wall.scale + extra;
  const front = within(frame, 0, depth / 2, height / 2);
  const walls = { ...wall, rise: height / 2 };
  site.street.add("facade", walls, box(front, [0, 0, 0], [width / 2, depth / 2, height / 2]));
  return height;
}

function addDoor(
  { site, frame, width, detailed }: Plot,
  x: number,
  half = 0.55,
  height = 2.1,
): void {
  if (!detailed) return;
  const { street, random, style } = site;
  const leaf = style.material(random, "door");
  const at = Math.max(-width / 2 + half, Math.min(width / 2 - half, x));
  street.add("door", leaf, box(frame, [at, -0.02, height / 2], [half, 0.06, height / 2]));
  street.add(
    "door",
    style.material(random, "kerb"),
    box(frame, [at, -0.35, 0.08], [
      half + 0.2,
      0.35,
      0.1,
    ]),
  );
}

/** Adds a detached house with a tiled gable roof, whose ridge runs along the street or across. */
function addHouse(plot: Plot): void {
  const { site, frame, width, depth, detailed } = plot;
  const { street, random, style } = site;
  const wall = style.material(random, "wall");
  const height = addWalls(plot, wall, random.chance(0.7) ? 2 : 1, 0.3);
  const across = random.chance(0.4);
  addGable(plot, wall, height, across ? 0 : Math.PI / 2, random.range(0.75, 1.1));
  addDoor(plot, random.range(-0.3, 0.3) * width);
  if (!detailed) return;
  const brick = style.material(random, "roof");
  street.add(
    "roof",
    brick,
    box(frame, [width * 0.25, depth * 0.6, height + 1.8], [0.35, 0.35, 1.6]),
  );
  if (random.chance(0.6)) {
    const x = random.range(-0.25, 0.25) * width;
    addBalcony(plot, x, height - wall.scale + 0.1, 1.3, 1.1);
  }
}

/**
 * Adds a gable roof. Its ridge runs along the plot's y if `angle` is 0, along x if it is 90 degrees (radians). A shorter
 * prism of wall fills the gables.
 */
function addGable(
  { site, frame, width, depth }: Plot,
  wall: Material,
  height: number,
  angle: number,
  slope: number,
): void {
  const { street, random, style } = site;
  const middle = within(frame, 0, depth / 2, height, angle);
  const [span, run] = angle === 0 ? [width / 2, depth / 2] : [depth / 2, width / 2];
  const rise = span * slope;
  const plain: Material = { ...wall, kind: "plain" };
  street.add("facade", plain, prism(middle, [0, 0, rise / 2], [span, run, rise / 2], 0, 0));
  const tiles = style.material(random, "roof");
  const lift = 0.22;
  street.add(
    "roof",
    tiles,
    prism(
      middle,
      [0, 0, rise / 2 + lift - 0.2 * slope],
      [
        span + 0.45,
        run - 0.12,
        rise / 2 + 0.2 * slope,
      ],
      0,
      0,
    ),
  );
}

function addBalcony(
  { site, frame }: Plot,
  x: number,
  z: number,
  half: number,
  reach: number,
): void {
  const { street, random, style } = site;
  const slab = style.material(random, "balcony");
  street.add("balcony", slab, box(frame, [x, -reach / 2, z], [half, reach / 2, 0.09]));
  if (random.chance(0.5)) {
    street.add("balcony", slab, box(frame, [x, -reach + 0.04, z + 0.5], [half, 0.04, 0.5]));
  } else {
    const rail = style.material(random, "post");
    street.add(
      "balcony",
      rail,
      lattice(within(frame, x, -reach, z + 0.55), [0, 0, 0], [half, 0.5], [
        0.16,
        0.48,
        0.04,
      ]),
    );
  }
}

/** Adds a tall flat-roofed block of brick with rows of balconies and an awning over the shop. */
function addBlock(plot: Plot): void {
  const { site, frame, width, depth, detailed } = plot;
  const { street, random, style } = site;
  const wall = style.material(random, "wall");
  const storeys = 3 + random.integer(3);
  const height = addWalls(plot, wall, storeys);
  const cap = style.material(random, "roof");
  street.add(
    "roof",
    cap,
    box(frame, [0, depth / 2, height + 0.2], [
      width / 2 + 0.3,
      depth / 2 + 0.3,
      0.25,
    ]),
  );
  street.add("roof", cap, box(frame, [width * 0.2, depth / 2, height + 1.4], [2, 2, 1.2]));
  addDoor(plot, random.range(-0.4, 0.4) * width, 0.9, 2.5);
  if (!detailed) return;
  const columns = random.chance(0.5) ? [-0.27, 0.27] : [random.range(-0.3, 0.3)];
  for (const column of columns) {
    for (let storey = 1; storey < Math.min(storeys, 4); storey++) {
      addBalcony(plot, column * width, storey * wall.scale + 0.12, random.range(1.5, 1.9), 1.2);
    }
  }
  if (random.chance(0.6)) {
    const cloth = style.material(random, "balcony");
    const awning = within(frame, 0, -0.6, 2.8, Math.PI / 2);
    street.add("balcony", cloth, prism(awning, [0, 0, 0], [0.6, width * 0.35, 0.25], 0.5, 0.6));
  }
}

/** Adds a narrow house of a row with a bay window. */
function addTerrace(plot: Plot): void {
  const { site, frame, width, detailed } = plot;
  const { street, random, style } = site;
  const wall = style.material(random, "wall");
  const height = addWalls(plot, wall, 2 + random.integer(2), 0.2);
  addGable(plot, wall, height, random.chance(0.7) ? 0 : Math.PI / 2, random.range(0.9, 1.5));
  const side = random.chance(0.5) ? 1 : -1;
  addDoor(plot, side * width * 0.3, 0.5);
  if (!detailed) return;
  const bay = random.range(0.9, 1.2), top = random.chance(0.5) ? 2.7 : height - 0.6;
  const x = -side * width * 0.2;
  street.add(
    "facade",
    { ...wall, rise: top / 2 },
    box(frame, [x, -0.3, top / 2], [
      bay,
      0.4,
      top / 2,
    ]),
  );
  street.add(
    "roof",
    style.material(random, "roof"),
    box(frame, [x, -0.3, top + 0.1], [
      bay + 0.1,
      0.5,
      0.1,
    ]),
  );
}

/** Adds two cubes side by side under wide flat roofs. */
function addCubes(plot: Plot): void {
  const { site, frame, width, depth, detailed } = plot;
  const { street, random, style } = site;
  const side = random.chance(0.5) ? 1 : -1;
  const share = random.range(0.45, 0.65);
  const cubes = [
    {
      x: -side * width * (1 - share) / 2,
      width: width * share,
      storeys: 2 + random.integer(2),
      y: 0,
    },
    {
      x: side * width * share / 2,
      width: width * (1 - share),
      storeys: 1 + random.integer(2),
      y: 0.8,
    },
  ];
  for (const cube of cubes) {
    const part = {
      ...plot,
      frame: within(frame, cube.x, cube.y, 0),
      width: cube.width,
      depth: depth - cube.y,
    };
    const wall = style.material(random, "wall");
    const height = addWalls(part, wall, cube.storeys, 0.3);
    const over = random.range(0.1, 0.7);
    street.add(
      "roof",
      style.material(random, "roof"),
      box(part.frame, [0, part.depth / 2, height + 0.12], [
        cube.width / 2 + over,
        part.depth / 2 + over,
        0.14,
      ]),
    );
    if (!detailed) continue;
    addDoor(part, random.range(-0.3, 0.3) * cube.width, random.range(0.5, 1.2), 2.3);
    if (cube.storeys > 1 && random.chance(0.6)) {
      addBalcony(part, 0, wall.scale + 0.1, cube.width * random.range(0.25, 0.45), 1.4);
    }
  }
}
