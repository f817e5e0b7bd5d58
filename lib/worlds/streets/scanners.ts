/**
 * Lidars on the roof of a car, and what the weather does to their scans. The sensor is at the origin.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { partOf, type StreetPart } from "./classes.ts";
import type { SolidStateLidar, SpinningLidar, StreetDomain } from "./domains.ts";
import type { Street } from "./street.ts";

/** What a lidar measured. */
export interface StreetMeasurement {
  /** f32 [3 * count]: x, y, z in metres, in the axes of the sensor. */
  positions: Float32Array;
  /** i32 [count]: class (0 to 9) of each point, 255 for a drop of rain. */
  labels: Int32Array;
  /** i32 [count]: object of each point, from 1; 0 for the ground and for drops of rain. */
  objects: Int32Array;
}

/** Depth (standard deviation, metres) to which a shot penetrates parts that have no closed surface. */
const PENETRATION: ReadonlyMap<number, number> = new Map(
  ([["crown", 0.2], ["bush", 0.1], ["hedge", 0.07], ["grass", 0.02]] as [StreetPart, number][])
    .map(([part, depth]) => [partOf(part), depth]),
);

/** Scans a street with the sensor and in the weather of a domain. */
export async function scanStreet(
  cast: CastRays,
  street: Street,
  { scanner, noise, range, weather }: StreetDomain,
  random: Random,
): Promise<StreetMeasurement> {
  const words = scanner.kind === "spinning"
    ? spinningRays(scanner, random)
    : solidStateRays(scanner, random);
  const count = words.length / 8;
  const hits = await cast(street, { count, words });
  const positions: number[] = [];
  const labels: number[] = [];
  const objects: number[] = [];
  for (let ray = 0; ray < count; ray++) {
    const primitive = hits.primitive[ray]!;
    const t = primitive < 0 ? Infinity : hits.surface[ray * 4 + 3]!;
    const drop = random.chance(weather.backscatter)
      ? 1 - 5 * Math.log(1 - random.uniform())
      : Infinity;
    const lost = random.chance(1 - Math.exp(-2 * weather.attenuation * Math.min(t, 1000)));
    // Drawn for every ray, so that rain changes nothing else.
    const jitter = noise * random.normal();
    const depth = Math.abs(random.normal());
    if (drop < Math.min(t, range)) {
      place(positions, words, ray, drop);
      labels.push(IGNORE_LABEL);
      objects.push(0);
    } else if (!lost && t < range) {
      place(
        positions,
        words,
        ray,
        t + jitter + depth * (PENETRATION.get(street.parts[primitive]!) ?? 0),
      );
      labels.push(street.classes[primitive]!);
      objects.push(street.objects[primitive]!);
    }
  }
  return {
    positions: Float32Array.from(positions),
    labels: Int32Array.from(labels),
    objects: Int32Array.from(objects),
  };
}

function place(positions: number[], words: Float32Array, ray: number, t: number): void {
  for (let i = 4; i < 7; i++) positions.push(t * words[ray * 8 + i]!);
}

/** Rays from the origin, all around: one row for each beam. */
function spinningRays(
  { beams, elevations: [low, high], azimuths }: SpinningLidar,
  random: Random,
): Float32Array {
  const start = random.range(0, 2 * Math.PI / azimuths);
  return directions(beams * azimuths, (shot) => {
    const beam = Math.floor(shot / azimuths);
    return [
      start + 2 * Math.PI * (shot % azimuths) / azimuths,
      (low + (high - low) * beam / (beams - 1)) * Math.PI / 180,
    ];
  });
}

/** Rays from the origin, by two mirrors that swing at incommensurable rates. */
function solidStateRays({ width, height, shots }: SolidStateLidar, random: Random): Float32Array {
  const [a, b] = [random.uniform(), random.uniform()];
  const swing = (phase: number) => Math.abs(2 * (phase - Math.floor(phase)) - 1) * 2 - 1;
  return directions(shots, (shot) => [
    swing(a + shot * 0.0257230145) * width / 2 * Math.PI / 180,
    swing(b + shot * 0.6180339887) * height / 2 * Math.PI / 180,
  ]);
}

/** Rays with the given azimuth and elevation, radians. */
function directions(count: number, aim: (shot: number) => readonly [number, number]): Float32Array {
  const words = new Float32Array(count * 8);
  for (let shot = 0; shot < count; shot++) {
    const [azimuth, elevation] = aim(shot);
    const flat = Math.cos(elevation);
    words.set(
      [flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation)],
      shot * 8 + 4,
    );
  }
  return words;
}
