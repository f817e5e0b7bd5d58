/**
 * Finds cameras that are unlikely to be right, on the CPU and before anything costly begins: those that see next to
 * nothing of the scan, and would see far more if their poses were meant in another way.
 *
 * @module
 */
import { type Camera, inverseRigid, type Scan, type Warning } from "../scan/mod.ts";
import { localPose } from "./projection.ts";

/** Points that are projected; they lie at equal distances in the order of the scan. */
const SAMPLE = 4096;
/** Another meaning of the poses is likelier where its cameras see so many times as much. */
const TIMES = 3;
/** It also has to see this share of the points, by the mean camera. */
const LEAST = 0.05;
/** Cameras so many times the scan's size away are in other coordinates. */
const FAR = 20;

/** Positions of points, and the cameras of their photographs. */
type Views = { scan: Pick<Scan, "positions" | "origin">; cameras: readonly Camera[] };

/** What is likely to be wrong with cameras. */
export interface CameraFault {
  /** What is wrong, without a closing period. */
  problem: string;
  /** What the client can do about it. */
  mend: string;
}

/** Other meanings of a pose, in what they do to it, and what to do if one is right. */
const MEANINGS: readonly (CameraFault & { change: (pose: Float64Array) => Float64Array })[] = [
  {
    change: inverseRigid,
    problem: "with inverted poses: they seem to go from camera to world",
    mend: "send their inverses",
  },
  {
    change: flipped,
    problem: "with y and z of the cameras negated: their axes seem to be those of OpenGL",
    mend: "negate the second and the third row of the poses",
  },
  {
    change: (pose) => flipped(inverseRigid(pose)),
    problem:
      "with inverted poses and y and z of the cameras negated: they seem to go from cameras with the axes of " +
      "OpenGL to the world",
    mend: "invert the poses, and negate the second and the third row of what results",
  },
];

/** What is doubtful about the cameras of a scan, without regard to what hides what. */
export function cameraWarnings(views: Views): Warning[] {
  const { cameras } = views;
  const sample = sampleOf(views.scan.positions);
  const shares = sharesOf(views, sample);
  const blind = cameras.filter((_, view) => shares[view] === 0).map(({ file }) => file);
  const fault = likelyFault(views, sample, shares);
  const texts = fault === null ? [] : [`${sentence(fault.problem)} ${sentence(fault.mend)}`];
  if (blind.length > 0 && blind.length < cameras.length) {
    const others = blind.length > 3 ? ` and ${blind.length - 3} more` : "";
    texts.push(
      `Cameras see no point of the scan, or hardly any: ${
        blind.slice(0, 3).join(", ")
      }${others}. ` +
        "Their photographs were of no use; check their poses.",
    );
  }
  return texts.map((text) => ({ code: "cameras", text, field: "cameras" }));
}

/** The likely reason that cameras see little or nothing; null where none is known. */
export function likelyCameraFault(views: Views): CameraFault | null {
  if (views.cameras.length === 0) return null;
  const sample = sampleOf(views.scan.positions);
  return likelyFault(views, sample, sharesOf(views, sample));
}

function likelyFault(
  views: Views,
  sample: readonly number[],
  shares: readonly number[],
): CameraFault | null {
  const own = mean(shares);
  // From far away the whole scan is a point that any camera may have in its picture by chance.
  const others = MEANINGS.filter(({ change }) => distance(views, sample, change) <= FAR)
    .map((meaning) => ({ ...meaning, share: mean(sharesOf(views, sample, meaning.change)) }));
  const [best] = others.toSorted((a, b) => b.share - a.share);
  if (best && best.share >= LEAST && best.share >= TIMES * own) {
    return {
      problem: `a camera sees ${percent(own)} of the points in the mean, and would see ${
        percent(best.share)
      } ${best.problem}`,
      mend: best.mend,
    };
  }
  const times = own > 0 ? 0 : distance(views, sample);
  if (!(times > FAR)) return null;
  return {
    problem: `the cameras stand ${Math.round(times)} times the scan's size away from it`,
    mend: "give their poses in the coordinates and the unit of the scan",
  };
}

/** The share of the points that each camera has in its picture. */
function sharesOf(
  { scan: { positions, origin }, cameras }: Views,
  sample: readonly number[],
  change: (pose: Float64Array) => Float64Array = (pose) => pose,
): number[] {
  return cameras.map((camera) => {
    const { fx, fy, cx, cy, width, height } = camera;
    const world = change(camera.worldToCamera);
    const pose = localPose({ ...camera, worldToCamera: world }, origin);
    let inside = 0;
    for (const at of sample) {
      const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
      const depth = pose[8]! * x + pose[9]! * y + pose[10]! * z + pose[11]!;
      if (!(depth > 0)) continue;
      const u = fx * (pose[0]! * x + pose[1]! * y + pose[2]! * z + pose[3]!) / depth + cx;
      const v = fy * (pose[4]! * x + pose[5]! * y + pose[6]! * z + pose[7]!) / depth + cy;
      if (u >= -0.5 && v >= -0.5 && u < width - 0.5 && v < height - 0.5) inside++;
    }
    return inside / sample.length;
  });
}

/** Places of points in the array of positions; the last ones of the scan are as likely as the first. */
function sampleOf(positions: Float32Array): number[] {
  const points = positions.length / 3;
  const count = Math.min(points, SAMPLE);
  return Array.from({ length: count }, (_, i) => 3 * Math.floor((i + 0.5) * points / count))
    .filter((at) => Number.isFinite(positions[at]! + positions[at + 1]! + positions[at + 2]!));
}

/** The distance of the nearest camera from the scan's middle, in sizes of the scan. */
function distance(
  { scan: { positions, origin }, cameras }: Views,
  sample: readonly number[],
  change: (pose: Float64Array) => Float64Array = (pose) => pose,
): number {
  const axes = [0, 1, 2].map((axis) => {
    const values = sample.map((at) => positions[at + axis]!);
    return {
      least: values.reduce((a, b) => Math.min(a, b), Infinity),
      most: values.reduce((a, b) => Math.max(a, b), -Infinity),
    };
  });
  const size = Math.hypot(...axes.map(({ least, most }) => most - least));
  const away = cameras.map(({ worldToCamera }) => {
    const world = inverseRigid(change(worldToCamera));
    return Math.hypot(
      ...axes.map(({ least, most }, axis) =>
        world[4 * axis + 3]! - origin[axis]! - (least + most) / 2
      ),
    );
  });
  return Math.min(...away) / size;
}

/** A pose whose camera has y and z the other way round. */
function flipped(pose: Float64Array): Float64Array {
  return pose.map((value, i) => i >= 4 && i < 12 ? -value : value);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
