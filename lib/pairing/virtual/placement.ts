/**
 * Places cameras in a scan that came without photographs, from its points alone. z is up.
 *
 * - Candidates stand at eye height on free ground and look around, level and slightly down; under a ceiling also up.
 *   Where most stations have nothing above them, or there are no stations, further candidates look down obliquely from
 *   around the whole scan and around each ninth of it. A covered scan gets none of these, since from outside they would
 *   see the backs of its walls.
 * - The worth of a view of a surface is min(1, `pixelSize` / size of a pixel on it): points that are seen too coarsely
 *   to be recognised count less. The next camera is the one that adds the most worth over all points. Placement ends
 *   when a camera adds less than one percent of the points.
 *
 * Coverage is measured on one point per cell, with a depth buffer of matching coarseness. That is cheap, and wrong at
 * edges: it only serves to choose cameras. Further weaknesses: those of the ground in `stations.ts`; a cave or a bridge
 * counts as a ceiling; a scan whose z is not up, or that is not in metres, gets unsuitable cameras.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import { localPose, projectReference } from "../projection.ts";
import { meanFocal, SLANT } from "../visibility.ts";
import type { CellGrid } from "./cells.ts";
import { stationsOf } from "./stations.ts";

/** Settings of {@link placeCameras}. */
export interface PlacementOptions {
  /** Most cameras. */
  count: number;
  /** Optics of every camera. */
  optics: CameraOptics;
  /** Edge of the largest area that a pixel may cover without loss of worth, metres. */
  pixelSize: number;
}

/** Most stations that are tried. */
const STATIONS = 36;
/** Headings that are tried from each station, and around each oblique target. */
const HEADINGS = 8;
/** Pitches from a station, radians; the last one only under a ceiling. */
const PITCHES = [-0.4, -0.1, 0.2];
/** Pitches of oblique views, radians. */
const OBLIQUE = [-0.6, -1];
/** Most points that coverage is measured on. */
const SAMPLES = 4096;
/** Samples per cell of the coarse depth buffer if half of them are inside the image. */
const SAMPLES_PER_CELL = 4;
/** Least distance of a point that counts, metres. */
const NEAREST = 0.3;
/** Least fraction of the samples that a further camera has to add. */
const LEAST_GAIN = 0.01;

/**
 * Chooses cameras. The same points give the same cameras.
 *
 * @param positions f32 [3 * points], metres, minus `origin`
 * @param cells the same points in cells
 * @param origin subtracted from the positions; the poses of the cameras are for coordinates without it subtracted
 */
export function placeCameras(
  positions: Float32Array,
  cells: CellGrid,
  origin: readonly [number, number, number],
  { count, optics, pixelSize }: PlacementOptions,
): Camera[] {
  const samples = samplesOf(positions, cells);
  const candidates = candidatesOf(cells, optics).map((pose) => ({
    pose,
    worth: worthOf(cameraAt("", pose.eye, pose.heading, pose.pitch, optics), samples, pixelSize),
  }));
  const best = new Float32Array(samples.length / 3);
  const chosen: CameraPose[] = [];
  while (chosen.length < count) {
    let most = LEAST_GAIN * best.length, next: typeof candidates[number] | null = null;
    for (const candidate of candidates) {
      let gain = 0;
      for (let i = 0; i < best.length; i++) gain += Math.max(0, candidate.worth[i]! - best[i]!);
      if (gain > most) (most = gain), (next = candidate);
    }
    if (!next) break;
    chosen.push(next.pose);
    for (let i = 0; i < best.length; i++) best[i] = Math.max(best[i]!, next.worth[i]!);
  }
  return chosen.map(({ eye, heading, pitch }, i) => {
    const whole = eye.map((x, axis) => x + origin[axis]!) as [number, number, number];
    return cameraAt(`virtual${i}.png`, whole, heading, pitch, optics);
  });
}

/** Position of a camera, metres minus the origin, and its direction, radians. */
interface CameraPose {
  eye: [number, number, number];
  heading: number;
  pitch: number;
}

function candidatesOf(cells: CellGrid, optics: CameraOptics): CameraPose[] {
  const stations = stationsOf(cells, STATIONS);
  const covered = stations.filter((station) => station.covered).length;
  const isInside = stations.length > 0 && 2 * covered > stations.length;
  const pitches = isInside ? PITCHES : PITCHES.slice(0, -1);
  const standing = stations.flatMap(({ eye }) =>
    around().flatMap((heading) => pitches.map((pitch) => ({ eye, heading, pitch })))
  );
  return isInside ? standing : [...standing, ...obliquePoses(cells, optics)];
}

function around(): number[] {
  return Array.from({ length: HEADINGS }, (_, i) => 2 * Math.PI * i / HEADINGS);
}

/** Poses that look at the middle of the scan and of each ninth, from so far that a sphere around it fits into the image. */
function obliquePoses({ low, size, edge }: CellGrid, optics: CameraOptics): CameraPose[] {
  const middle = low.map((from, axis) => from + size[axis]! * edge / 2) as CameraPose["eye"];
  const narrow = Math.atan(
    Math.tan(optics.fieldOfView / 2) * Math.min(1, optics.height / optics.width),
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
        const eye: CameraPose["eye"] = [
          middle[0] - level * Math.cos(heading),
          middle[1] - level * Math.sin(heading),
          middle[2] - distance * Math.sin(pitch),
        ];
        return { eye, heading, pitch };
      })
    );
  });
}

/** One point of each cell, or of every k-th cell where there are many: surfaces count, not the density of their points. */
function samplesOf(positions: Float32Array, { first }: CellGrid): Float32Array {
  const points = [...first.values()];
  const stride = Math.ceil(points.length / SAMPLES);
  const kept = points.filter((_, i) => i % stride === 0);
  return Float32Array.from(kept.flatMap((i) => [...positions.subarray(3 * i, 3 * i + 3)]));
}

/** The worth of a view for each sample: from 0, where it does not see the sample, to 1. */
function worthOf(camera: Camera, samples: Float32Array, pixelSize: number): Float32Array {
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
    // The rise of a slanted surface within a cell does not occlude it.
    if (z > nearest[cell[i]!]! + SLANT * pixels * z / focal) return 0;
    return Math.min(1, pixelSize * focal / z);
  });
}
