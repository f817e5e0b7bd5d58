/**
 * COLMAP's text model, `cameras.txt` and `images.txt`: world to camera, OpenCV axes, the corner of the first pixel
 * at (0, 0).
 *
 * Source: colmap.github.io, "Output Format" and "Camera Models".
 *
 * @module
 */
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  fail,
  type Lens,
} from "./camera_format.ts";
import { lensOf, numbersOf, type Pinhole, requireRigid, type Size } from "./camera_format.ts";

const CAMERA_LINE = /^\d+\s+[A-Z][A-Z0-9_]+\s+\d+\s+\d+\s+\S/;
const NUMBER = "[-+]?[0-9.]+(?:[eE][-+]?\\d+)?";
const IMAGE_LINE = new RegExp(`^\\d+(?:\\s+${NUMBER}){7}\\s+\\d+\\s+\\S*[^\\s\\d.]`);

/** Parameters of each model in the order of the file; f stands for both focal lengths. */
const MODELS: Record<string, string[]> = {
  SIMPLE_PINHOLE: ["f", "cx", "cy"],
  PINHOLE: ["fx", "fy", "cx", "cy"],
  SIMPLE_RADIAL: ["f", "cx", "cy", "k1"],
  RADIAL: ["f", "cx", "cy", "k1", "k2"],
  OPENCV: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2"],
};
const QUATERNION_TOLERANCE = 1e-3;

interface Calibration {
  size: Size;
  pinhole: Pinhole;
  lens: Lens | null;
}

export const colmap: CameraFormat = {
  name: "COLMAP cameras.txt and images.txt",
  accepts: (file) => isOf(file, CAMERA_LINE) || isOf(file, IMAGE_LINE),
  read: (files) => {
    const cameras = new Map<number, Calibration>();
    for (const file of files.filter((file) => isOf(file, CAMERA_LINE))) readCameras(file, cameras);
    const images = files.filter((file) => isOf(file, IMAGE_LINE));
    const [first] = files;
    if (cameras.size === 0) {
      fail(first!.name, "cameras.txt", "the model lacks cameras.txt", "send it beside images.txt");
    }
    if (images.length === 0) {
      fail(first!.name, "images.txt", "the model lacks images.txt", "send it beside cameras.txt");
    }
    return images.flatMap((file) => readImages(file, cameras));
  },
};

function isOf(file: CameraFile, pattern: RegExp): boolean {
  for (const { text } of dataLines(file)) {
    if (text !== "") return pattern.test(text);
  }
  return false;
}

function* dataLines({ text }: CameraFile): Generator<{ text: string; line: number }> {
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.startsWith("#")) yield { text: line.trim(), line: index + 1 };
  }
}

function readCameras(file: CameraFile, cameras: Map<number, Calibration>): void {
  for (const { text, line } of dataLines(file)) {
    if (text === "") continue;
    const field = `line ${line}`;
    const [id = "", model = "", ...rest] = text.split(/\s+/);
    const names = MODELS[model];
    if (!names) {
      fail(
        file.name,
        field,
        `camera model ${model} is not supported`,
        `use one of ${Object.keys(MODELS).join(", ")}, or COLMAP's image_undistorter`,
      );
    }
    const values = numbersOf(rest);
    if (!values || values.length !== names!.length + 2) {
      fail(
        file.name,
        field,
        `${model} needs width, height and ${names!.join(", ")}`,
        "write these numbers",
      );
    }
    const [width, height, ...parameters] = values!;
    const value = (name: string) => parameters[names!.indexOf(name)] ?? 0;
    const [fx, fy] = [value("f") || value("fx"), value("f") || value("fy")];
    if (!(width! > 0 && height! > 0 && fx > 0 && fy > 0)) {
      fail(file.name, field, "sizes and focal lengths have to be above 0", "correct the line");
    }
    if (cameras.has(Number(id))) fail(file.name, field, `camera ${id} comes twice`, "keep one");
    cameras.set(Number(id), {
      size: { width: width!, height: height! },
      // Corners count from 0 there, centres here.
      pinhole: { fx, fy, cx: value("cx") - 0.5, cy: value("cy") - 0.5 },
      lens: lensOf(value("k1"), value("k2"), value("p1"), value("p2")),
    });
  }
}

/** Two lines an image; the second, its points, may be empty. */
function readImages(file: CameraFile, cameras: Map<number, Calibration>): CameraSpec[] {
  const specs: CameraSpec[] = [];
  let points = false;
  for (const { text, line } of dataLines(file)) {
    const field = `line ${line}`;
    if (points) {
      if (IMAGE_LINE.test(text)) {
        fail(
          file.name,
          field,
          "an image stands where points belong",
          "keep two lines for each image",
        );
      }
      points = false;
      continue;
    }
    if (text === "") continue;
    const words = text.split(/\s+/);
    const values = numbersOf(words.slice(0, 9));
    const name = words.slice(9).join(" ");
    if (!values || name === "") {
      fail(
        file.name,
        field,
        "it is no image line",
        "write IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME",
      );
    }
    const [, qw, qx, qy, qz, tx, ty, tz, id] = values as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const camera = cameras.get(id) ??
      fail(file.name, field, `camera ${id} is not in cameras.txt`, "send both files of one model");
    specs.push({
      file: name,
      source: file.name,
      field,
      size: camera.size,
      pinhole: () => camera.pinhole,
      lens: camera.lens,
      worldToCamera: requireRigid(
        poseOf([qw, qx, qy, qz], [tx, ty, tz], file.name, field),
        file.name,
        field,
      ),
    });
    points = true;
  }
  return specs;
}

function poseOf(
  quaternion: readonly [number, number, number, number],
  [tx, ty, tz]: readonly [number, number, number],
  source: string,
  field: string,
): Float64Array {
  const length = Math.hypot(...quaternion);
  if (!(Math.abs(length - 1) <= QUATERNION_TOLERANCE)) {
    fail(source, field, `its quaternion has length ${length}`, "write a unit quaternion, w first");
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
