/**
 * The lidar on the aircraft. A pulse covers a disc on the ground, of which a few rays are traced. Each goes on through
 * leaves by chance and ends on something solid; what ends near to each other comes back as one return.
 *
 * @module
 */
import type { CastRays, Hits } from "../raycast.ts";
import type { Random } from "../../random/random.ts";
import { KIND, PRIMITIVE_WORDS } from "../solids.ts";
import {
  AERIAL_PARTS,
  type AerialPart,
  classOf,
  COVERS,
  PART_CLASS,
  partOf,
  vegetationOf,
} from "./classes.ts";
import type { AerialDomain, AirborneLidar } from "./domains.ts";
import { HALF } from "./terrain.ts";
import type { Tile } from "./tile.ts";

/** What a lidar measured, by point. */
export interface AerialMeasurement {
  /** f32 [3 * count]: x east, y north, z up, metres. */
  positions: Float32Array;
  /** i32 [count]: class of each point. */
  labels: Int32Array;
  /** f32 [count]: 0 to 1. */
  intensity: Float32Array;
  /** i32 [count]: object of each point, from 1; 0 for the ground and for noise. */
  objects: Int32Array;
  /** u8 [count]: number of the return, from 1, and number of returns of its pulse. */
  returnNumber: Uint8Array;
  returns: Uint8Array;
}

/** Rays of a pulse. */
const RAYS = 3;
/** Most solids that a ray goes through. */
const LAYERS = 6;
/** Height of the start of rays above the highest ground, metres: nothing on a tile is higher. */
const CLEARANCE = 70;
/** Echo below which most returns are lost, as a share of a white surface across the beam. */
const WEAK = 0.025;

/** Mean depth to which light goes into parts that have no closed surface, metres, and the share of it that they stop. */
const DEPTH: ReadonlyMap<number, number> = new Map(
  ([["broadleaf", 1.7], ["conifer", 1.9], ["shrub", 0.5], ["hedge", 0.45]] as [
    AerialPart,
    number,
  ][])
    .map(([part, depth]) => [partOf(part), depth]),
);
/** The same for broadleaved trees without leaves. */
const BARE_DEPTH = 7;
/** Share of the rays within reach of a wire that it stops. */
const WIRE_STOPS = 0.5;
const BROADLEAF = partOf("broadleaf"), WIRE = partOf("wire"), STALKS = partOf("crop");
/** What lies between the stalks of a crop: ground, though the field is one of crop. */
const SOIL = partOf("soil");
const [CROP, WATER] = [COVERS.indexOf("crop"), COVERS.indexOf("water")];

/** Share of near infrared light that comes back from each part. */
const REFLECTANCE: Readonly<Record<AerialPart, number>> = {
  grass: 0.5,
  soil: 0.3,
  asphalt: 0.14,
  gravel: 0.3,
  "forest floor": 0.35,
  rock: 0.3,
  crop: 0.5,
  water: 0,
  "pitched roof": 0.3,
  "flat roof": 0.2,
  wall: 0.35,
  chimney: 0.3,
  dormer: 0.3,
  "roof unit": 0.35,
  broadleaf: 0.4,
  conifer: 0.3,
  trunk: 0.3,
  shrub: 0.42,
  hedge: 0.42,
  wire: 0.3,
  pylon: 0.4,
  deck: 0.25,
  vehicle: 0.35,
  fence: 0.35,
  post: 0.35,
  container: 0.35,
};
const reflectances = Float64Array.from(AERIAL_PARTS, ([name]) => REFLECTANCE[name]);

/** One flight line over the tile. */
interface FlightLine {
  /** Direction of flight, radians from x. */
  heading: number;
  /** Scan angle in the middle of the tile, and how it changes across the line, radians and radians a metre. */
  angle: number;
  spread: number;
  /** Pulses per square metre. */
  density: number;
  pattern: AirborneLidar["patterns"][number];
  footprint: number;
  noise: number;
  /** Error of the heights of the whole line, metres. */
  offset: number;
}

/** Surveys a tile by the sensor of a domain, in its season. */
export async function scanTile(
  cast: CastRays,
  tile: Tile,
  { sensor, leaves }: Pick<AerialDomain, "sensor" | "leaves">,
  random: Random,
): Promise<AerialMeasurement> {
  const lines = drawLines(sensor, random);
  const separation = random.range(...sensor.separation);
  const stands = drawStands(random);
  const points: EchoPoint[] = [];
  for (const line of lines) {
    const { words, count } = pulseRays(line, tile, random);
    const echoes = await trace(cast, tile, words, { leaves, stands, random });
    for (let pulse = 0; pulse < count; pulse++) {
      const found = returnsOf(pulse, words, echoes, { line, sensor, separation, random });
      points.push(...found.filter(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)) < HALF));
    }
  }
  addOutliers(points, tile, random.range(...sensor.outliers), random);
  return measured(points, tile, random.range(0.5, 1.5));
}

/** Draws the flight lines over a tile. */
function drawLines(sensor: AirborneLidar, random: Random): FlightLine[] {
  const count = Math.floor(random.range(sensor.lines[0], sensor.lines[1] + 0.999));
  const [sparse, dense] = sensor.density;
  const density = sparse * (dense / sparse) ** random.uniform() / count;
  const heading = random.range(0, 2 * Math.PI);
  const pattern = random.pick(sensor.patterns);
  const footprint = random.range(...sensor.footprint);
  const noise = random.range(...sensor.noise);
  return Array.from({ length: count }, (_, i) => ({
    // Most lines are parallel, flown there and back; some cross the others.
    heading: heading + (i % 2) * Math.PI + (i === 2 && random.chance(0.5) ? Math.PI / 2 : 0),
    angle: (random.chance(0.5) ? 1 : -1) * random.range(...sensor.angle) * Math.PI / 180,
    spread: 1 / random.range(500, 2500),
    density,
    pattern,
    footprint,
    noise,
    offset: sensor.strip * random.normal(),
  }));
}

/** Rays of all pulses of a line: {@link RAYS} for each, from above everything on the tile. */
function pulseRays(
  { heading, angle, spread, density, pattern, footprint }: FlightLine,
  { ground }: Tile,
  random: Random,
): { words: Float32Array; count: number } {
  const reach = HALF * 1.5 + 6;
  const aspect = random.range(0.7, 1.4);
  const [along, across] = [Math.sqrt(1 / density) * aspect, Math.sqrt(1 / density) / aspect];
  const [c, s] = [Math.cos(heading), Math.sin(heading)];
  const top = ground.high + CLEARANCE;
  const middle = ground.height(0, 0);
  const words: number[] = [];
  const margin = HALF + 0.5 * (ground.high - ground.low);
  const rows = Math.ceil(2 * reach / along), columns = Math.ceil(2 * reach / across);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const v = (column + 0.15 * random.normal()) * across - reach;
      const slanted = pattern === "zigzag" ? Math.abs((column / columns + row) % 2 - 1) * along : 0;
      // A circle goes ahead of its middle or behind it.
      const side = pattern === "circular" ? (row % 2 === 0 ? 1 : -1) : 0;
      const bend = side * v * v * spread * 0.5;
      const u = row * along - reach + slanted + bend + 0.05 * random.normal() * along;
      const x = c * u - s * v, y = s * u + c * v;
      if (Math.max(Math.abs(x), Math.abs(y)) > margin) continue;
      const tilt = pattern === "circular" ? 0.4 * angle : angle + v * spread;
      const pitch = side * Math.abs(angle);
      const du = Math.tan(pitch), dv = Math.tan(tilt);
      const [dx, dy] = [c * du - s * dv, s * du + c * dv];
      const length = Math.hypot(dx, dy, 1);
      for (let ray = 0; ray < RAYS; ray++) {
        const radius = ray === 0 ? 0 : footprint / 2 * Math.sqrt(random.uniform());
        const azimuth = random.range(0, 2 * Math.PI);
        const px = x + radius * Math.cos(azimuth), py = y + radius * Math.sin(azimuth);
        const rise = top - middle;
        words.push(px - rise * dx, py - rise * dy, top, 0);
        words.push(dx / length, dy / length, -1 / length, 0);
      }
    }
  }
  return { words: Float32Array.from(words), count: words.length / 8 / RAYS };
}

/** Where each ray ends. */
interface Echoes {
  /** f32 [rays]: distance from its start, metres; 0 where nothing comes back. */
  range: Float32Array;
  /** u8 [rays]: part of what it met. */
  part: Uint8Array;
  /** u16 [rays]: object of that. */
  object: Uint16Array;
  /** f32 [rays]: what comes back, as a share. */
  energy: Float32Array;
}

/** Plants without form, on one cover of the ground. */
interface Stand {
  /** Share of the rays that they stop. */
  share: number;
  /** Height, metres. */
  height: number;
}

/** Draws what grows on each cover: crop in fields, tall grass, brambles in forests. */
function drawStands(random: Random): Stand[] {
  return COVERS.map((cover) => {
    const share = random.uniform(), height = random.uniform();
    if (cover === "crop") return { share: 0.2 + 0.5 * share, height: 0.15 + 0.8 * height };
    if (cover === "grass") return { share: 0.25 * share * share, height: 0.1 + 0.4 * height };
    if (cover === "forest floor") return { share: 0.4 * share, height: 0.2 + 1.4 * height };
    return { share: 0, height: 0 };
  });
}

/** What decides how far rays go. */
interface Medium {
  leaves: boolean;
  /** What grows on each cover of the ground. */
  stands: readonly Stand[];
  random: Random;
}

/** Follows rays through leaves to where they end. */
async function trace(
  cast: CastRays,
  tile: Tile,
  words: Float32Array,
  medium: Medium,
): Promise<Echoes> {
  const count = words.length / 8;
  const echoes: Echoes = {
    range: new Float32Array(count),
    part: new Uint8Array(count),
    object: new Uint16Array(count),
    energy: new Float32Array(count),
  };
  let rays = Uint32Array.from({ length: count }, (_, ray) => ray);
  const gone = new Float32Array(count);
  for (let layer = 0; layer < LAYERS && rays.length > 0; layer++) {
    const moved = new Float32Array(rays.length * 8);
    rays.forEach((ray, i) => {
      for (let k = 0; k < 8; k++) moved[8 * i + k] = words[8 * ray + k]!;
      for (let k = 0; k < 3; k++) moved[8 * i + k]! += gone[ray]! * words[8 * ray + 4 + k]!;
    });
    const hits = await cast(tile, { count: rays.length, words: moved });
    rays = rays.filter((ray, i) => {
      if (hits.primitive[i]! < 0) return false;
      const passed = endsBehind(tile, moved, hits, i, medium, echoes, ray, gone[ray]!);
      if (passed < 0) return false;
      gone[ray]! += passed;
      return true;
    });
  }
  return echoes;
}

/** Ends a ray at hit `i` and gives -1, or gives the distance from which it goes on. */
function endsBehind(
  tile: Tile,
  words: Float32Array,
  { surface, primitive }: Hits,
  i: number,
  { leaves, stands, random }: Medium,
  echoes: Echoes,
  ray: number,
  gone: number,
): number {
  const found = primitive[i]!;
  const part = tile.parts[found]!;
  const t = surface[4 * i + 3]!;
  const depth = part === BROADLEAF && !leaves ? BARE_DEPTH : DEPTH.get(part);
  const end = (range: number, facing: number, of = part) => {
    echoes.range[ray] = gone + range;
    echoes.part[ray] = of;
    echoes.object[ray] = tile.objects[found]!;
    echoes.energy[ray] = reflectances[of]! * facing;
    return -1;
  };
  if (depth !== undefined) {
    const into = -depth * Math.log(1 - random.uniform());
    return into < chord(tile.primitives, found, words, i, t) ? end(t + into, 0.8) : t + 1e-3;
  }
  if (part === WIRE && !random.chance(WIRE_STOPS)) return t + 1e-3;
  let facing = 0;
  for (let k = 0; k < 3; k++) facing -= surface[4 * i + k]! * words[8 * i + 4 + k]!;
  if (found === WATER) {
    // A mirror: it sends light back where it is met nearly at a right angle, and little elsewhere.
    end(t, 1);
    echoes.energy[ray] = 0.25 * Math.exp(-(((1 - facing) / 0.012) ** 2)) + 0.004;
    return -1;
  }
  if (found >= COVERS.length) return end(t, Math.max(0.05, facing));
  const { share, height } = stands[found]!;
  if (random.chance(share)) return end(t - height * Math.sqrt(random.uniform()), 0.8, STALKS);
  return end(t, Math.max(0.05, facing), found === CROP ? SOIL : part);
}

/** Length of a ray within a crown that it enters at `t`, metres; about right where the crown is no ellipsoid. */
function chord(
  p: Float32Array,
  primitive: number,
  words: Float32Array,
  ray: number,
  t: number,
): number {
  const w = primitive * PRIMITIVE_WORDS, r = ray * 8;
  const dz = words[r + 6]!;
  const z = words[r + 2]! + t * dz - p[w + 2]!;
  if (p[w + 3] !== KIND.ellipsoid) return Math.max(0.1, 0.8 * (z + p[w + 6]!) / -dz);
  const c = p[w + 8]!, s = p[w + 9]!;
  const rx = words[r]! + t * words[r + 4]! - p[w]!,
    ry = words[r + 1]! + t * words[r + 5]! - p[w + 1]!;
  const at = [(c * rx + s * ry) / p[w + 4]!, (c * ry - s * rx) / p[w + 5]!, z / p[w + 6]!];
  const [dx, dy] = [words[r + 4]!, words[r + 5]!];
  const step = [(c * dx + s * dy) / p[w + 4]!, (c * dy - s * dx) / p[w + 5]!, dz / p[w + 6]!];
  let along = 0, square = 0;
  for (let k = 0; k < 3; k++) (along += at[k]! * step[k]!), (square += step[k]! * step[k]!);
  return Math.max(0, -2 * along / square);
}

/** A return. */
interface EchoPoint {
  x: number;
  y: number;
  z: number;
  part: number;
  object: number;
  energy: number;
  number: number;
  of: number;
}

/** How returns are told apart. */
interface Detector {
  line: FlightLine;
  sensor: AirborneLidar;
  separation: number;
  random: Random;
}

/** The returns of a pulse: rays that end near to each other make one, and weak ones are lost. */
function returnsOf(
  pulse: number,
  words: Float32Array,
  { range, part, object, energy }: Echoes,
  { line, sensor, separation, random }: Detector,
): EchoPoint[] {
  const first = pulse * RAYS;
  const rays = [first, first + 1, first + 2].filter((ray) => range[ray]! > 0)
    .sort((a, b) => range[a]! - range[b]!);
  const found: EchoPoint[] = [];
  const w = first * 8;
  for (let at = 0; at < rays.length;) {
    const begin = range[rays[at]!]!;
    let sum = 0, weighted = 0, strongest = rays[at]!;
    for (; at < rays.length && range[rays[at]!]! - begin < separation; at++) {
      const ray = rays[at]!;
      const share = energy[ray]! / RAYS;
      sum += share;
      weighted += share * range[ray]!;
      if (energy[ray]! > energy[strongest]!) strongest = ray;
    }
    if (sum === 0 || random.chance(Math.exp(-sum / WEAK))) continue;
    const t = weighted / sum + line.noise * random.normal();
    found.push({
      x: words[w]! + t * words[w + 4]!,
      y: words[w + 1]! + t * words[w + 5]!,
      z: words[w + 2]! + t * words[w + 6]! + line.offset,
      part: part[strongest]!,
      object: object[strongest]!,
      energy: sum,
      number: 0,
      of: 0,
    });
  }
  const kept = found.slice(0, sensor.returns);
  kept.forEach((point, i) => ((point.number = i + 1), (point.of = kept.length)));
  return kept;
}

/** Part of points that are noise. */
const NOISE = 255;

/** Adds birds and clouds above the land, and echoes that come late from below it. */
function addOutliers(points: EchoPoint[], { ground }: Tile, share: number, random: Random): void {
  const count = Math.round(share * points.length);
  for (let i = 0; i < count; i++) {
    const x = random.range(-HALF, HALF), y = random.range(-HALF, HALF);
    const height = random.chance(0.6) ? random.range(8, 60) : -random.range(1.5, 12);
    points.push({
      x,
      y,
      z: ground.height(x, y) + height,
      part: NOISE,
      object: 0,
      energy: random.range(0.02, 0.2),
      number: 1,
      of: 1,
    });
  }
}

/** Millimetres, as LAS files hold them. */
function toMillimetres(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function measured(points: readonly EchoPoint[], { ground }: Tile, gain: number): AerialMeasurement {
  const noise = classOf("noise");
  const count = points.length;
  const result: AerialMeasurement = {
    positions: new Float32Array(3 * count),
    labels: new Int32Array(count),
    objects: Int32Array.from(points, ({ object }) => object),
    intensity: new Float32Array(count),
    returnNumber: new Uint8Array(count),
    returns: new Uint8Array(count),
  };
  const plants = new Set([...DEPTH.keys(), partOf("trunk"), partOf("crop")]);
  points.forEach(({ x, y, z, part, energy, number, of }, i) => {
    result.positions.set([toMillimetres(x), toMillimetres(y), toMillimetres(z)], 3 * i);
    result.intensity[i] = Math.min(1, energy * gain);
    result.returnNumber[i] = number;
    result.returns[i] = of;
    if (part === NOISE) result.labels[i] = noise;
    else if (plants.has(part)) result.labels[i] = vegetationOf(z - ground.height(x, y));
    else result.labels[i] = PART_CLASS[part]!;
  });
  return result;
}
