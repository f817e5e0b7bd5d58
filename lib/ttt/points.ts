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
 * student does not read them. A copy that is turned has its origin and its normals turned too.
 */
export type Points = Pick<Scan, "positions" | "origin" | "colors" | "intensity" | "normals">;

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
