/**
 * Sensors that turn a room into a scan: a depth camera, whose points are pixels of the photographs, and
 * a terrestrial scanner, which turns about its own stations. Noise and faults come after.
 *
 * @module
 */
import { IGNORE_LABEL, PART_CLASS } from "./classes.ts";
import type { DepthCamera, Domain, Terrestrial } from "./domains.ts";
import { eyeOf, type Picture } from "../photographs.ts";
import type { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import { drawLight, shade } from "./lamplight.ts";
import type { Room } from "./room.ts";

/** What a sensor measured. */
export interface Measurement {
  count: number;
  /** f32 [3 * count]: x, y, z in metres, world axes. */
  positions: Float32Array;
  /** f32 [3 * count]: RGB 0..1. */
  colors: Float32Array;
  /** Class 0..12 of each point, 255 for an outlier. */
  labels: Int32Array;
}

/** Scans a room as a domain says. Pictures give the points of depth cameras. */
export async function scanRoom(
  cast: CastRays,
  room: Room,
  pictures: readonly Picture[],
  domain: Domain,
  random: Random,
): Promise<Measurement> {
  const { scanner } = domain;
  const measured = scanner.kind === "depth"
    ? depthPoints(pictures, scanner, domain.noise, random)
    : await terrestrialPoints(cast, room, scanner, domain.noise, random);
  if (domain.outliers > 0) scatterOutliers(room, measured, domain.outliers, random);
  if (domain.colourFault) spoilColours(measured.colors, random);
  // Sensors give colours in eight bits; so the scan and its file say the same.
  const { colors } = measured;
  for (let i = 0; i < colors.length; i++) colors[i] = Math.round(colors[i]! * 255) / 255;
  return measured;
}

/** Standard deviation of a range, metres. */
function sigma(noise: Domain["noise"], distance: number): number {
  return noise.base + noise.growth * distance * distance;
}

/** Random pixels of all pictures that the sensor can measure; noise moves a point along its ray. */
function depthPoints(
  pictures: readonly Picture[],
  scanner: DepthCamera,
  noise: Domain["noise"],
  random: Random,
): Measurement {
  const measurable: number[] = [];
  const starts: number[] = [];
  let total = 0;
  for (const { camera, depth, facing } of pictures) {
    starts.push(total);
    for (let pixel = 0; pixel < depth.length; pixel++) {
      const u = (pixel % camera.width - camera.cx) / camera.fx;
      const v = (Math.floor(pixel / camera.width) - camera.cy) / camera.fy;
      const range = depth[pixel]! * Math.sqrt(1 + u * u + v * v);
      if (range > 0 && range < scanner.range && facing[pixel]! > scanner.grazing) {
        measurable.push(total + pixel);
      }
    }
    total += depth.length;
  }
  const chosen = random.sample(measurable.length, scanner.points).sort();
  const measured = emptyMeasurement(chosen.length);
  let view = 0;
  chosen.forEach((candidate, point) => {
    const global = measurable[candidate]!;
    while (view + 1 < starts.length && global >= starts[view + 1]!) view++;
    const picture = pictures[view]!;
    const { camera } = picture;
    const pixel = global - starts[view]!;
    const z = picture.depth[pixel]!;
    const noisy = z + sigma(noise, z) * random.normal();
    const a = (pixel % camera.width - camera.cx) / camera.fx * noisy;
    const b = (Math.floor(pixel / camera.width) - camera.cy) / camera.fy * noisy;
    const eye = eyeOf(camera);
    const m = camera.worldToCamera;
    for (let i = 0; i < 3; i++) {
      measured.positions[point * 3 + i] = eye[i]! + a * m[i]! + b * m[4 + i]! + noisy * m[8 + i]!;
      measured.colors[point * 3 + i] = picture.photo.pixels[pixel * 3 + i]! / 255;
    }
    measured.labels[point] = PART_CLASS[picture.parts[pixel]!]!;
  });
  return measured;
}

/** Every ray of every station that meets something. */
async function terrestrialPoints(
  cast: CastRays,
  room: Room,
  scanner: Terrestrial,
  noise: Domain["noise"],
  random: Random,
): Promise<Measurement> {
  const perStation = scanner.azimuths * scanner.elevations;
  const count = scanner.stations * perStation;
  const words = new Float32Array(count * 8);
  for (let station = 0; station < scanner.stations; station++) {
    const eye = placeStation(room, random);
    const turn = random.range(0, 2 * Math.PI);
    for (let ray = 0; ray < perStation; ray++) {
      const azimuth = turn + 2 * Math.PI * (ray % scanner.azimuths) / scanner.azimuths;
      // From 60 degrees below the horizon, where the tripod stands, almost to the zenith.
      const row = (Math.floor(ray / scanner.azimuths) + 0.5) / scanner.elevations;
      const elevation = (-60 + 145 * row) * Math.PI / 180;
      const at = (station * perStation + ray) * 8;
      words.set(eye, at);
      words[at + 4] = Math.cos(elevation) * Math.cos(azimuth);
      words[at + 5] = Math.cos(elevation) * Math.sin(azimuth);
      words[at + 6] = Math.sin(elevation);
    }
  }
  const hits = await cast(room, { count, words });
  const light = drawLight(random);
  const found: number[] = [];
  hits.primitive.forEach((primitive, ray) => {
    if (primitive >= 0) found.push(ray);
  });
  const measured = emptyMeasurement(found.length);
  const { positions, colors } = measured;
  found.forEach((ray, point) => {
    const w = ray * 8, h = ray * 4, to = point * 3;
    const eye = [words[w]!, words[w + 1]!, words[w + 2]!] as const;
    const [dx, dy, dz] = [words[w + 4]!, words[w + 5]!, words[w + 6]!];
    const t = hits.surface[h + 3]!;
    const [nx, ny, nz] = [hits.surface[h]!, hits.surface[h + 1]!, hits.surface[h + 2]!];
    const primitive = hits.primitive[ray]!;
    const [px, py, pz] = [eye[0] + t * dx, eye[1] + t * dy, eye[2] + t * dz];
    shade(room, light, primitive, px, py, pz, nx, ny, nz, eye, colors, to);
    const noisy = t + sigma(noise, t) * random.normal();
    positions.set([eye[0] + noisy * dx, eye[1] + noisy * dy, eye[2] + noisy * dz], to);
    measured.labels[point] = room.classes[primitive]!;
  });
  balance(colors);
  return measured;
}

/** Free floor near the middle, 1.5 m up. */
function placeStation(room: Room, random: Random): [number, number, number] {
  let x = 0, y = 0;
  for (let attempt = 0; attempt < 60; attempt++) {
    x = random.range(-0.7, 0.7) * room.halfX;
    y = random.range(-0.7, 0.7) * room.halfY;
    if (room.isFree(x, y, attempt < 30 ? 0.3 : 0.1)) break;
  }
  return [x, y, 1.5];
}

/** Scales colours to a mean of one half and clamps them to 0..1. */
function balance(colors: Float32Array): void {
  let sum = 0;
  for (const value of colors) sum += Math.min(1, value);
  const gain = sum > 0 ? 0.5 * colors.length / sum : 1;
  for (let i = 0; i < colors.length; i++) colors[i] = Math.min(1, Math.max(0, colors[i]! * gain));
}

/** Puts a fraction of the points anywhere in the room's box, without a class. */
function scatterOutliers(
  room: Room,
  measured: Measurement,
  fraction: number,
  random: Random,
): void {
  for (const point of random.sample(measured.count, Math.round(fraction * measured.count))) {
    measured.positions.set([
      random.range(-room.halfX, room.halfX),
      random.range(-room.halfY, room.halfY),
      random.range(0, room.height),
    ], point * 3);
    measured.labels[point] = IGNORE_LABEL;
  }
}

/** Half of the time no colour at all (the same grey everywhere), else turned channels, wrong gamma and gain. */
function spoilColours(colors: Float32Array, random: Random): void {
  if (random.chance(0.5)) {
    colors.fill(0.5);
    return;
  }
  const gamma = random.range(1.5, 2.5), gain = random.range(0.5, 0.9);
  for (let i = 0; i < colors.length; i += 3) {
    const rgb = [colors[i]!, colors[i + 1]!, colors[i + 2]!];
    for (let c = 0; c < 3; c++) colors[i + c] = gain * Math.pow(rgb[(c + 1) % 3]!, gamma);
  }
}

function emptyMeasurement(count: number): Measurement {
  return {
    count,
    positions: new Float32Array(3 * count),
    colors: new Float32Array(3 * count),
    labels: new Int32Array(count),
  };
}
