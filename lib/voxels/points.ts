/**
 * What a student sees of a scan. Labels, and the file that may hold them, stay behind here: whatever a method
 * does with points, it cannot peek.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { FeatureName } from "../nn/features.ts";
import { type Camera, type Scan, ScanError } from "../scan/mod.ts";
import { estimateNormals, type Viewpoint } from "./normals.ts";

/**
 * Where the points of a scan are and what the sensor says of each. Intensity and normals are null where the
 * student does not read them. In an augmentation, origin and normals are rotated too.
 */
export type Points = Pick<Scan, "positions" | "origin" | "colors" | "intensity" | "normals"> & {
  /**
   * Where centred coordinates and heights begin, metres less the origin: {@link anchorOf} of the whole scan, where
   * these points are a block of it. Left out where they are all there is.
   */
  readonly anchor?: Anchor;
};

/** Middle of a bounding box in x and y, and its lowest z. */
export type Anchor = readonly [x: number, y: number, z: number];

/** Where centred coordinates and heights of a scan begin. */
export function anchorOf({ positions, anchor }: Pick<Points, "positions" | "anchor">): Anchor {
  if (anchor) return anchor;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3]!, positions[i]!);
    high[i % 3] = Math.max(high[i % 3]!, positions[i]!);
  }
  return [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2, low[2]!];
}

/** Some of the points, by their numbers: a block of the whole, or what is left of it. */
export function pickPoints(points: Points, numbers: Uint32Array): Points {
  const pick = (values: Float32Array, width: number) => {
    const picked = new Float32Array(width * numbers.length);
    numbers.forEach((point, i) => {
      for (let k = 0; k < width; k++) picked[width * i + k] = values[width * point + k]!;
    });
    return picked;
  };
  const { positions, origin, colors, intensity, normals } = points;
  return {
    positions: pick(positions, 3),
    origin,
    colors: colors && pick(colors, 3),
    intensity: intensity && pick(intensity, 1),
    normals: normals && pick(normals, 3),
    anchor: anchorOf(points),
  };
}

/** Origins farther from zero than this many metres are of a map, not of a sensor. */
const SENSOR_REACH = 1000;

/**
 * Refuses a scan that lacks what a student reads, before any work is put into it. Colours may be missing
 * (mid-grey stands for them), and so may normals (they are estimated).
 *
 * @throws {ScanError} naming the input and the mend.
 */
export function requireInputs(
  { name: file, intensity, origin }: Scan,
  { id, features }: Pick<StudentCard, "id" | "features">,
): void {
  const refuse = (field: FeatureName, problem: string, mend: string): never => {
    throw new ScanError({ file, action: `feed student ${id} with`, field, problem, mend });
  };
  if (features.includes("intensity") && !intensity) {
    refuse(
      "intensity",
      "the student reads intensity, and the scan has none, or zeros alone",
      "send a scan with intensities, or take a student that does not read them",
    );
  }
  const axis = features.find((name) => name === "x" || name === "y" || name === "z");
  const far = Math.max(...origin.map(Math.abs));
  if (axis && far > SENSOR_REACH) {
    refuse(
      axis,
      `the student reads coordinates of the sensor's frame, and the scan lies ${far} m from its zero`,
      "move the sensor to zero, or take a student that reads centred coordinates or none",
    );
  }
}

/**
 * The points of a scan as a student needs them; normals that the scan does not have are estimated.
 *
 * @param voxelSize metres.
 * @param cameras that took photographs of the scan: normals look at the nearest one.
 */
export function studentPoints(
  { positions, origin, colors, intensity, normals }: Scan,
  features: readonly FeatureName[],
  voxelSize: number,
  cameras: readonly Camera[],
): Points {
  const readsNormals = features.some((name) => name.startsWith("normal_"));
  return {
    positions,
    origin,
    colors,
    intensity: features.includes("intensity") ? intensity : null,
    normals: readsNormals
      ? normals ?? estimateNormals(positions, voxelSize, cameras.map((c) => centreOf(c, origin)))
      : null,
  };
}

/** Where a camera stands, less the scan's origin: -Rᵀ t. */
function centreOf({ worldToCamera: pose }: Camera, origin: Scan["origin"]): Viewpoint {
  const along = (axis: 0 | 1 | 2) =>
    -(pose[axis]! * pose[3]! + pose[4 + axis]! * pose[7]! + pose[8 + axis]! * pose[11]!) -
    origin[axis];
  return [along(0), along(1), along(2)];
}
