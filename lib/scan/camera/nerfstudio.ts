/**
 * nerfstudio's `transforms.json`: camera to world with OpenGL axes (x right, y up, looking along -z), and the corner
 * of the first pixel at (0, 0). Poses are used as they are, so the scan has to be in the same world coordinates.
 *
 * Source: docs.nerf.studio, "Data conventions".
 *
 * @module
 */
import { z } from "zod";
import { issueAt, validate } from "../../validation/mod.ts";
import { CameraError } from "../errors.ts";
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  distortionOf,
  hasField,
  isRecord,
  jsonOf,
  refuse,
  requireRigid,
} from "./camera_format.ts";
import { inverseRigid } from "./pose.ts";

/** Models without more distortion than k1, k2, p1 and p2. */
const MODELS = ["OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"] as const;

const FOUR_ROWS = "write the matrix as four rows of four finite numbers";
const row = z.tuple([z.number(), z.number(), z.number(), z.number()], { error: FOUR_ROWS });
const number = z.number().optional();
const above0 = z.number().positive().optional();
const noFourthOrder = z.literal(0, { error: "fit k1, k2, p1 and p2, or undistort" }).optional();

const frameSchema = z.object({
  camera_model: z.enum(MODELS, {
    error: `undistort the photographs to one of ${MODELS.join(", ")}`,
  }).default("OPENCV"),
  file_path: z.string({ error: "name the photograph" }).min(1, { error: "name the photograph" }),
  fl_x: above0,
  fl_y: above0,
  /** Field of view, radians. */
  camera_angle_x: above0,
  camera_angle_y: above0,
  cx: number,
  cy: number,
  w: above0,
  h: above0,
  k1: z.number().default(0),
  k2: z.number().default(0),
  k3: noFourthOrder,
  k4: noFourthOrder,
  p1: z.number().default(0),
  p2: z.number().default(0),
  /** The last row may be missing. */
  transform_matrix: z.tuple([row, row, row, row.optional()], { error: FOUR_ROWS }),
}).superRefine(({ fl_x, camera_angle_x: angle }, context) => {
  if (fl_x !== undefined || (angle !== undefined && angle < Math.PI)) return;
  const mend = "write fl_x, or camera_angle_x in radians";
  context.addIssue(issueAt(["fl_x"], "there is no focal length", mend));
});

/** nerfstudio's `transforms.json` as one of the camera formats. */
export const nerfstudio: CameraFormat = {
  name: "nerfstudio transforms.json",
  accepts: (file) => hasField(file, "frames"),
  read: (files) => files.flatMap(readFile),
};

function readFile(file: CameraFile): CameraSpec[] {
  const json = jsonOf(file);
  const all = isRecord(json) ? json : {};
  const frames = all["frames"];
  if (!Array.isArray(frames) || frames.length === 0) {
    return refuse(file.name, "frames", "it has no list of frames", "send at least one frame");
  }
  return frames.map((frame: unknown, index) => readFrame(all, frame, index, file.name));
}

function readFrame(
  all: Record<string, unknown>,
  frame: unknown,
  index: number,
  source: string,
): CameraSpec {
  const field = `frames[${index}]`;
  if (!isRecord(frame)) {
    return refuse(source, field, "it is no object", "write an object for each frame");
  }
  // What a frame lacks holds for all frames, except its own photograph and pose.
  const shared = Object.keys(frameSchema.shape)
    .filter((key) => key !== "file_path" && key !== "transform_matrix")
    .map((key) => [key, frame[key] ?? all[key]]);
  const { file_path, transform_matrix } = frame;
  const camera = validate(
    frameSchema,
    { ...Object.fromEntries(shared), file_path, transform_matrix },
    (violation) => new CameraError({ file: source, ...violation }),
    ["frames", index],
  );
  const { fl_x, fl_y, camera_angle_x, camera_angle_y, cx, cy, w, h, k1, k2, p1, p2 } = camera;
  return {
    file: camera.file_path.replace(/^\.\//, ""),
    source,
    field: `${field}.file_path`,
    size: w === undefined || h === undefined ? null : { width: w, height: h },
    pinhole: ({ width, height }) => {
      const fx = fl_x ?? width / 2 / Math.tan(camera_angle_x! / 2);
      const fy = fl_y ??
        (fl_x === undefined && camera_angle_y !== undefined
          ? height / 2 / Math.tan(camera_angle_y / 2)
          : fx);
      // nerfstudio counts pixels from their corners, this program from their centres.
      return { fx, fy, cx: (cx ?? width / 2) - 0.5, cy: (cy ?? height / 2) - 0.5 };
    },
    distortion: distortionOf(k1, k2, p1, p2),
    worldToCamera: inverseRigid(
      poseOf(camera.transform_matrix, `${field}.transform_matrix`, source),
    ),
  };
}

/** Camera to world with OpenCV axes. */
function poseOf(
  rows: readonly (readonly number[] | undefined)[],
  field: string,
  source: string,
): Float64Array {
  const pose = new Float64Array(16);
  pose[15] = 1;
  pose.set(rows.flatMap((row) => row ?? []));
  requireRigid(pose, source, field);
  return pose.map((entry, i) => i < 12 && (i % 4 === 1 || i % 4 === 2) ? -entry : entry);
}
