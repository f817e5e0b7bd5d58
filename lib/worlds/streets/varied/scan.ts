/**
 * Scans a street with the lidars of a car. Whether a shot returns depends on what it meets: the share of the light that
 * comes back grows with the surface's brightness and with the cosine of the angle at which it is met, and falls with the
 * square of the range.
 *
 * @module
 */
import type { Random } from "../../../random/random.ts";
import { IGNORE_LABEL } from "../../../metrics/confusion.ts";
import { frameAt } from "../../frame.ts";
import { plain } from "../../materials.ts";
import { box } from "../../primitives.ts";
import type { CastRays } from "../../raycast.ts";
import { textureAt } from "../../shading.ts";
import { partOf, type StreetPart } from "../classes.ts";
import type { StreetMeasurement } from "../scanners.ts";
import { NO_PART, type Street } from "../street.ts";
import { directionsOf, type Lidar, LIDARS } from "./lidars.ts";
import type { MountedLidar, Rig } from "./rig.ts";
import { riseAt, type Slopes } from "./slopes.ts";

/** What lidars measured. */
export interface VariedMeasurement extends StreetMeasurement {
  /** f32 [count]: how much of the light came back, corrected for the range, 0 to 1. */
  intensity: Float32Array;
}

/** Longest range that any lidar reports, metres. */
export const LONGEST_RANGE = 80;
/** Nearest range that any lidar reports, metres. */
const NEAREST_RANGE = 0.4;

/** How much brighter parts are in the near infrared than they look; 1 where nothing is said. */
const INFRARED = byPart([
  ["crown", 2.5],
  ["bush", 2.5],
  ["hedge", 2.5],
  ["grass", 2],
  ["mound", 1.5],
  ["asphalt", 0.7],
  ["car window", 0.3],
  ["sign", 3],
  ["car body", 0.7],
]);

/** Mean depth to which shots get into parts that have no closed surface, metres. */
const DEPTH = byPart([["crown", 0.3], ["bush", 0.16], ["hedge", 0.1]]);

/** Standard deviation of the height at which blades and clods stop a shot above ground, metres. */
const ROUGHNESS = byPart([["grass", 0.04], ["mound", 0.05]]);

/** Most by which a blade shortens a shot, metres. */
const SHORTENED = 1.5;

function byPart(values: readonly (readonly [StreetPart, number])[]): ReadonlyMap<number, number> {
  return new Map(values.map(([part, value]) => [partOf(part), value]));
}

/** What the plants of a street are like: factors of {@link DEPTH} and {@link ROUGHNESS}. */
export interface Growth {
  depth: number;
  roughness: number;
}

/** Draws how open crowns and how high grass are. */
export function drawGrowth(random: Random): Growth {
  return { depth: random.range(0.4, 2.5), roughness: random.range(0.3, 2.5) };
}

/** Everything that a scan depends on. */
export interface VariedScan {
  /** Casts among the slopes. */
  cast: CastRays;
  street: Street;
  rig: Rig;
  slopes: Slopes;
  growth: Growth;
}

/** Scans a street; the scans of several lidars come one after the other. */
export async function scanVaried(scan: VariedScan, random: Random): Promise<VariedMeasurement> {
  const seen = { ...scan, street: withOwnCar(scan.street, scan.rig) };
  const positions: number[] = [], labels: number[] = [], objects: number[] = [];
  const intensity: number[] = [];
  for (const mounted of scan.rig.lidars) {
    await scanByLidar(seen, mounted, random, ([x, y, z], solid, light) => {
      positions.push(x, y, z);
      labels.push(seen.street.classes[solid]!);
      objects.push(seen.street.objects[solid]!);
      intensity.push(light);
    });
  }
  return {
    positions: Float32Array.from(positions),
    labels: Int32Array.from(labels),
    objects: Int32Array.from(objects),
    intensity: Float32Array.from(intensity),
  };
}

/** Probability that a shot returns. */
export function chanceOfReturn(
  brightness: number,
  cosine: number,
  range: number,
  reach: number,
): number {
  const power = (brightness * cosine * (reach / range) ** 2) ** 2;
  return power / (1 + power);
}

async function scanByLidar(
  { cast, street, rig, slopes, growth }: VariedScan,
  { name, at, roll }: MountedLidar,
  random: Random,
  add: (point: readonly [number, number, number], solid: number, light: number) => void,
): Promise<void> {
  const lidar: Lidar = LIDARS[name];
  const aims = rolled(directionsOf(lidar, random), roll);
  const count = aims.length / 3;
  const noise = random.range(...lidar.noise), reach = random.range(...lidar.reach);
  const spread = lidar.divergence / 4000;
  const words = new Float32Array(8 * count);
  for (let ray = 0; ray < count; ray++) {
    words.set(at, 8 * ray);
    for (let i = 0; i < 3; i++) {
      words[8 * ray + 4 + i] = aims[3 * ray + i]! + spread * random.normal();
    }
  }
  const { primitive, surface } = await cast(street, { count, words });
  const texel = new Float64Array(3);
  for (let ray = 0; ray < count; ray++) {
    // Drawn for every shot, so that what one meets changes no other.
    const chance = random.uniform(), jitter = noise * random.normal();
    const depth = -Math.log(1 - random.uniform()), blade = Math.abs(random.normal());
    const glint = random.normal();
    const solid = primitive[ray]!;
    if (solid < 0) continue;
    const [nx, ny, nz, t] = surface.subarray(4 * ray, 4 * ray + 4) as unknown as number[];
    const [dx, dy, dz] = words.subarray(8 * ray + 4, 8 * ray + 7) as unknown as number[];
    const part = street.parts[solid]!;
    const x = at[0] + t! * dx!, y = at[1] + t! * dy!, z = at[2] + t! * dz!;
    const point = { primitive: solid, x, y, z: z - riseAt(slopes, x, y), lit: true };
    textureAt(street, street.materials[solid]!, { ...point, nx: nx!, ny: ny!, nz: nz! }, texel);
    const brightness = Math.min(
      1,
      (INFRARED.get(part) ?? 1) * (texel[0]! + texel[1]! + texel[2]!) / 3,
    );
    const cosine = Math.abs(nx! * dx! + ny! * dy! + nz! * dz!);
    const rough = growth.roughness * (ROUGHNESS.get(part) ?? 0) * blade;
    const range = t! + jitter + growth.depth * (DEPTH.get(part) ?? 0) * depth -
      Math.min(SHORTENED, rough / Math.max(cosine, 1e-3));
    // Plants face every way at once.
    const facing = DEPTH.has(part) || ROUGHNESS.has(part) ? Math.max(cosine, 0.3) : cosine;
    const returns = (1 - rig.lost) * chanceOfReturn(brightness, facing, t!, reach);
    if (chance >= returns || range < NEAREST_RANGE || range > LONGEST_RANGE) continue;
    add(
      [
        at[0] + range * aims[3 * ray]!,
        at[1] + range * aims[3 * ray + 1]!,
        at[2] + range * aims[3 * ray + 2]!,
      ],
      solid,
      Math.max(0, Math.min(1, brightness * facing * (1 + 0.1 * glint))),
    );
  }
}

/** Tilts directions about x. */
function rolled(directions: Float32Array, angle: number): Float32Array {
  if (angle === 0) return directions;
  const c = Math.cos(angle), s = Math.sin(angle);
  for (let at = 0; at < directions.length; at += 3) {
    const y = directions[at + 1]!, z = directions[at + 2]!;
    directions[at + 1] = c * y - s * z;
    directions[at + 2] = s * y + c * z;
  }
  return directions;
}

/** The street with the roof and the bonnet of the car below the sensor, which belong to no class. */
function withOwnCar(street: Street, { roof, height }: Rig): Street {
  if (roof === undefined) return street;
  const frame = frameAt(0, 0, -height, 0);
  const paint = plain([0.5, 0.5, 0.5]);
  const words = [
    ...box(frame, [-0.2, 0, roof - 0.3], [1.2, 0.62, 0.3]),
    ...box(frame, [0.3, 0, 0.6], [2.2, 0.88, 0.35]),
  ];
  return {
    primitives: Float32Array.from([...street.primitives, ...words]),
    count: street.count + 2,
    parts: Uint8Array.from([...street.parts, NO_PART, NO_PART]),
    classes: Uint8Array.from([...street.classes, IGNORE_LABEL, IGNORE_LABEL]),
    materials: [...street.materials, paint, paint],
    objects: Uint16Array.from([...street.objects, 0, 0]),
  };
}
