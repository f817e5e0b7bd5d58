/**
 * Finds cameras that are unlikely to be right, on the CPU and before anything costly begins: those that see next to
 * nothing of the scan, those whose photographs would fit the points far better if their poses were meant in another way,
 * and photographs that fit each other's cameras.
 *
 * @module
 */
import { type Camera, inverseRigid, type Photo, type Scan, type Warning } from "../scan/mod.ts";
import {
  fitEvidence,
  mean,
  type PhotographFit,
  photographFit,
  type PoseEvidence,
  poseEvidence,
  type Sight,
  sightOf,
} from "./pose_evidence.ts";

/** Most views whose poses are tried in other meanings; they lie at equal distances in their order. */
const TRIED = 8;
/**
 * By how much another meaning of the poses has to be better. Validation scenes of both worlds chose it: none with true
 * cameras reaches it (`fixtures/cameras/find_faults.ts`). Rotated worlds were tried later, and lead true cameras by 3 at most.
 */
const LEAD = 8;
/** By how much a photograph has to fit another camera better; chosen in the same way. */
const PHOTOGRAPH_LEAD = 7;
/** A translation in another unit is likely only where it would fill the pictures so many times more. */
const FULLER_TIMES = 3;
/** It is told by the share of the points that a camera sees where that would be so many times as much. */
const TIMES = 3;
/** Cameras so many times the scan's size away are in other coordinates. */
const FAR = 20;

/** A scan with its views: `photos[i]` was taken by `cameras[i]`, if there are photographs. */
interface DoubtfulViews {
  scan: Pick<Scan, "positions" | "origin" | "colors">;
  cameras: readonly Camera[];
  photos: readonly Photo[];
}

/** What is likely to be wrong with cameras. */
export interface CameraFault {
  /** What is wrong, without a closing period. */
  problem: string;
  /** What the client can do about it. */
  mend: string;
}

/** Another meaning of a pose. */
interface PoseMeaning {
  /** What it does to a pose. */
  change: (pose: Float64Array) => Float64Array;
  /** With what the poses would fit, and what they seem to be. */
  means: string;
  /** What to do if that is right. */
  mend: string;
  /** Whether it is about the unit of translations only. */
  isUnit?: true;
  /**
   * Whether it is about the axes of the world. There are so many ways to rotate it that one of them fills the pictures of
   * cameras that look aside, and one has those upright that were held askew: photographs alone speak for them.
   */
  isRotation?: true;
}

const MEANINGS: readonly PoseMeaning[] = [
  {
    change: inverseRigid,
    means: "with inverted poses: camera to world and world to camera seem to be swapped",
    mend:
      "send their inverses; worldToCamera in cameras.json goes from the scan's coordinates to the camera's",
  },
  {
    change: flipped,
    means: "with y and z of the cameras negated: their axes seem to be those of OpenGL",
    mend: "negate the second and the third row of the poses from world to camera",
  },
  {
    change: (pose) => flipped(inverseRigid(pose)),
    means:
      "with inverted poses and y and z of the cameras negated: they seem to go from cameras with the axes of " +
      "OpenGL to the world",
    mend:
      "send them as transforms.json of nerfstudio, which has such poses, or invert them, and negate the second and " +
      "the third row of what results",
  },
  {
    change: (pose) => moved(pose, 1e-3),
    means:
      "with translations of a thousandth: they seem to be in millimetres, and the scan in metres",
    mend: "give the translations of the poses in the unit of the scan",
    isUnit: true,
  },
  {
    change: (pose) => moved(pose, 1e3),
    means:
      "with translations a thousandfold: they seem to be in metres, and the scan in millimetres",
    mend: "give the translations of the poses in the unit of the scan",
    isUnit: true,
  },
  ...rotatedWorlds(),
];

/**
 * The other 23 ways in which the axes of the poses' world may lie in the scan's: programs permute them, such as
 * nerfstudio's ns-process-data polycam, or make z up of y up.
 */
function rotatedWorlds(): PoseMeaning[] {
  const signed = [0, 1, 2].flatMap((axis) => [1, -1].map((sign) => ({ axis, sign })));
  const worlds = signed.flatMap((x) => signed.map((y) => [x, y] as const))
    .filter(([x, y]) =>
      x.axis !== y.axis && (x.axis !== 0 || x.sign < 0 || y.axis !== 1 || y.sign < 0)
    )
    // The third axis makes a rotation of the two.
    .map(([x, y]) => {
      const isCyclic = (x.axis + 1) % 3 === y.axis;
      return [x, y, { axis: 3 - x.axis - y.axis, sign: x.sign * y.sign * (isCyclic ? 1 : -1) }];
    });
  return worlds.map((axes) => {
    const [x, y, z] = axes.map(({ axis, sign }) => `${sign < 0 ? "-" : ""}${"xyz"[axis]}`);
    return {
      change: (pose) => rotated(pose, axes),
      means:
        `with x, y and z of their world taken as ${x}, ${y} and ${z} of the scan: its axes seem to be others than the scan's`,
      mend:
        `rotate the world of the poses: what is x, y and z there is ${x}, ${y} and ${z} in the scan's coordinates`,
      isRotation: true,
    };
  });
}

/** What is doubtful about the views of a scan, without regard to what hides what. */
export function cameraWarnings(views: DoubtfulViews): Warning[] {
  const { scan, cameras } = views;
  const blind = cameras.filter((camera) => sightOf(scan, camera).share === 0)
    .map(({ file }) => file);
  const tried = triedOf(views);
  const fault = likelyFault(views, tried);
  const texts = fault === null
    ? mixedUpPhotographs(tried)
    : [`${sentence(fault.problem)} ${sentence(fault.mend)}`];
  if (blind.length > 0 && blind.length < cameras.length) {
    texts.push(
      `Cameras see no point of the scan, or hardly any: ${some(blind)}. ` +
        "Their photographs were of no use; check their poses.",
    );
  }
  return texts.map((text) => ({ code: "cameras", text, field: "cameras" }));
}

/** The likely reason that cameras see little or nothing; null where none is known. */
export function likelyCameraFault(views: DoubtfulViews): CameraFault | null {
  if (views.cameras.length === 0) return null;
  return likelyFault(views, triedOf(views));
}

/** The views that are tried in other meanings, and what they see as they are. */
interface TriedViews {
  scan: DoubtfulViews["scan"];
  cameras: readonly Camera[];
  photos: readonly (Photo | undefined)[];
  sights: readonly Sight[];
}

function triedOf({ scan, cameras, photos }: DoubtfulViews): TriedViews {
  const count = Math.min(cameras.length, TRIED);
  const views = Array.from(
    { length: count },
    (_, i) => Math.floor((i + 0.5) * cameras.length / count),
  );
  return {
    scan,
    cameras: views.map((view) => cameras[view]!),
    photos: views.map((view) => photos[view]),
    sights: views.map((view) => sightOf(scan, cameras[view]!)),
  };
}

function likelyFault(
  views: DoubtfulViews,
  { scan, cameras, photos, sights }: TriedViews,
): CameraFault | null {
  const evidenceOf = (seen: readonly Sight[]) =>
    poseEvidence(seen, seen.flatMap((sight, i) => fitOf(sight, photos[i], cameras[i]!, scan)));
  const own = evidenceOf(sights);
  const filled = mean(sights.map((sight) => sight.filled));
  const [best] = MEANINGS.map((meaning) => {
    const seen = cameras.map((camera) =>
      sightOf(scan, { ...camera, worldToCamera: meaning.change(camera.worldToCamera) })
    );
    const isRuledOut = meaning.isUnit &&
      mean(seen.map((sight) => sight.filled)) < FULLER_TIMES * filled;
    return { meaning, seen, lead: isRuledOut ? -Infinity : leadOf(evidenceOf(seen), own, meaning) };
  }).toSorted((a, b) => b.lead - a.lead);
  if (best && best.lead >= LEAD) {
    return { problem: problemOf(best.meaning, sights, best.seen), mend: best.meaning.mend };
  }
  const times = sights.every(({ share }) => share === 0) ? distance(views) : 0;
  if (!(times > FAR)) return null;
  return {
    problem: `the cameras stand ${Math.round(times)} times the scan's size away from it`,
    mend: "give their poses in the coordinates and the unit of the scan",
  };
}

/** By how much more speaks for poses in another meaning than as they are. */
function leadOf(other: PoseEvidence, own: PoseEvidence, { isRotation }: PoseMeaning): number {
  const most = isRotation ? 0 : Infinity;
  return other.pictures - own.pictures + Math.min(other.upright - own.upright, most) +
    Math.min(other.fullness - own.fullness, most);
}

/** Says what speaks for another meaning in numbers where few words do. */
function problemOf(
  { means }: PoseMeaning,
  sights: readonly Sight[],
  others: readonly Sight[],
): string {
  const [own, other] = [sights, others].map((seen) => mean(seen.map(({ share }) => share)));
  return other! >= TIMES * own!
    ? `a camera sees ${percent(own!)} of the points in the mean, and would see ${
      percent(other!)
    } ${means}`
    : `the points would fit the photographs far better ${means}`;
}

/** How a photograph fits what a camera sees; nothing where it is missing or of another size. */
function fitOf(
  sight: Sight,
  photo: Photo | undefined,
  { width, height }: Camera,
  { colors }: DoubtfulViews["scan"],
): PhotographFit[] {
  if (photo?.width !== width || photo.height !== height) return [];
  return [photographFit(sight, photo, colors)];
}

/** Names photographs that fit the camera of another one far better than either fits its own. */
function mixedUpPhotographs({ scan, cameras, photos, sights }: TriedViews): string[] {
  const evidence = photos.map((photo) =>
    sights.map((sight, i) => {
      const fits = fitOf(sight, photo, cameras[i]!, scan);
      return fits.length > 0 ? fitEvidence(fits) : -Infinity;
    })
  );
  const pairs = cameras.flatMap(({ file }, i) => {
    const own = evidence[i]![i]!;
    const leads = cameras.map((_, j) => evidence[i]![j]! - Math.max(own, evidence[j]![j]!));
    const best = Math.max(...leads);
    if (!(own > -Infinity && best >= PHOTOGRAPH_LEAD)) return [];
    return [`${file} (that of ${cameras[leads.indexOf(best)]!.file})`];
  });
  return pairs.length === 0 ? [] : [
    `Photographs would fit another camera far better than their own: ${some(pairs)}. ` +
    "Check which photograph each camera names.",
  ];
}

/** The distance of the nearest camera from the scan's middle, in sizes of the scan. */
function distance({ scan: { positions, origin }, cameras }: DoubtfulViews): number {
  const axes = [0, 1, 2].map((axis) => {
    let [least, most] = [Infinity, -Infinity];
    for (let at = axis; at < positions.length; at += 3) {
      least = Math.min(least, positions[at]!);
      most = Math.max(most, positions[at]!);
    }
    return { least, most };
  });
  const size = Math.hypot(...axes.map(({ least, most }) => most - least));
  const away = cameras.map(({ worldToCamera }) => {
    const world = inverseRigid(worldToCamera);
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

/** A pose from the scan's coordinates, where that of the file is from a world with these axes of the scan. */
function rotated(
  pose: Float64Array,
  axes: readonly { axis: number; sign: number }[],
): Float64Array {
  const out = pose.slice();
  for (let row = 0; row < 12; row += 4) {
    for (const [from, { axis, sign }] of axes.entries()) out[row + axis] = sign * pose[row + from]!;
  }
  return out;
}

/** A pose whose translation is so many times as long. */
function moved(pose: Float64Array, times: number): Float64Array {
  return pose.map((value, i) => i % 4 === 3 && i < 12 ? value * times : value);
}

/** The first of some names, and how many others there are. */
function some(names: readonly string[]): string {
  const others = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `${names.slice(0, 3).join(", ")}${others}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
