/**
 * Camera files of every format that is read, told apart by their content.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { isRecord } from "./cameras.ts";
import { colmap } from "./colmap.ts";
import { jsonOf } from "./json.ts";
import { kitti } from "./kitti.ts";
import { nerfstudio } from "./nerfstudio.ts";
import { ours } from "./ours.ts";
import { scannet } from "./scannet.ts";
import type { CameraFile, CameraFormat, CameraSpec } from "./camera_format.ts";

export type { CameraFile, CameraSpec } from "./camera_format.ts";

const FORMATS: readonly CameraFormat[] = [ours, nerfstudio, kitti, colmap, scannet];

/**
 * Reads camera files that belong together. Files that are of no format (points of COLMAP, notes) are passed over
 * as long as others are of one.
 *
 * @param photoNames the photographs that were sent, for formats that name none
 * @throws {CameraError} where no file, or files of several formats are known, or one is malformed
 */
export function readCameraFiles(
  files: readonly CameraFile[],
  photoNames: readonly string[],
): CameraSpec[] {
  const found = FORMATS
    .map((format) => ({ format, own: files.filter((file) => format.accepts(file)) }))
    .filter(({ own }) => own.length > 0);
  const [first, second] = found;
  if (!first) throw unknown(files);
  if (second) {
    throw new CameraError({
      file: second.own[0]!.name,
      problem: `it is of ${second.format.name}, ${first.own[0]!.name} of ${first.format.name}`,
      mend: "send cameras of one format",
    });
  }
  return first.format.read(first.own, photoNames);
}

function unknown(files: readonly CameraFile[]): CameraError {
  const [file] = files;
  if (!file) {
    return new CameraError({
      file: "cameras",
      problem: "there is no camera file",
      mend: `send ${FORMATS.map(({ name }) => name).join(", ")}`,
    });
  }
  const mend = `send ${FORMATS.map(({ name }) => name).join(", ")}`;
  const { name } = file;
  if (!/^\s*[[{]/.test(file.text)) {
    return new CameraError({ file: name, problem: "its format is not known", mend });
  }
  const json = jsonOf(file);
  return isRecord(json)
    ? new CameraError({ file: name, problem: "it has no list of images", mend, field: "images" })
    : new CameraError({ file: name, problem: "it is no JSON object", mend });
}
