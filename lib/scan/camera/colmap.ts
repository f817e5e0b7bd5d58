/**
 * COLMAP's text model, `cameras.txt` and `images.txt`: world to camera, OpenCV axes, the corner of the first pixel
 * at (0, 0).
 *
 * Source: colmap.github.io, "Output Format" and "Camera Models".
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";
import { linesOf } from "./lines.ts";
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  distortionOf,
  type LensDistortion,
  numbersOf,
  type Pinhole,
  refuse,
  requireRigid,
} from "./camera_format.ts";

const CAMERA_LINE = /^\d+\s+[A-Z][A-Z0-9_]+\s+\d+\s+\d+\s+\S/;
const NUMBER = "[-+]?[0-9.]+(?:[eE][-+]?\\d+)?";
const IMAGE_LINE = new RegExp(`^\\d+(?:\\s+${NUMBER}){7}\\s+\\d+\\s+\\S*[^\\s\\d.]`);

/** Parameters of each model in the order of the file; f stands for both focal lengths. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  SIMPLE_PINHOLE: ["f", "cx", "cy"],
  PINHOLE: ["fx", "fy", "cx", "cy"],
  SIMPLE_RADIAL: ["f", "cx", "cy", "k1"],
  RADIAL: ["f", "cx", "cy", "k1", "k2"],
  OPENCV: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2"],
};
const QUATERNION_TOLERANCE = 1e-3;

/** A line of `cameras.txt`. */
interface ColmapCamera {
  size: ImageSize;
  pinhole: Pinhole;
  distortion: LensDistortion | null;
}

/** COLMAP's text model as one of the camera formats. */
export const colmap: CameraFormat = {
  name: "COLMAP cameras.txt and images.txt",
  accepts: (file) => beginsWith(file, CAMERA_LINE) || beginsWith(file, IMAGE_LINE),
  read: (files) => {
    const cameras = new Map<number, ColmapCamera>();
    for (const file of files.filter((file) => beginsWith(file, CAMERA_LINE))) {
      readCameras(file, cameras);
    }
    const images = files.filter((file) => beginsWith(file, IMAGE_LINE));
    const [first] = files;
    if (cameras.size === 0) {
      refuse(first!.name, "cameras.txt", "the model lacks cameras.txt", "send it with images.txt");
    }
    if (images.length === 0) {
      refuse(first!.name, "images.txt", "the model lacks images.txt", "send it with cameras.txt");
    }
    return images.flatMap((file) => readImages(file, cameras));
  },
};

/** Whether the first line with data matches. */
function beginsWith(file: CameraFile, pattern: RegExp): boolean {
  for (const { text } of dataLines(file)) {
    if (text !== "") return pattern.test(text);
  }
  return false;
}

function* dataLines(file: CameraFile): Generator<{ text: string; line: number }> {
  for (const { text, line } of linesOf(file.text)) {
    if (!text.startsWith("#")) yield { text: text.trim(), line };
  }
}

function readCameras(file: CameraFile, cameras: Map<number, ColmapCamera>): void {
  for (const { text, line } of dataLines(file)) {
    if (text === "") continue;
    const field = `line ${line}`;
    const [id = "", model = "", ...rest] = text.split(/\s+/);
    if (cameras.has(Number(id))) refuse(file.name, field, `camera ${id} occurs twice`, "keep one");
    cameras.set(Number(id), readCamera(model, rest, file.name, field));
  }
}

function readCamera(
  model: string,
  words: readonly string[],
  source: string,
  field: string,
): ColmapCamera {
  const names = MODELS[model] ?? refuse(
    source,
    field,
    `camera model ${model} is not supported`,
    `use one of ${Object.keys(MODELS).join(", ")}, or COLMAP's image_undistorter`,
  );
  const values = numbersOf(words);
  if (!values || values.length !== names.length + 2) {
    return refuse(
      source,
      field,
      `${model} needs width, height and ${names.join(", ")}`,
      "write these numbers",
    );
  }
  const [width = 0, height = 0, ...parameters] = values;
  const value = (name: string) => parameters[names.indexOf(name)] ?? 0;
  const [fx, fy] = [value("f") || value("fx"), value("f") || value("fy")];
  if (!(width > 0 && height > 0 && fx > 0 && fy > 0)) {
    refuse(source, field, "a size or focal length is not above 0", "correct the line");
  }
  return {
    size: { width, height },
    // COLMAP counts pixels from their corners, this program from their centres.
    pinhole: { fx, fy, cx: value("cx") - 0.5, cy: value("cy") - 0.5 },
    distortion: distortionOf(value("k1"), value("k2"), value("p1"), value("p2")),
  };
}

/** Each image has two lines; the second one, its points, may be empty. */
function readImages(file: CameraFile, cameras: ReadonlyMap<number, ColmapCamera>): CameraSpec[] {
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
  cameras: ReadonlyMap<number, ColmapCamera>,
  source: string,
  field: string,
): CameraSpec {
  const words = text.split(/\s+/);
  const values = numbersOf(words.slice(0, 9));
  const name = words.slice(9).join(" ");
  if (!values || name === "") {
    return refuse(
      source,
      field,
      "it is no image line",
      "write IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME",
    );
  }
  const [, qw = 0, qx = 0, qy = 0, qz = 0, tx = 0, ty = 0, tz = 0, id = 0] = values;
  const { size, pinhole, distortion } = cameras.get(id) ??
    refuse(source, field, `camera ${id} is not in cameras.txt`, "send both files of one model");
  const pose = poseOf([qw, qx, qy, qz], [tx, ty, tz], source, field);
  return {
    file: name,
    source,
    field,
    size,
    pinhole: () => pinhole,
    distortion,
    worldToCamera: requireRigid(pose, source, field),
  };
}

function poseOf(
  quaternion: readonly [number, number, number, number],
  [tx, ty, tz]: readonly [number, number, number],
  source: string,
  field: string,
): Float64Array {
  const length = Math.hypot(...quaternion);
  if (!(Math.abs(length - 1) <= QUATERNION_TOLERANCE)) {
    refuse(
      source,
      field,
      `its quaternion has length ${length}`,
      "write a unit quaternion, w first",
    );
  }
  const [w, x, y, z] = quaternion.map((value) => value / length) as [
    number,
    number,
    number,
    number,
  ];
  // deno-fmt-ignore
  return Float64Array.of(
    1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), tx,
    2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), ty,
    2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y), tz,
    0, 0, 0, 1,
  );
}
