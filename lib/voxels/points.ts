/**
 * What a student sees of a scan. Labels, and the file that may hold them, are left out, so no method can see them.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import type { FeatureName } from "../nn/features.ts";
import { type Camera, echoesOf, type Scan, ScanError, type Warning } from "../scan/mod.ts";
import { heightsAboveGround } from "./ground/heights.ts";
import { estimateNormals, type Viewpoint } from "./normals.ts";
import { roughnessOf } from "./roughness.ts";
import { boundsOf, map3, type Triple } from "./triple.ts";

/**
 * Where the points of a scan are, and what the sensor measured at each. Intensity and normals are null where the student
 * does not read them. In an augmented scan the origin and the normals are rotated with the points.
 */
export type Points = Pick<Scan, "positions" | "origin" | "colors" | "intensity" | "normals"> & {
  /**
   * Zero of centred coordinates and heights. Of a block it is the {@link anchorOf} the whole scan; for a whole scan it is
   * left out.
   */
  readonly anchor?: Anchor;
  /** [N] metres above the ground of the whole scan; left out where the student does not read them. */
  readonly aboveGround?: Float32Array;
  /** [N] metres by which the points around differ from their plane; left out where the student does not read them. */
  readonly roughness?: Float32Array;
  /**
   * [N] 1 where the pulse came back several times, -1 where it came back once, 0 where the file does not tell; left out
   * where the student does not read them.
   */
  readonly multipleReturns?: Float32Array;
};

/** Middle of a bounding box in x and y, and its lowest z; metres, relative to the scan's origin. */
export type Anchor = Triple;

/**
 * Gives the zero of centred coordinates and heights: the anchor that points carry, or that of their bounding box.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const positions = Float32Array.of(0, 2, 1, 4, 3, 5);
 * assert.deepEqual(anchorOf({ positions }), [2, 2.5, 1]);
 * ```
 */
export function anchorOf({ positions, anchor }: Pick<Points, "positions" | "anchor">): Anchor {
  if (anchor) return anchor;
  const { low, high } = boundsOf(positions);
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]];
}

/** Picks points by their indices; they keep the anchor of the whole. */
export function pickPoints(points: Points, indices: Uint32Array): Points {
  const pick = (values: Float32Array, width: number) => {
    const picked = new Float32Array(width * indices.length);
    indices.forEach((point, i) => {
      for (let k = 0; k < width; k++) picked[width * i + k] = values[width * point + k]!;
    });
    return picked;
  };
  const { positions, origin, colors, intensity, normals } = points;
  const { aboveGround, roughness, multipleReturns } = points;
  return {
    positions: pick(positions, 3),
    origin,
    colors: colors && pick(colors, 3),
    intensity: intensity && pick(intensity, 1),
    normals: normals && pick(normals, 3),
    anchor: anchorOf(points),
    ...(aboveGround ? { aboveGround: pick(aboveGround, 1) } : {}),
    ...(roughness ? { roughness: pick(roughness, 1) } : {}),
    ...(multipleReturns ? { multipleReturns: pick(multipleReturns, 1) } : {}),
  };
}

/** An origin farther from zero than this belongs to a map, not to a sensor; metres. */
const SENSOR_REACH = 1000;

/**
 * Refuses a scan that lacks an input of the student, before any work is done on it. Colours may be missing (mid-grey is
 * used instead), and so may normals (they are estimated).
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
      "the student reads intensity, and the scan has none, or only zeros",
      "send a scan with intensities, or take a student that does not read them",
    );
  }
  const axis = features.find((name) => name === "x" || name === "y" || name === "z");
  const far = Math.max(...origin.map(Math.abs));
  if (axis && far > SENSOR_REACH) {
    refuse(
      axis,
      `the student reads coordinates relative to the sensor, and the scan lies ${far} m from its zero`,
      "move the sensor to zero, or take a student that reads centred coordinates, or none",
    );
  }
}

/** Features that are colours. */
const COLORS = /^(?:red|green|blue)(?:_|$)/;

/** Warns of a scan without the colours that a student reads: what it has learned of them says nothing then. */
export function inputWarnings(
  { name, colors }: Pick<Scan, "name" | "colors">,
  { id, features }: Pick<StudentCard, "id" | "features">,
): Warning[] {
  if (colors || !features.some((feature) => COLORS.test(feature))) return [];
  return [{
    code: "no-colours",
    text:
      `Student ${id} reads colours, and ${name} has none, or only zeros: all points were taken as mid-grey. ` +
      "Send a scan with colours, or take a student that does not read them.",
    field: "scan",
  }];
}

/**
 * Gives the points of a scan as a student needs them. Normals that the scan does not have are estimated; heights above
 * the ground and roughness are measured.
 *
 * @param features the student's input features.
 * @param voxelSize edge of a voxel, metres.
 * @param cameras those that photographed the scan: estimated normals point to the nearest one.
 */
export function studentPoints(
  scan: Scan,
  features: readonly FeatureName[],
  voxelSize: number,
  cameras: readonly Camera[],
): Points {
  const { positions, origin, colors, intensity, normals } = scan;
  const readsNormals = features.some((name) => name.startsWith("normal_"));
  return {
    positions,
    origin,
    colors,
    intensity: features.includes("intensity") ? intensity : null,
    normals: readsNormals
      ? normals ?? estimateNormals(positions, voxelSize, cameras.map((c) => centreOf(c, origin)))
      : null,
    ...(features.includes("above_ground") ? { aboveGround: heightsAboveGround(positions) } : {}),
    ...(features.includes("roughness") ? { roughness: roughnessOf(positions) } : {}),
    ...(features.includes("multiple_returns") ? { multipleReturns: multipleReturns(scan) } : {}),
  };
}

/** Whether the pulse of each point came back several times (1) or once (-1); 0 where the file does not tell. */
function multipleReturns(scan: Scan): Float32Array {
  const told = new Float32Array(scan.count);
  echoesOf(scan)?.count.forEach((count, p) => told[p] = count === 0 ? 0 : count > 1 ? 1 : -1);
  return told;
}

/** Place of a camera, relative to the scan's origin: -Rᵀ t. */
function centreOf({ worldToCamera: pose }: Camera, origin: Scan["origin"]): Viewpoint {
  return map3((axis) =>
    -(pose[axis]! * pose[3]! + pose[4 + axis]! * pose[7]! + pose[8 + axis]! * pose[11]!) -
    origin[axis]
  );
}
