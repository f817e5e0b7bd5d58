/**
 * The undistorted photographs of a house of Matterport3D, with their cameras.
 *
 * Source: `data_organization.md` of niessner/Matterport. Its cameras look along -z with y up, and the origin of its
 * images, so also that of `cy`, is at the bottom left.
 *
 * @module
 */
import { join } from "node:path";
import { inverseRigid, poseProblem } from "../../../scan/camera/pose.ts";
import { type Camera, decodePhoto, type Photo } from "../../../scan/mod.ts";
import { DatasetError } from "../../scene_folder.ts";
import { evenly } from "./even_choice.ts";
import { readNeeded } from "../files.ts";

/** A photograph that has not been read. */
export interface HousePhotograph {
  /** Name of its file. */
  readonly file: string;
  /** fx, fy, cx, cy in pixels; cy is counted from the lowest row. */
  readonly intrinsics: readonly [fx: number, fy: number, cx: number, cy: number];
  /** [4][4] row-major, from the camera (x right, y up, looking along -z) to the world. */
  readonly cameraToWorld: Float64Array;
}

/**
 * Reads the cameras of a house.
 *
 * @param path its file in `undistorted_camera_parameters`
 * @throws {DatasetError} where it is missing or malformed, with the line
 */
export async function houseCameras(path: string): Promise<HousePhotograph[]> {
  const text = new TextDecoder().decode(await readNeeded(path, "the cameras of the photographs"));
  const photographs: HousePhotograph[] = [];
  let intrinsics: HousePhotograph["intrinsics"] | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const fail = (what: string) =>
      new DatasetError(`Cannot read ${path}: line ${index + 1}: ${what}; fetch it again`);
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === "intrinsics_matrix") {
      const [fx = NaN, , cx = NaN, , fy = NaN, cy = NaN] = words.map(Number);
      if (words.length !== 9 || !(fx > 0 && fy > 0 && Number.isFinite(cx + cy))) {
        throw fail("it is not fx 0 cx 0 fy cy 0 0 1");
      }
      intrinsics = [fx, fy, cx, cy];
    }
    if (keyword !== "scan") continue;
    const [, file = ""] = words;
    const cameraToWorld = Float64Array.from(words.slice(2), Number);
    if (cameraToWorld.length !== 16) throw fail("it is not two names and 16 numbers");
    const problem = poseProblem(cameraToWorld);
    if (problem) throw fail(problem.problem);
    if (!intrinsics) throw fail("no intrinsics_matrix comes before it");
    photographs.push({ file, intrinsics, cameraToWorld });
  }
  return photographs;
}

/**
 * Reads photographs that were taken within a box, at even distances.
 *
 * @param folder folder of the photographs
 * @param box least and greatest x, y, z
 * @throws {DatasetError} where one of them is missing
 */
export async function photographsWithin(
  folder: string,
  photographs: readonly HousePhotograph[],
  [least, greatest]: readonly [readonly number[], readonly number[]],
): Promise<{ photos: Photo[]; cameras: Camera[] }> {
  const inside = photographs.filter(({ cameraToWorld }) =>
    [0, 1, 2].every((axis) => {
      const place = cameraToWorld[4 * axis + 3]!;
      return place >= least[axis]! && place <= greatest[axis]!;
    })
  );
  const photos: Photo[] = [];
  const cameras: Camera[] = [];
  for (const { file, intrinsics, cameraToWorld } of evenly(inside)) {
    const path = join(folder, file);
    const photo = await decodePhoto(await readNeeded(path, "a photograph"), path);
    photos.push(photo);
    cameras.push(cameraOf(photo, intrinsics, cameraToWorld));
  }
  return { photos, cameras };
}

/** The camera with y down and z forward, and rows counted from the top. */
function cameraOf(
  { name, width, height }: Photo,
  [fx, fy, cx, cy]: HousePhotograph["intrinsics"],
  cameraToWorld: Float64Array,
): Camera {
  const pose = cameraToWorld.map((value, i) =>
    i < 12 && (i % 4 === 1 || i % 4 === 2) ? -value : value
  );
  const worldToCamera = inverseRigid(pose);
  return { file: name, width, height, fx, fy, cx, cy: height - 1 - cy, worldToCamera };
}
