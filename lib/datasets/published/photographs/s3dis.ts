/**
 * The perspective photographs of 2D-3D-S, with their cameras, by room of S3DIS.
 *
 * Source: README.md of alexsax/2D-3D-Semantics. It calls `camera_rt_matrix` 4 x 3; the files hold 3 x 4, from world to
 * camera (x right, y down, z forward), which is checked here by `camera_location`. The principal point of 1080 x 1080
 * pixels is (540, 540): there the first pixel's centre is (0.5, 0.5).
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { type Camera, decodePhoto, type Photo } from "../../../scan/mod.ts";
import { multiply, poseProblem } from "../../../scan/camera/pose.ts";
import { parseJson, validate, violationsText } from "../../../validation/mod.ts";
import { DatasetError } from "../../scene_folder.ts";
import { evenly, inNumberOrder } from "./even_choice.ts";
import { isThere, listNeeded, readNeeded } from "../files.ts";

/**
 * Folders of 2D-3D-S by area of S3DIS. The second half of Area 5 has a frame of its own; the motion into that frame, from
 * the one of S3DIS, is that by which Pointcept and DITR correct its poses (`prepare_raw_data.py` of DITR).
 */
const FOLDERS: readonly { area: string; folder: string; motion?: Float64Array }[] = [
  { area: "Area_1", folder: "area_1" },
  { area: "Area_2", folder: "area_2" },
  { area: "Area_3", folder: "area_3" },
  { area: "Area_4", folder: "area_4" },
  { area: "Area_5", folder: "area_5a" },
  {
    area: "Area_5",
    folder: "area_5b",
    motion: Float64Array.of(
      ...[0, -1, 0, 6.22617759],
      ...[1, 0, 0, 4.09703582],
      ...[0, 0, 1, 0],
      ...[0, 0, 0, 1],
    ),
  },
  { area: "Area_6", folder: "area_6" },
];

/** Largest distance between `camera_location` and the centre that the matrix gives, metres. */
const TOLERANCE = 0.01;

const number = z.number();
const PoseSchema = z.object({
  camera_k_matrix: z.tuple([
    z.tuple([number.positive(), z.literal(0), number]),
    z.tuple([z.literal(0), number.positive(), number]),
    z.tuple([z.literal(0), z.literal(0), z.literal(1)]),
  ]),
  camera_rt_matrix: z.array(z.array(number).length(4)).length(3),
  camera_location: z.array(number).length(3),
});

/** A folder of 2D-3D-S. */
export interface AreaFolder {
  /** Area of S3DIS that it belongs to. */
  readonly area: string;
  /** Its name. */
  readonly folder: string;
}

/** The photographs in a folder of 2D-3D-S. */
export interface PhotographNames extends AreaFolder {
  /** Path of the folder `data`. */
  readonly data: string;
  /** From the frame of S3DIS to that of the poses, where they differ. */
  readonly motion: Float64Array | undefined;
  /** Files in `rgb`, those of a place one after another. */
  readonly names: readonly string[];
}

/**
 * Lists the photographs of the folders of 2D-3D-S that are there.
 *
 * @param root where `area_1` and the others lie
 * @throws {DatasetError} where one of them lacks its folder `data/rgb`
 */
export async function photographFolders(root: string): Promise<PhotographNames[]> {
  const found: PhotographNames[] = [];
  for (const { area, folder, motion } of FOLDERS) {
    if (!await isThere(join(root, folder))) continue;
    const data = join(root, folder, "data");
    const names = await listNeeded(join(data, "rgb"), `the photographs of ${folder} of 2D-3D-S`);
    found.push({ area, folder, data, motion, names: inNumberOrder(names) });
  }
  return found;
}

/**
 * Lists the folders of 2D-3D-S that some areas need and that are not there; Area 5 needs two.
 *
 * @param areas areas of S3DIS, "Area_1"
 * @param found folders that are there
 */
export function lackingFolders(
  areas: readonly string[],
  found: readonly AreaFolder[],
): AreaFolder[] {
  return FOLDERS.filter(({ area, folder }) =>
    areas.includes(area) && !found.some((one) => one.folder === folder)
  );
}

/**
 * Reads photographs of a room at even distances, and their cameras in the frame of S3DIS.
 *
 * @param id "Area_1/office_1"
 * @throws {DatasetError} where the pose of one of them is missing or malformed
 */
export async function readPhotographs(
  id: string,
  folders: readonly PhotographNames[],
): Promise<{ photos: Photo[]; cameras: Camera[] }> {
  const [area, room] = id.split("/");
  const found = folders.filter((folder) => folder.area === area).flatMap((folder) =>
    folder.names.filter((name) =>
      name.includes(`_${room}_frame_`) && name.endsWith("_domain_rgb.png")
    ).map((name) => ({ ...folder, name }))
  );
  const photos: Photo[] = [];
  const cameras: Camera[] = [];
  for (const { data, name, motion } of evenly(found)) {
    const path = join(data, "rgb", name);
    const photo = await decodePhoto(await readNeeded(path, `a photograph of ${id}`), path);
    const pose = join(data, "pose", name.replace(/rgb\.png$/, "pose.json"));
    photos.push(photo);
    cameras.push(await readCamera(pose, photo, motion));
  }
  return { photos, cameras };
}

async function readCamera(
  path: string,
  { name, width, height }: Photo,
  motion: Float64Array | undefined,
): Promise<Camera> {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}`);
  const json = new TextDecoder().decode(await readNeeded(path, "the pose of a photograph"));
  const pose = validate(
    PoseSchema,
    parseJson(json, fail),
    (_, all) => fail(violationsText(all)),
  );
  const matrix = Float64Array.of(...pose.camera_rt_matrix.flat(), 0, 0, 0, 1);
  const problem = poseProblem(matrix);
  if (problem) throw fail(`camera_rt_matrix: ${problem.problem}; fetch it again`);
  // A point at the camera's place has the coordinates 0 in the camera.
  const [x, y, z] = pose.camera_location as [number, number, number];
  const rest = [0, 4, 8].map((at) =>
    matrix[at]! * x + matrix[at + 1]! * y + matrix[at + 2]! * z + matrix[at + 3]!
  );
  if (Math.hypot(...rest) > TOLERANCE) {
    throw fail(
      "camera_rt_matrix is no motion from world to camera: it does not bring camera_location to zero; fetch it again",
    );
  }
  const [[fx, , cx], [, fy, cy]] = pose.camera_k_matrix;
  const worldToCamera = motion ? multiply(matrix, motion) : matrix;
  return { file: name, width, height, fx, fy, cx: cx - 0.5, cy: cy - 0.5, worldToCamera };
}
