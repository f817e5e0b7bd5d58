/**
 * Reads camera files of every supported format; the content of a file tells its format.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import type { CameraFile, CameraFormat, CameraSpec } from "./camera_format.ts";
import { isRecord, jsonOf } from "./camera_format.ts";
import { camerasJson } from "./cameras_json.ts";
import { colmap } from "./colmap.ts";
import { kitti } from "./kitti.ts";
import { nerfstudio } from "./nerfstudio.ts";
import { scannet } from "./scannet.ts";

const FORMATS: readonly CameraFormat[] = [camerasJson, nerfstudio, kitti, colmap, scannet];

/**
 * Reads camera files that belong together. Files of no known format (COLMAP's points, notes) are ignored as long as
 * there is another file that has one.
 *
 * @param photoNames names of the photographs that were sent, for formats that do not name them
 * @throws {CameraError} where no file has a known format, files have different formats, or one is malformed
 */
export function readCameraFiles(
  files: readonly CameraFile[],
  photoNames: readonly string[],
): CameraSpec[] {
  const found = FORMATS
    .map((format) => ({ format, own: files.filter((file) => format.accepts(file)) }))
    .filter(({ own }) => own.length > 0);
  const [first, second] = found;
  if (!first) throw unknownFormat(files);
  if (second) {
    throw new CameraError({
      file: second.own[0]!.name,
      problem: `its format is ${second.format.name}, that of ${
        first.own[0]!.name
      } is ${first.format.name}`,
      mend: "send cameras of one format",
    });
  }
  return first.format.read(first.own, photoNames);
}

function unknownFormat([file]: readonly CameraFile[]): CameraError {
  const mend = `send ${FORMATS.map(({ name }) => name).join(", ")}`;
  if (!file) return new CameraError({ file: "cameras", problem: "there is no camera file", mend });
  const { name } = file;
  if (!/^\s*[[{]/.test(file.text)) {
    return new CameraError({ file: name, problem: "its format is not known", mend });
  }
  return isRecord(jsonOf(file))
    ? new CameraError({ file: name, problem: "it has no list of images", mend, field: "images" })
    : new CameraError({ file: name, problem: "it is no JSON object", mend });
}
