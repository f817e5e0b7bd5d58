/**
 * The lie of the land: hills, a road or two, a water or a road below, bridges over it, and what covers the ground.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import type { Random } from "../../random/random.ts";
import { type Cover, COVERS } from "./classes.ts";
import type { Range } from "./domains.ts";
import { LAND_USES, type LandUse, type UseShares } from "./land_uses.ts";
import { drawLine } from "./objects/lines.ts";
import { drawHills, type Field, Ground, smoothStep } from "./terrain.ts";

/** A road along its frame's x. */
export interface Road {
  frame: Frame;
  /** Half its width, metres. */
  half: number;
}

/** A bridge that carries a road: the middle of its deck, half its length and half its width, metres. */
export interface Bridge {
  frame: Frame;
  half: number;
  width: number;
}

/** A landscape without anything that stands on it. */
export interface Landscape {
  ground: Ground;
  use: LandUse;
  roads: readonly Road[];
  bridge: Bridge | undefined;
  /** Whether a place is road or water. */
  isTaken(x: number, y: number): boolean;
}

/** A place in the axes of a frame: along it and to its left, metres. */
function placeIn({ x: fx, y: fy, cos, sin }: Frame, x: number, y: number): [number, number] {
  const dx = x - fx, dy = y - fy;
  return [cos * dx + sin * dy, cos * dy - sin * dx];
}

/** What the covers of parcels are drawn from. */
const PARCELS: Record<LandUse, readonly Cover[]> = {
  homes: ["grass", "grass", "grass", "gravel", "soil"],
  centre: ["asphalt", "gravel", "grass", "asphalt"],
  works: ["asphalt", "gravel", "grass", "asphalt"],
  fields: ["crop", "crop", "grass", "soil", "crop"],
  forest: ["forest floor", "forest floor", "forest floor", "grass"],
  meadow: ["grass", "grass", "soil", "grass", "gravel", "asphalt"],
  "wide roofs": ["asphalt", "asphalt", "gravel", "grass"],
};

/** How often a road leads through land that has fewer than a town. */
const ROADS: UseShares = { forest: 0.4, meadow: 0.4, "wide roofs": 0.3 };

/** Ground steeper than this is rock, metres a metre. */
const ROCK = 1.1;

/** A hollow: a pond, a river or a road below a bridge. */
interface Hollow {
  /** Distance from its edge, metres, negative within. */
  distance: Field;
  /** Height of its bottom, and of the water in it. */
  bottom: number;
  level: number;
  /** Metres over which its banks rise. */
  bank: number;
  isWater: boolean;
}

function drawUse(random: Random, shares: UseShares): LandUse {
  let left = random.uniform();
  return LAND_USES.find((use) => (left -= shares[use] ?? 0) < 0) ?? "homes";
}

/** Draws a landscape whose mean slope is within a range, metres a metre. */
export function drawLandscape(random: Random, slopes: Range, uses: UseShares): Landscape {
  const slope = random.range(...slopes);
  const hills = drawHills(random, slope);
  const use = drawUse(random, uses);
  const main: Road = { frame: drawLine(random, 18), half: random.range(2.2, 4.5) };
  const hasRoad = random.chance(ROADS[use] ?? 0.85);
  const roads = hasRoad ? [main] : [];
  const crossing = random.uniform();
  let hollow: Hollow | undefined;
  let bridge: Bridge | undefined;
  if (hasRoad && crossing < 0.16) {
    [hollow, bridge] = drawCrossing(random, hills, main, slope, crossing < 0.1);
  } else if (crossing > 0.9) {
    hollow = drawPond(random, hills, hasRoad ? main : undefined, slope);
  } else if (hasRoad && use !== "fields" && random.chance(0.55)) {
    const { x, y } = within(main.frame, random.range(-20, 20), 0, 0);
    const angle = Math.atan2(main.frame.sin, main.frame.cos) + Math.PI / 2 +
      random.range(-0.3, 0.3);
    roads.push({ frame: frameAt(x, y, 0, angle), half: random.range(1.8, 3.5) });
  }
  const ditch = random.chance(0.3) ? random.range(0.3, 0.9) : 0;
  const land = hollowed(hills, hollow);
  const graded = withRoads(land, roads, bridge, ditch);
  const level = hollow?.isWater ? hollow.level : -Infinity;
  const height: Field = (x, y) => Math.max(graded(x, y), level);
  const parcels = [drawLine(random, 20), drawLine(random, 20)];
  const covers = Array.from({ length: 4 }, () => random.pick(PARCELS[use]));
  const isOnRoad = (x: number, y: number, margin: number) =>
    roads.some(({ frame, half }) => {
      const [along, off] = placeIn(frame, x, y);
      return Math.abs(off) < half + margin &&
        !(bridge && isOver(bridge, roads[0]!.frame, frame, along));
    });
  const isBelow = (x: number, y: number) =>
    hollow !== undefined && !hollow.isWater && hollow.distance(x, y) < -1;
  const cover = (x: number, y: number): Cover => {
    if (ground.height(x, y) <= level + 1e-4) return "water";
    if (isOnRoad(x, y, 0) || isBelow(x, y)) return "asphalt";
    if (slope > 0.3 && ground.slope(x, y) > ROCK) return "rock";
    const [first, second] = parcels.map((line) => placeIn(line, x, y)[1] > 0);
    return covers[(first ? 1 : 0) + (second ? 2 : 0)]!;
  };
  const ground = new Ground(height, (x, y) => COVERS.indexOf(cover(x, y)));
  return {
    ground,
    use,
    roads,
    bridge,
    isTaken: (x, y) =>
      ground.height(x, y) < level + 0.3 || isOnRoad(x, y, 0.7) || isBelow(x, y) ||
      (hollow !== undefined && hollow.distance(x, y) < 2),
  };
}

/** Whether a place `along` a road lies below the deck of its bridge. */
function isOver(bridge: Bridge, carried: Frame, frame: Frame, along: number): boolean {
  if (frame !== carried) return false;
  return Math.abs(along - placeIn(frame, bridge.frame.x, bridge.frame.y)[0]) < bridge.half;
}

/** Draws a river, or a road below, that a road crosses on a bridge. */
function drawCrossing(
  random: Random,
  hills: Field,
  { frame, half }: Road,
  slope: number,
  isWater: boolean,
): [Hollow, Bridge] {
  const along = random.range(-14, 14);
  const middle = within(frame, along, 0, 0);
  const angle = Math.PI / 2 + random.range(-0.5, 0.5);
  const axis = within(middle, 0, 0, 0, angle);
  const reach = isWater ? random.range(3, 12) : random.range(4, 8);
  const [bend, wave] = [isWater ? random.range(0, 4) : 0, random.range(25, 60)];
  const ground = hills(middle.x, middle.y);
  const level = ground - (isWater ? random.range(0.8, 2) : random.range(0, 4));
  const hollow: Hollow = {
    distance: (x, y) => {
      const [u, v] = placeIn(axis, x, y);
      return Math.abs(v - bend * (1 - Math.cos(u / wave * 2 * Math.PI))) - reach;
    },
    bottom: isWater ? level - 1 : level,
    level,
    bank: 6 + 30 * slope,
    isWater,
  };
  const deck = level + (isWater ? random.range(3, 6) : random.range(5.5, 7));
  const length = (reach + random.range(1, 3)) / Math.sin(angle);
  return [hollow, { frame: { ...middle, z: deck }, half: length, width: half + 0.6 }];
}

/** Draws a pond or the bay of a lake, beside the road if there is one. */
function drawPond(random: Random, hills: Field, road: Road | undefined, slope: number): Hollow {
  const radius = random.range(5, 18);
  const off = random.range(0, 14) + (road ? road.half + 6 + 1.2 * radius : 0);
  const side = random.chance(0.5) ? 1 : -1;
  const { x, y } = within(road?.frame ?? frameAt(0, 0, 0, 0), random.range(-20, 20), side * off, 0);
  const level = hills(x, y) - random.range(0.4, 1);
  const phase = random.range(0, 2 * Math.PI);
  return {
    distance: (px, py) => {
      const angle = Math.atan2(py - y, px - x);
      return Math.hypot(px - x, py - y) - radius * (1 + 0.15 * Math.sin(3 * angle + phase));
    },
    bottom: level - 1,
    level,
    bank: 6 + 40 * slope,
    isWater: true,
  };
}

/** Digs a hollow into hills. */
function hollowed(hills: Field, hollow: Hollow | undefined): Field {
  if (!hollow) return hills;
  const { distance, bottom, bank } = hollow;
  return (x, y) => {
    const rise = smoothStep(0, bank, distance(x, y));
    return bottom + (hills(x, y) - bottom) * rise;
  };
}

/** Levels roads across their direction, with ramps to the bridge and ditches beside them. */
function withRoads(
  land: Field,
  roads: readonly Road[],
  bridge: Bridge | undefined,
  ditch: number,
): Field {
  return (x, y) => {
    let height = land(x, y);
    roads.forEach(({ frame, half }, index) => {
      const [along, off] = placeIn(frame, x, y);
      const side = Math.abs(off);
      if (side > half + 7) return;
      const carries = index === 0 && bridge !== undefined;
      const axis = within(frame, along, 0, 0);
      let level = land(axis.x, axis.y);
      if (carries) {
        const from = Math.abs(along - placeIn(frame, bridge.frame.x, bridge.frame.y)[0]);
        if (from < bridge.half) return;
        const ramp = smoothStep(0, 32, from - bridge.half);
        level = bridge.frame.z + (level - bridge.frame.z) * ramp;
      }
      height = level + (height - level) * smoothStep(half + 0.5, half + 7, side);
      if (!carries) height -= ditch * Math.max(0, 1 - Math.abs(side - half - 2.2) / 1.3);
    });
    return height;
  };
}
