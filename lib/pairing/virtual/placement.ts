/**
 * Cameras for a scan that brought none, told from its points alone. z is up.
 *
 * - Candidates stand at eye height on free ground and look around, level and a bit down; under a ceiling also up.
 *   Where most places have nothing above them, or there are none, further candidates look down obliquely from
 *   around the whole scan and around each ninth of it. A covered scan gets none of these: from outside they
 *   would see the backs of its walls.
 * - A view of a surface is worth min(1, `footprint` / what a pixel of it covers): a point seen too coarsely to
 *   tell what it is counts for less. The next camera is the one that adds most worth over all points so far.
 *   It ends when a camera adds less than one percent of the points.
 *
 * Coverage is measured on one point a cell, with a depth buffer as coarse as these are sparse. That is cheap, and
 * wrong at edges: it chooses cameras, it does not say what they see. Further weaknesses: what `stations.ts` says of
 * ground; a cave or a bridge is a ceiling; a scan whose z is not up, or not in metres, gets odd cameras.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import { localPose, projectReference } from "../projection.ts";
import { meanFocal, SLANT } from "../visibility.ts";
import type { Cells } from "./cells.ts";
import { stationsOf } from "./stations.ts";

/** Settings of {@link placeCameras}. */
export interface PlacementOptions {
  /** Most cameras. */
  count: number;
  lens: CameraOptics;
  /** Metres: a pixel that covers no more than this sees well. */
  footprint: number;
}

/** Most places to stand that are tried. */
const STATIONS = 36;
/** Directions that are tried from each, and around each oblique target. */
const HEADINGS = 8;
/** Pitches from a station, radians; the last one only under a ceiling. */
const PITCHES = [-0.4, -0.1, 0.2];
/** Pitches of oblique views. */
const OBLIQUE = [-0.6, -1];
/** Points that coverage is measured on. */
const SAMPLES = 4096;
/** Samples to a cell of the coarse depth buffer, if half of them are inside. */
const SAMPLES_PER_CELL = 4;
/** Nearer than this nobody would take a picture, metres. */
const NEAREST = 0.3;
/** Least part of the samples that a further camera has to add. */
const LEAST_GAIN = 0.01;

/**
 * Chooses cameras. The same points give the same cameras.
 *
 * @param positions f32 [3 * points], metres, less `origin`.
 * @param cells the same points in cells.
 * @param origin what was taken off; the cameras' poses are for whole coordinates.
 */
export function placeCameras(
  positions: Float32Array,
  cells: Cells,
  origin: readonly [number, number, number],
  { count, lens, footprint }: PlacementOptions,
): Camera[] {
  const samples = samplesOf(positions, cells);
  const worth = candidatesOf(cells, lens).map((pose) => ({
    pose,
    of: worthOf(cameraAt("", pose.eye, pose.heading, pose.pitch, lens), samples, footprint),
  }));
  const best = new Float32Array(samples.length / 3);
  const chosen: Pose[] = [];
  while (chosen.length < count) {
    let most = LEAST_GAIN * best.length, next: typeof worth[number] | null = null;
    for (const candidate of worth) {
      let gain = 0;
      for (let i = 0; i < best.length; i++) gain += Math.max(0, candidate.of[i]! - best[i]!);
      if (gain > most) (most = gain), (next = candidate);
    }
    if (!next) break;
    chosen.push(next.pose);
    for (let i = 0; i < best.length; i++) best[i] = Math.max(best[i]!, next.of[i]!);
  }
  return chosen.map(({ eye, heading, pitch }, i) => {
    const whole = eye.map((x, axis) => x + origin[axis]!) as [number, number, number];
    return cameraAt(`virtual${i}.png`, whole, heading, pitch, lens);
  });
}

/** Where a camera may stand, metres less the origin, and where it looks, radians. */
interface Pose {
  eye: [number, number, number];
  heading: number;
  pitch: number;
}

function candidatesOf(cells: Cells, lens: CameraOptics): Pose[] {
  const stations = stationsOf(cells, STATIONS);
  const covered = stations.filter((station) => station.covered).length;
  const isInside = stations.length > 0 && 2 * covered > stations.length;
  const pitches = isInside ? PITCHES : PITCHES.slice(0, -1);
  const standing = stations.flatMap(({ eye }) =>
    around().flatMap((heading) => pitches.map((pitch) => ({ eye, heading, pitch })))
  );
  return isInside ? standing : [...standing, ...obliquePoses(cells, lens)];
}

function around(): number[] {
  return Array.from({ length: HEADINGS }, (_, i) => 2 * Math.PI * i / HEADINGS);
}

/** Looks at the middle of the scan and of each ninth, from so far that a sphere around the part fits. */
function obliquePoses({ low, size, edge }: Cells, lens: CameraOptics): Pose[] {
  const middle = low.map((from, axis) => from + size[axis]! * edge / 2) as Pose["eye"];
  const narrow = Math.atan(
    Math.tan(lens.fieldOfView / 2) * Math.min(1, lens.height / lens.width),
  );
  const targets = [{ middle, parts: 1 }];
  for (let part = 0; part < 9; part++) {
    const [x, y, z] = middle;
    const dx = (part % 3 - 1) * size[0] * edge / 3,
      dy = (Math.floor(part / 3) - 1) * size[1] * edge / 3;
    targets.push({ middle: [x + dx, y + dy, z], parts: 3 });
  }
  return targets.flatMap(({ middle, parts }) => {
    const radius = edge / 2 * Math.hypot(size[0] / parts, size[1] / parts, size[2]);
    const distance = radius / Math.sin(narrow);
    return around().flatMap((heading) =>
      OBLIQUE.map((pitch) => {
        const level = distance * Math.cos(pitch);
        const eye: Pose["eye"] = [
          middle[0] - level * Math.cos(heading),
          middle[1] - level * Math.sin(heading),
          middle[2] - distance * Math.sin(pitch),
        ];
        return { eye, heading, pitch };
      })
    );
  });
}

/** One point a cell, every k-th cell where there are many: surfaces count, not how densely they were scanned. */
function samplesOf(positions: Float32Array, { first }: Cells): Float32Array {
  const points = [...first.values()];
  const stride = Math.ceil(points.length / SAMPLES);
  const kept = points.filter((_, i) => i % stride === 0);
  return Float32Array.from(kept.flatMap((i) => [...positions.subarray(3 * i, 3 * i + 3)]));
}

/** What a view is worth to each sample: 0 where it does not see it, up to 1. */
function worthOf(camera: Camera, samples: Float32Array, footprint: number): Float32Array {
  const count = samples.length / 3;
  const pose = localPose(camera, [0, 0, 0]);
  const pixels = Math.max(
    1,
    Math.sqrt(camera.width * camera.height * SAMPLES_PER_CELL * 2 / count),
  );
  const columns = Math.ceil(camera.width / pixels);
  const nearest = new Float64Array(columns * Math.ceil(camera.height / pixels)).fill(Infinity);
  const cell = new Int32Array(count).fill(-1);
  const depth = new Float64Array(count);
  const point = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) point[axis] = samples[3 * i + axis]!;
    const { u, v, z, inside } = projectReference(camera, pose, point);
    if (!inside) continue;
    const at = Math.floor((v + 0.5) / pixels) * columns + Math.floor((u + 0.5) / pixels);
    (cell[i] = at), (depth[i] = z);
    if (z < nearest[at]!) nearest[at] = z;
  }
  const focal = meanFocal(camera);
  return Float32Array.from(depth, (z, i) => {
    if (cell[i]! < 0 || z < NEAREST) return 0;
    // What a slanted surface rises within a cell does not hide itself.
    if (z > nearest[cell[i]!]! + SLANT * pixels * z / focal) return 0;
    return Math.min(1, footprint * focal / z);
  });
}
