/**
 * The `cameras.json` that 3D Gaussian Splatting writes beside its model: a list of pinholes with the principal point in
 * the middle, each with its place and its rotation from camera to world, OpenCV axes.
 *
 * Source: github.com/graphdeco-inria/gaussian-splatting, utils/camera_utils.py, camera_to_JSON.
 *
 * @module
 */
import { z } from "zod";
import { validate } from "../../validation/mod.ts";
import { CameraError } from "../errors.ts";
import type { OpenedFile } from "./camera_file.ts";
import {
  type CameraFormat,
  type CameraReading,
  type CameraSpec,
  isRecord,
  requireRigid,
} from "./camera_format.ts";
import { unknownKeys, unknownKeysWarning } from "./json_keys.ts";
import { inverseRigid } from "./pose.ts";

const NAME = { error: "name the photograph" };
const PIXELS = { error: "write the number of pixels" };
const FOCAL = { error: "write a focal length above 0, in pixels" };
const place = z.tuple([z.number(), z.number(), z.number()], { error: "write three numbers" });

const cameraSchema = z.object({
  img_name: z.string(NAME).min(1, NAME),
  width: z.int(PIXELS).positive(PIXELS),
  height: z.int(PIXELS).positive(PIXELS),
  /** Of the camera in the world. */
  position: place,
  /** Row by row, from camera to world. */
  rotation: z.tuple([place, place, place], { error: "write three rows of three numbers" }),
  fx: z.number().positive(FOCAL),
  fy: z.number().positive(FOCAL),
}, { error: "write an object for each camera" });

const KEYS = new Set([...Object.keys(cameraSchema.shape), "id"]);

/** 3D Gaussian Splatting's `cameras.json` as one of the camera formats. */
export const gaussianSplatting: CameraFormat = {
  name: "3D Gaussian Splatting's cameras.json",
  accepts: ({ json }) => {
    const [first] = Array.isArray(json) ? json : [];
    return isRecord(first) && "img_name" in first && "rotation" in first;
  },
  read: (files) => {
    const contents = files.map(readFile);
    return {
      specs: contents.flatMap(({ specs }) => specs),
      isUnscaled: true,
      warnings: contents.flatMap(({ warnings }) => warnings),
    };
  },
};

function readFile({ name, json }: OpenedFile): CameraReading {
  const list = json as readonly unknown[];
  const unknown = list.flatMap((camera, index) =>
    isRecord(camera) ? unknownKeys(camera, KEYS, name, `[${index}]`) : []
  );
  return {
    specs: list.map((camera, index) => specOf(camera, index, name)),
    warnings: unknownKeysWarning(name, unknown),
  };
}

function specOf(camera: unknown, index: number, source: string): CameraSpec {
  const { img_name, width, height, position, rotation, fx, fy } = validate(
    cameraSchema,
    camera,
    (violation) => new CameraError({ file: source, ...violation }),
    [index],
  );
  const pose = Float64Array.of(
    ...rotation.flatMap((row, axis) => [...row, position[axis]!]),
    ...[0, 0, 0, 1],
  );
  const pinhole = { fx, fy, cx: width / 2 - 0.5, cy: height / 2 - 0.5 };
  return {
    file: img_name,
    source,
    field: `[${index}].img_name`,
    size: { width, height },
    pinhole: () => pinhole,
    distortion: null,
    worldToCamera: inverseRigid(requireRigid(pose, source, `[${index}].rotation`)),
  };
}
