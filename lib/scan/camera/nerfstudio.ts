/**
 * nerfstudio's `transforms.json`: camera to world with OpenGL axes (x right, y up, looking along -z), the corner
 * of the first pixel at (0, 0). Poses are taken as they stand: the scan has to lie in the same world.
 *
 * Source: docs.nerf.studio, "Data conventions".
 *
 * @module
 */
import { describe, isRecord } from "./cameras.ts";
import { inverseRigid } from "./pose.ts";
import { jsonOf } from "./json.ts";
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  fail,
  lensOf,
} from "./camera_format.ts";
import { requireRigid } from "./camera_format.ts";

/** Models without more distortion than k1, k2, p1 and p2. */
const MODELS = ["OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"];

export const nerfstudio: CameraFormat = {
  name: "nerfstudio transforms.json",
  accepts: (file) => {
    const json = jsonOf(file);
    return isRecord(json) && "frames" in json;
  },
  read: (files) => files.flatMap(readFile),
};

function readFile(file: CameraFile): CameraSpec[] {
  const json = jsonOf(file) as Record<string, unknown>;
  const frames = json["frames"];
  if (!Array.isArray(frames) || frames.length === 0) {
    return fail(file.name, "frames", "it has no list of frames", "send at least one frame");
  }
  return frames.map((frame: unknown, index) =>
    readFrame(json, frame, `frames[${index}]`, file.name)
  );
}

function readFrame(
  all: Record<string, unknown>,
  frame: unknown,
  at: string,
  source: string,
): CameraSpec {
  if (!isRecord(frame)) {
    return fail(source, at, "it is no object", "write an object for each frame");
  }
  /** A number of the frame, else of the whole file; undefined where neither has it. */
  const number = (key: string): number | undefined => {
    const value = frame[key] ?? all[key];
    if (value === undefined) return undefined;
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : fail(source, `${at}.${key}`, `${key} is ${describe(value)}`, "write a finite number");
  };
  const above0 = (key: string): number | undefined => {
    const value = number(key);
    return value === undefined || value > 0
      ? value
      : fail(source, `${at}.${key}`, `${key} is ${value}`, "write a number above 0");
  };
  const model = frame["camera_model"] ?? all["camera_model"] ?? "OPENCV";
  if (!MODELS.includes(model as string)) {
    fail(
      source,
      `${at}.camera_model`,
      `camera model ${describe(model)} is not supported`,
      `undistort the photographs to one of ${MODELS.join(", ")}`,
    );
  }
  for (const key of ["k3", "k4"]) {
    if ((number(key) ?? 0) !== 0) {
      fail(
        source,
        `${at}.${key}`,
        `${key} is not supported`,
        "fit k1, k2, p1 and p2, or undistort",
      );
    }
  }
  const path = frame["file_path"];
  if (typeof path !== "string" || path === "") {
    return fail(source, `${at}.file_path`, `it is ${describe(path)}`, "name the photograph");
  }
  const [flX, flY, angleX, angleY] = [
    above0("fl_x"),
    above0("fl_y"),
    above0("camera_angle_x"),
    above0("camera_angle_y"),
  ];
  if (flX === undefined && !(angleX !== undefined && angleX < Math.PI)) {
    fail(
      source,
      `${at}.fl_x`,
      "there is no focal length",
      "write fl_x, or camera_angle_x in radians",
    );
  }
  const [cx, cy, width, height] = [number("cx"), number("cy"), above0("w"), above0("h")];
  return {
    file: path.replace(/^\.\//, ""),
    source,
    field: `${at}.file_path`,
    size: width === undefined || height === undefined ? null : { width, height },
    pinhole: (size) => {
      const fx = flX ?? size.width / 2 / Math.tan(angleX! / 2);
      const fy = flY ??
        (flX === undefined && angleY !== undefined ? size.height / 2 / Math.tan(angleY / 2) : fx);
      // Corners count from 0 there, centres here.
      return { fx, fy, cx: (cx ?? size.width / 2) - 0.5, cy: (cy ?? size.height / 2) - 0.5 };
    },
    lens: lensOf(number("k1") ?? 0, number("k2") ?? 0, number("p1") ?? 0, number("p2") ?? 0),
    worldToCamera: inverseRigid(
      readPose(frame["transform_matrix"], `${at}.transform_matrix`, source),
    ),
  };
}

/** Camera to world with OpenCV axes. */
function readPose(value: unknown, field: string, source: string): Float64Array {
  const rows: unknown[] = Array.isArray(value) ? value : [];
  const numbers = rows.flat();
  const finite = numbers.every((entry) => typeof entry === "number" && Number.isFinite(entry));
  const whole = rows.length === 4 || rows.length === 3;
  if (!whole || !finite || !rows.every((row) => Array.isArray(row) && row.length === 4)) {
    return fail(source, field, "it is no matrix of 4x4 finite numbers", "write four rows of four");
  }
  const pose = new Float64Array(16);
  pose[15] = 1;
  pose.set(numbers as number[]);
  requireRigid(pose, source, field);
  return pose.map((entry, i) => i < 12 && (i % 4 === 1 || i % 4 === 2) ? -entry : entry);
}
