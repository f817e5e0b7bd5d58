/**
 * The sensors that scan a room: a depth camera, whose points are pixels of the photographs, and a terrestrial laser
 * scanner, which scans all around from its own stations. Outliers and faults of colour are added afterwards.
 *
 * @module
 */
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { PART_CLASS } from "./classes.ts";
import type { DepthCamera, RoomDomain, TerrestrialScanner } from "./domains.ts";
import type { Vector3 } from "../frame.ts";
import { eyeOf, type LabelledView } from "../photographs.ts";
import type { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import { meet, surfacePoint } from "../shading.ts";
import { drawLight, shade } from "./lamplight.ts";
import type { Room } from "./room.ts";

/** What a sensor measured. */
export interface RoomMeasurement {
  /** Number of points. */
  count: number;
  /** f32 [3 * count]: x, y, z in metres, world axes. */
  positions: Float32Array;
  /** f32 [3 * count]: RGB, 0 to 1. */
  colors: Float32Array;
  /** i32 [count]: class (0 to 12) of each point, 255 for an outlier. */
  labels: Int32Array;
  /** i32 [count]: object of each point, from 1; 0 for the shell and for outliers. */
  objects: Int32Array;
}

/** Scans a room with the sensor of a domain. A depth camera takes its points from the views. */
export async function scanRoom(
  cast: CastRays,
  room: Room,
  views: readonly LabelledView[],
  domain: RoomDomain,
  random: Random,
): Promise<RoomMeasurement> {
  const { scanner } = domain;
  const measured = scanner.kind === "depth"
    ? depthPoints(views, scanner, domain.noise, random)
    : await terrestrialPoints(cast, room, scanner, domain.noise, random);
  if (domain.outliers > 0) scatterOutliers(room, measured, domain.outliers, random);
  if (domain.colourFault) spoilColours(measured.colors, random);
  // Sensors give colours in eight bits, and so does the file: rounding makes the scan equal its file.
  const { colors } = measured;
  for (let i = 0; i < colors.length; i++) colors[i] = Math.round(colors[i]! * 255) / 255;
  return measured;
}

/** Standard deviation of a range, metres. */
function sigma(noise: RoomDomain["noise"], distance: number): number {
  return noise.base + noise.growth * distance * distance;
}

/** Takes random pixels of all views that the sensor can measure; noise moves a point along its ray. */
function depthPoints(
  views: readonly LabelledView[],
  scanner: DepthCamera,
  noise: RoomDomain["noise"],
  random: Random,
): RoomMeasurement {
  const measurable: number[] = [];
  const starts: number[] = [];
  let total = 0;
  for (const { camera, depth, facing } of views) {
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
    const { camera, depth, photo, parts, objects } = views[view]!;
    const pixel = global - starts[view]!;
    const z = depth[pixel]!;
    const noisy = z + sigma(noise, z) * random.normal();
    const a = (pixel % camera.width - camera.cx) / camera.fx * noisy;
    const b = (Math.floor(pixel / camera.width) - camera.cy) / camera.fy * noisy;
    const eye = eyeOf(camera);
    const m = camera.worldToCamera;
    for (let i = 0; i < 3; i++) {
      measured.positions[point * 3 + i] = eye[i]! + a * m[i]! + b * m[4 + i]! + noisy * m[8 + i]!;
      measured.colors[point * 3 + i] = photo.pixels[pixel * 3 + i]! / 255;
    }
    measured.labels[point] = PART_CLASS[parts[pixel]!]!;
    measured.objects[point] = objects[pixel]!;
  });
  return measured;
}

/** Takes a point wherever a ray of a station meets something. */
async function terrestrialPoints(
  cast: CastRays,
  room: Room,
  scanner: TerrestrialScanner,
  noise: RoomDomain["noise"],
  random: Random,
): Promise<RoomMeasurement> {
  const perStation = scanner.azimuths * scanner.elevations;
  const count = scanner.stations * perStation;
  const words = new Float32Array(count * 8);
  for (let station = 0; station < scanner.stations; station++) {
    const eye = placeStation(room, random);
    const first = random.range(0, 2 * Math.PI);
    for (let ray = 0; ray < perStation; ray++) {
      const azimuth = first + 2 * Math.PI * (ray % scanner.azimuths) / scanner.azimuths;
      // From 60 degrees below the horizon, clear of the tripod, almost to the zenith.
      const row = (Math.floor(ray / scanner.azimuths) + 0.5) / scanner.elevations;
      const elevation = (-60 + 145 * row) * Math.PI / 180;
      const at = (station * perStation + ray) * 8;
      words.set(eye, at);
      words[at + 4] = Math.cos(elevation) * Math.cos(azimuth);
      words[at + 5] = Math.cos(elevation) * Math.sin(azimuth);
      words[at + 6] = Math.sin(elevation);
    }
  }
  const rays = { count, words };
  const hits = await cast(room, rays);
  const light = drawLight(random);
  const found: number[] = [];
  hits.primitive.forEach((primitive, ray) => {
    if (primitive >= 0) found.push(ray);
  });
  const measured = emptyMeasurement(found.length);
  const { positions, colors, labels, objects } = measured;
  const surface = surfacePoint();
  found.forEach((ray, point) => {
    const w = ray * 8, to = point * 3;
    const eye: Vector3 = [words[w]!, words[w + 1]!, words[w + 2]!];
    meet(surface, eye, rays, hits, ray);
    shade(room, light, surface, eye, colors, to);
    const t = hits.surface[ray * 4 + 3]!;
    const noisy = t + sigma(noise, t) * random.normal();
    for (let i = 0; i < 3; i++) positions[to + i] = eye[i]! + noisy * words[w + 4 + i]!;
    labels[point] = room.classes[surface.primitive]!;
    objects[point] = room.objects[surface.primitive]!;
  });
  balance(colors);
  return measured;
}

/** Finds free floor near the middle; the scanner stands 1.5 m above it. */
function placeStation(room: Room, random: Random): [number, number, number] {
  let x = 0, y = 0;
  for (let attempt = 0; attempt < 60; attempt++) {
    x = random.range(-0.7, 0.7) * room.halfX;
    y = random.range(-0.7, 0.7) * room.halfY;
    if (room.isFree(x, y, attempt < 30 ? 0.3 : 0.1)) break;
  }
  return [x, y, 1.5];
}

/** Scales colours to a mean of one half and clamps them to 0 to 1. */
function balance(colors: Float32Array): void {
  let sum = 0;
  for (const value of colors) sum += Math.min(1, value);
  const gain = sum > 0 ? 0.5 * colors.length / sum : 1;
  for (let i = 0; i < colors.length; i++) colors[i] = Math.min(1, Math.max(0, colors[i]! * gain));
}

/** Moves a share of the points to anywhere in the room and takes their class away. */
function scatterOutliers(
  room: Room,
  measured: RoomMeasurement,
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
    measured.objects[point] = 0;
  }
}

/** Makes all colours the same grey half of the time; otherwise permutes the channels, with wrong gamma and gain. */
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

function emptyMeasurement(count: number): RoomMeasurement {
  return {
    count,
    positions: new Float32Array(3 * count),
    colors: new Float32Array(3 * count),
    labels: new Int32Array(count),
    objects: new Int32Array(count),
  };
}
