/**
 * Lidars on the roof of a car, and what weather does to them. The sensor is the origin.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import { IGNORE_LABEL, partOf, type StreetPart } from "./classes.ts";
import type { Domain, SolidState, Spinning } from "./domains.ts";
import type { Street } from "./street.ts";

/** What a lidar measured. */
export interface Measurement {
  /** f32 [3 * count]: x, y, z in metres, axes of the sensor. */
  positions: Float32Array;
  /** i32 [count]: class 0..9 of each point, 255 for a drop of rain. */
  labels: Int32Array;
}

/** Metres (standard deviation) by which a shot goes on into what is no closed surface. */
const SOFT: ReadonlyMap<number, number> = new Map(
  ([["crown", 0.2], ["bush", 0.1], ["hedge", 0.07], ["grass", 0.02]] as [StreetPart, number][])
    .map(([part, depth]) => [partOf(part), depth]),
);

/** Scans a street as a domain says. */
export async function scanStreet(
  cast: CastRays,
  street: Street,
  { scanner, noise, range, weather }: Domain,
  random: Random,
): Promise<Measurement> {
  const words = scanner.kind === "spinning" ? turn(scanner, random) : pattern(scanner, random);
  const count = words.length / 8;
  const hits = await cast(street, { count, words });
  const positions: number[] = [];
  const labels: number[] = [];
  for (let ray = 0; ray < count; ray++) {
    const primitive = hits.primitive[ray]!;
    const t = primitive < 0 ? Infinity : hits.surface[ray * 4 + 3]!;
    const drop = random.chance(weather.backscatter)
      ? 1 - 5 * Math.log(1 - random.uniform())
      : Infinity;
    const lost = random.chance(1 - Math.exp(-2 * weather.attenuation * Math.min(t, 1000)));
    // Always drawn, so that rain changes nothing but rain.
    const jitter = noise * random.normal();
    const depth = Math.abs(random.normal());
    if (drop < Math.min(t, range)) {
      place(positions, words, ray, drop);
      labels.push(IGNORE_LABEL);
    } else if (!lost && t < range) {
      place(positions, words, ray, t + jitter + depth * (SOFT.get(street.parts[primitive]!) ?? 0));
      labels.push(street.classes[primitive]!);
    }
  }
  return { positions: Float32Array.from(positions), labels: Int32Array.from(labels) };
}

function place(positions: number[], words: Float32Array, ray: number, t: number): void {
  for (let i = 4; i < 7; i++) positions.push(t * words[ray * 8 + i]!);
}

/** Rays from the origin: one row a beam, all around. */
function turn(
  { beams, elevations: [low, high], azimuths }: Spinning,
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

/** Rays from the origin: two mirrors that swing at rates without a common measure. */
function pattern({ width, height, shots }: SolidState, random: Random): Float32Array {
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
