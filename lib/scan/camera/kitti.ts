/**
 * KITTI's calibration of the left colour camera: `P2` with `Tr` (odometry), or with `R0_rect` and `Tr_velo_to_cam`
 * (object). The scan is in the coordinates of the laser scanner.
 *
 * Source: the readme files of the KITTI development kits: x = P2 R0_rect Tr X.
 *
 * @module
 */
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  numbersOf,
  refuse,
  requireRigid,
} from "./camera_format.ts";
import { linesOf } from "./lines.ts";
import { stem } from "./match_photographs.ts";
import { multiply } from "./pose.ts";

/** The rows that are read. */
const KEYS: ReadonlySet<string> = new Set(["P2", "Tr", "Tr_velo_to_cam", "R0_rect"]);

/** KITTI's calibration as one of the camera formats. */
export const kitti: CameraFormat = {
  name: "KITTI calib.txt",
  accepts: ({ text }) => /^P2:?\s/m.test(text),
  read: (files, photoNames) => files.map((file) => readFile(file, files, photoNames)),
};

function readFile(
  file: CameraFile,
  files: readonly CameraFile[],
  photoNames: readonly string[],
): CameraSpec {
  const { name } = file;
  const rows = new Map<string, string[]>();
  for (const { text } of linesOf(file.text)) {
    const [key = "", ...words] = text.trim().split(/\s+/);
    const name = key.replace(/:$/, "");
    if (KEYS.has(name)) rows.set(name, words);
  }
  const matrix = (key: string, count: number): number[] => {
    const values = numbersOf(rows.get(key) ?? []);
    return values?.length === count
      ? values
      : refuse(name, key, `${key} is no list of ${count} numbers`, "send the whole calibration");
  };
  const p = matrix("P2", 12);
  const [fx, fy, cx, cy] = [p[0]!, p[5]!, p[2]!, p[6]!];
  const rectified = [p[1], p[4], p[8], p[9]].every((value) => value === 0) && p[10] === 1;
  if (!rectified || !(fx > 0 && fy > 0)) {
    refuse(name, "P2", "P2 is no projection of a rectified camera", "send KITTI's own calibration");
  }
  const tr = requireRigid(
    fourRows(matrix(rows.has("Tr") ? "Tr" : "Tr_velo_to_cam", 12), 4),
    name,
    "Tr",
  );
  const r0 = rows.has("R0_rect") ? matrix("R0_rect", 9) : [1, 0, 0, 0, 1, 0, 0, 0, 1];
  // The last column of P2 is K t, with t from the reference camera to the colour camera.
  const t = [(p[3]! - cx * p[11]!) / fx, (p[7]! - cy * p[11]!) / fy, p[11]!];
  const rectify = requireRigid(fourRows(r0, 3), name, "R0_rect");
  for (let axis = 0; axis < 3; axis++) rectify[4 * axis + 3] = t[axis]!;
  return {
    file: photographOf(name, files.length === 1, photoNames),
    source: name,
    field: "P2",
    size: null,
    pinhole: () => ({ fx, fy, cx, cy }),
    distortion: null,
    worldToCamera: multiply(rectify, tr),
  };
}

/** The photograph with the same number, or the only one if there is only one. */
function photographOf(name: string, alone: boolean, photoNames: readonly string[]): string {
  const [only] = photoNames;
  if (alone && only !== undefined && photoNames.length === 1) return only;
  return stem(name);
}

function fourRows(values: readonly number[], columns: 3 | 4): Float64Array {
  const out = new Float64Array(16);
  out[15] = 1;
  values.forEach((value, i) => out[4 * Math.floor(i / columns) + i % columns] = value);
  return out;
}
