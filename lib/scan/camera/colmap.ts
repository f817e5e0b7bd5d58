/**
 * COLMAP's models, as text (`cameras.txt`, `images.txt`) or binary (`cameras.bin`, `images.bin`): world to camera,
 * OpenCV axes, the corner of the first pixel at (0, 0). Where both are there the binary one is read, as COLMAP does.
 *
 * Source: colmap.github.io, "Output Format".
 *
 * @module
 */
import type { OpenedFile } from "./camera_file.ts";
import {
  type CameraFormat,
  type CameraReading,
  type CameraSpec,
  numbersOf,
  refuse,
  some,
} from "./camera_format.ts";
import { isBinaryCameras, isBinaryImages, readBinaryModel } from "./colmap_binary.ts";
import { cameraOf, type ColmapCamera, specOf } from "./colmap_model.ts";
import { linesOf } from "./lines.ts";

const CAMERA_LINE = /^\d+\s+[A-Z][A-Z0-9_]+\s+\d+\s+\d+\s+\S/;
const NUMBER = "[-+]?[0-9.]+(?:[eE][-+]?\\d+)?";
const IMAGE_LINE = new RegExp(`^\\d+(?:\\s+${NUMBER}){7}\\s+\\d+\\s+\\S*[^\\s\\d.]`);
/** An image line whose name is all that may contain blanks. */
const IMAGE_WORDS = /^((?:\S+\s+){8}\S+)\s+(\S.*)$/;

const isTextCameras = (file: OpenedFile) => beginsWith(file, CAMERA_LINE);
const isTextImages = (file: OpenedFile) => beginsWith(file, IMAGE_LINE);

/** COLMAP's models as one of the camera formats. */
export const colmap: CameraFormat = {
  name: "COLMAP cameras and images, .txt or .bin",
  accepts: (file) =>
    isBinaryCameras(file) || isBinaryImages(file) || isTextCameras(file) || isTextImages(file),
  read: (files): CameraReading => {
    const text = [files.filter(isTextCameras), files.filter(isTextImages)] as const;
    const binary = [files.filter(isBinaryCameras), files.filter(isBinaryImages)] as const;
    const binaryIsWhole = binary.every(({ length }) => length > 0);
    const isBinary = binaryIsWhole || text.every(({ length }) => length === 0);
    const [cameras, images] = (isBinary ? binary : text).map((own, index) =>
      only(own, ["cameras", "images"][index]!, isBinary ? "bin" : "txt", files)
    );
    const left = files.filter((file) => file !== cameras && file !== images);
    return {
      specs: isBinary ? readBinaryModel(cameras!, images!) : readTextModel(cameras!, images!),
      isUnscaled: true,
      warnings: left.length === 0 ? [] : [{
        code: "left-out",
        text: `COLMAP's model was read from ${cameras!.name} and ${images!.name}; ${
          some(left.map(({ name }) => name))
        } was left out.`,
        field: "cameras",
      }],
    };
  },
};

/** The one file of a model's two. */
function only(
  own: readonly OpenedFile[],
  what: string,
  extension: string,
  files: readonly OpenedFile[],
): OpenedFile {
  const [first, second] = own;
  const file = `${what}.${extension}`;
  if (!first) {
    const other = `${what === "images" ? "cameras" : "images"}.${extension}`;
    return refuse(files[0]!.name, file, `the model lacks ${file}`, `send it with ${other}`);
  }
  if (second) {
    const both = `${first.name} and ${second.name} are of two models`;
    refuse(second.name, file, both, "send one model, such as that of sparse/0");
  }
  return first;
}

function readTextModel(camerasFile: OpenedFile, imagesFile: OpenedFile): CameraSpec[] {
  return readImages(imagesFile, readCameras(camerasFile));
}

/** Whether the first line with data matches. */
function beginsWith(file: OpenedFile, pattern: RegExp): boolean {
  for (const { text } of dataLines(file)) {
    if (text !== "") return pattern.test(text);
  }
  return false;
}

function* dataLines(file: OpenedFile): Generator<{ text: string; line: number }> {
  for (const { text, line } of linesOf(file.text)) {
    if (!text.startsWith("#")) yield { text: text.trim(), line };
  }
}

/** Cameras by their number; one whose lens is not supported is an error only if an image is of it. */
function readCameras(file: OpenedFile): Map<number, () => ColmapCamera> {
  const cameras = new Map<number, () => ColmapCamera>();
  for (const { text, line } of dataLines(file)) {
    if (text === "") continue;
    const field = `line ${line}`;
    const [id = "", model = "", ...words] = text.split(/\s+/);
    if (cameras.has(Number(id))) refuse(file.name, field, `camera ${id} occurs twice`, "keep one");
    const [width = NaN, height = NaN, ...parameters] = numbersOf(words) ?? [];
    cameras.set(
      Number(id),
      () => cameraOf(model, { width, height }, parameters, file.name, field),
    );
  }
  return cameras;
}

/** Each image has two lines; the second one, its points, may be empty. */
function readImages(
  file: OpenedFile,
  cameras: ReadonlyMap<number, () => ColmapCamera>,
): CameraSpec[] {
  const specs: CameraSpec[] = [];
  let isPointsLine = false;
  for (const { text, line } of dataLines(file)) {
    const field = `line ${line}`;
    if (isPointsLine) {
      if (IMAGE_LINE.test(text)) {
        refuse(
          file.name,
          field,
          "there is an image where the points of the last one belong",
          "keep two lines for each image",
        );
      }
      isPointsLine = false;
    } else if (text !== "") {
      specs.push(readImage(text, cameras, file.name, field));
      isPointsLine = true;
    }
  }
  return specs;
}

function readImage(
  text: string,
  cameras: ReadonlyMap<number, () => ColmapCamera>,
  source: string,
  field: string,
): CameraSpec {
  const [, words = "", name = ""] = IMAGE_WORDS.exec(text) ?? [];
  const values = numbersOf(words.split(/\s+/));
  if (!values) {
    return refuse(
      source,
      field,
      "it is no image line",
      "write IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME",
    );
  }
  const [, qw = 0, qx = 0, qy = 0, qz = 0, tx = 0, ty = 0, tz = 0, camera = 0] = values;
  return specOf(
    { quaternion: [qw, qx, qy, qz], translation: [tx, ty, tz], camera, name },
    cameras,
    source,
    field,
  );
}
