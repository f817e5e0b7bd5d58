/**
 * Makes a tile of land from a seed.
 *
 * @module
 */
import { type Frame, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import { type Cover, COVERS } from "./classes.ts";
import type { AerialDomain } from "./domains.ts";
import { drawLandscape, type Landscape } from "./landscape.ts";
import type { LandUse } from "./land_uses.ts";
import { addBuilding, type Quarter } from "./objects/buildings.ts";
import { addPowerLine, drawLine } from "./objects/lines.ts";
import { addHedge, addShrub, addTree } from "./objects/plants.ts";
import {
  addBridge,
  addContainers,
  addFence,
  addPost,
  addVehicle,
  CAR_HALF,
  CONTAINER_HALF,
} from "./objects/small.ts";
import type { AerialSite } from "./site.ts";
import type { AerialTown } from "./finishes.ts";
import { AerialStyle } from "./styles.ts";
import { FILLED, type Tile, TileBuilder } from "./tile.ts";

/** A tile, and what it was drawn from. */
export interface MadeTile extends Tile {
  /** Towns that objects were drawn from. */
  towns: ReadonlySet<AerialTown>;
  /** What the land is used for. */
  use: LandUse;
}

/** How much of everything is tried for on land of one use. */
interface Filling {
  quarter: Quarter;
  buildings: number;
  trees: number;
  /** Range of the height of trees, metres. */
  height: readonly [number, number];
  shrubs: number;
  hedges: number;
  fences: number;
  posts: number;
  /** Parked vehicles, and stacks of containers. */
  parked: number;
  containers: number;
}

const FILLINGS: Record<LandUse, Filling> = {
  homes: {
    quarter: "homes",
    buildings: 90,
    trees: 120,
    height: [3, 14],
    shrubs: 90,
    hedges: 18,
    fences: 14,
    posts: 4,
    parked: 14,
    containers: 0,
  },
  centre: {
    quarter: "centre",
    buildings: 80,
    trees: 90,
    height: [5, 16],
    shrubs: 40,
    hedges: 8,
    fences: 4,
    posts: 8,
    parked: 30,
    containers: 0,
  },
  works: {
    quarter: "works",
    buildings: 60,
    trees: 50,
    height: [4, 15],
    shrubs: 20,
    hedges: 2,
    fences: 6,
    posts: 6,
    parked: 24,
    containers: 8,
  },
  fields: {
    quarter: "homes",
    buildings: 4,
    trees: 60,
    height: [5, 20],
    shrubs: 60,
    hedges: 5,
    fences: 4,
    posts: 1,
    parked: 1,
    containers: 0,
  },
  forest: {
    quarter: "homes",
    buildings: 3,
    trees: 420,
    height: [8, 28],
    shrubs: 120,
    hedges: 0,
    fences: 1,
    posts: 0,
    parked: 1,
    containers: 0,
  },
  meadow: {
    quarter: "homes",
    buildings: 1,
    trees: 6,
    height: [3, 14],
    shrubs: 5,
    hedges: 1,
    fences: 1,
    posts: 1,
    parked: 1,
    containers: 0,
  },
  "wide roofs": {
    quarter: "wide",
    buildings: 250,
    trees: 40,
    height: [4, 12],
    shrubs: 20,
    hedges: 3,
    fences: 4,
    posts: 6,
    parked: 24,
    containers: 2,
  },
};

/**
 * Makes a tile of one style. Equal arguments give equal tiles, bit for bit.
 *
 * @param seed any uint32.
 */
export function makeTile(
  seed: number,
  name: StyleName,
  { slope, leaves, uses }: Pick<AerialDomain, "slope" | "leaves" | "uses">,
): MadeTile {
  const random = new Random(seed, 1);
  const style = new AerialStyle(name, leaves);
  const land = drawLandscape(random, slope, uses);
  const covers = Object.fromEntries(
    COVERS.map((cover) => [cover, style.material(random, cover)]),
  ) as Record<Cover, Material>;
  const site: AerialSite = { tile: new TileBuilder(land.ground, covers), random, style };
  site.tile.reserve(land.isTaken);
  if (land.bridge) addBridge(site, land.bridge.frame, land.bridge);
  addTraffic(site, land);
  if (random.chance(0.35)) addPowerLine(site, drawLine(random, 22));
  fill(site, land);
  return { ...site.tile.finish(), towns: style.drawn, use: land.use };
}

/** Adds vehicles to the roads, in both directions. */
function addTraffic(site: AerialSite, { roads, bridge }: Landscape): void {
  const { tile, random } = site;
  for (const { frame, half } of roads) {
    for (let x = -FILLED; x < FILLED; x += random.range(9, 40)) {
      const lane = random.chance(0.5) ? 0.5 : -0.5;
      const place = within(frame, x, lane * half, 0);
      if (Math.max(Math.abs(place.x), Math.abs(place.y)) > FILLED) continue;
      const isNearBridge = bridge &&
        Math.hypot(place.x - bridge.frame.x, place.y - bridge.frame.y) < bridge.half + 4;
      if (isNearBridge) continue;
      addVehicle(site, tile.on(place.x, place.y, headingOf(frame) + (lane > 0 ? Math.PI : 0)));
    }
  }
}

function headingOf({ cos, sin }: Frame): number {
  return Math.atan2(sin, cos);
}

/** Fills the land by its use: large things first, since small ones find room between them. */
function fill(site: AerialSite, { use, roads }: Landscape): void {
  const { tile, random } = site;
  const filling = FILLINGS[use];
  const heading = roads[0] ? headingOf(roads[0].frame) : random.range(0, Math.PI);
  const place = (angle = heading + random.integer(4) * Math.PI / 2): Frame =>
    tile.on(random.range(-FILLED, FILLED), random.range(-FILLED, FILLED), angle);
  const times = (count: number, add: () => void) => {
    for (let i = 0; i < count; i++) add();
  };
  times(filling.buildings, () => addBuilding(site, place(), filling.quarter));
  times(Math.ceil(filling.containers * random.uniform()), () => {
    const at = place();
    if (tile.claim(at, ...CONTAINER_HALF)) addContainers(site, at);
  });
  times(filling.parked, () => {
    const at = place();
    if (tile.claim(at, ...CAR_HALF)) addVehicle(site, at);
  });
  times(filling.hedges, () => {
    const at = place(), half = random.range(2, 10);
    if (tile.claim(at, half, 0.8)) addHedge(site, at, half);
  });
  times(filling.fences, () => {
    const at = place(), half = random.range(3, 12);
    if (tile.claim(at, half, 0.2)) addFence(site, at, half);
  });
  times(filling.posts, () => {
    const at = place();
    if (tile.claim(at, 0.3, 0.3)) addPost(site, at);
  });
  const conifers = random.pick([0.1, 0.3, 0.9]);
  const [low, high] = filling.height;
  const tallest = random.range(0.5 * (low + high), high);
  times(Math.ceil(filling.trees * random.range(0.4, 1)), () => {
    const at = place();
    if (!tile.claim(at, 0.9, 0.9)) return;
    addTree(site, at, random.range(low, tallest), random.chance(conifers));
  });
  times(Math.ceil(filling.shrubs * random.uniform()), () => {
    const at = place();
    if (tile.claim(at, 0.6, 0.6)) addShrub(site, at);
  });
}
