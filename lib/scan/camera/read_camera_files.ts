/**
 * Reads camera files of every supported format; the content of a file tells its format.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { labelFilesHint } from "../label_names.ts";
import type { Warning } from "../warning.ts";
import { type CameraFile, type OpenedFile, openFile } from "./camera_file.ts";
import type { CameraContext, CameraFormat, CameraReading } from "./camera_format.ts";
import { isRecord, some } from "./camera_format.ts";
import { camerasJson } from "./cameras_json.ts";
import { colmap } from "./colmap.ts";
import { foreignFormat } from "./foreign/foreign_formats.ts";
import { gaussianSplatting } from "./gaussian_splatting.ts";
import { kitti } from "./kitti.ts";
import { baseName } from "./match_photographs.ts";
import { nerfstudio } from "./nerfstudio.ts";
import { scannet } from "./scannet.ts";

const FORMATS: readonly CameraFormat[] = [
  camerasJson,
  nerfstudio,
  gaussianSplatting,
  kitti,
  colmap,
  scannet,
];

/** Files that lie beside the cameras of the formats, and say nothing about them. */
const COMPANIONS = /^(?:points3D|rigs|frames|project|times|oxts|timestamps)\.\w+$/i;

/**
 * Reads camera files that belong together. Files of no known format are left out with a warning, as long as there is
 * another file that has one.
 *
 * @param context names of the photographs, for formats that do not name them
 * @throws {CameraError} where no file has a known format, files have different formats, or one is malformed
 */
export function readCameraFiles(
  files: readonly CameraFile[],
  context: CameraContext,
): CameraReading {
  const opened = files.map(openFile);
  const found = FORMATS
    .map((format) => ({ format, own: opened.filter((file) => format.accepts(file)) }))
    .filter(({ own }) => own.length > 0);
  const [first, second] = found;
  if (!first) throw unknownFormat(opened, context);
  if (second) {
    throw new CameraError({
      file: second.own[0]!.name,
      problem: `its format is ${second.format.name}, that of ${
        first.own[0]!.name
      } is ${first.format.name}`,
      mend: "send cameras of one format",
    });
  }
  const reading = first.format.read(first.own, context);
  const others = opened.filter((file) => !first.own.includes(file));
  return { ...reading, warnings: [...leftOut(others), ...reading.warnings] };
}

/** What is said of files that are no cameras. */
function leftOut(files: readonly OpenedFile[]): Warning[] {
  const odd = files.filter(({ name }) => !COMPANIONS.test(baseName(name)));
  if (odd.length === 0) return [];
  const names = odd.map(({ name, jsonProblem }) =>
    jsonProblem ? `${name} is ${jsonProblem}` : name
  );
  return [{
    code: "left-out",
    text: `Files that hold no cameras of a known format were left out: ${some(names)}.${
      labelFilesHint(odd.map(({ name }) => name))
    }`,
    field: "cameras",
  }];
}

function unknownFormat(files: readonly OpenedFile[], context: CameraContext): CameraError {
  const mend = `send ${FORMATS.map(({ name }) => name).join(", ")}`;
  // A list of cameras whose first one is malformed is best described by its reader.
  for (const [list, format] of [["images", camerasJson], ["frames", nerfstudio]] as const) {
    const file = files.find(({ json }) => isRecord(json) && list in json);
    if (file) format.read([file], context);
  }
  const broken = files.find(({ jsonProblem }) => jsonProblem !== null);
  for (const file of broken ? [] : files) {
    const foreign = foreignFormat(file);
    if (foreign) return new CameraError({ file: file.name, ...foreign });
  }
  const file = broken ?? files[0];
  if (!file) return new CameraError({ file: "cameras", problem: "there is no camera file", mend });
  const { name } = file;
  const fail = (problem: string, field?: string) =>
    new CameraError({ file: name, problem, mend, ...(field === undefined ? {} : { field }) });
  if (file.jsonProblem) return fail(`it is ${file.jsonProblem}`);
  if (file.binary) {
    return fail("it is binary, and not called cameras.bin or images.bin, as COLMAP's models are");
  }
  return isRecord(file.json)
    ? fail("it has no list of images or frames", "images")
    : fail("its format is not known");
}
