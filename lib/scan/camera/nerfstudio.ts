/**
 * nerfstudio's `transforms.json`: camera to world with OpenGL axes (x right, y up, looking along -z), and the corner
 * of the first pixel at (0, 0). Poses are used as they are, so the scan has to be in the same world coordinates.
 *
 * Source: docs.nerf.studio, "Data conventions"; nerfstudio/cameras/camera_utils.py, radial_and_tangential_undistort;
 * instant-ngp/scripts/colmap2nerf.py.
 *
 * @module
 */
import { z } from "zod";
import { issueAt, validate } from "../../validation/mod.ts";
import { CameraError } from "../errors.ts";
import type { WideLens } from "../lens/wide_lens.ts";
import type { Warning } from "../warning.ts";
import type { OpenedFile } from "./camera_file.ts";
import {
  type CameraFormat,
  type CameraReading,
  type CameraSpec,
  distortionOf,
  isRecord,
  listsObjects,
  panoramaPinhole,
  refuse,
  requireRigid,
} from "./camera_format.ts";
import { unknownKeys, unknownKeysWarning } from "./json_keys.ts";
import { inverseRigid } from "./pose.ts";

/** Models without more distortion than k1 to k4, p1 and p2, and those that are cut into several views. */
const MODELS = [
  "OPENCV",
  "PINHOLE",
  "SIMPLE_PINHOLE",
  "SIMPLE_RADIAL",
  "RADIAL",
  "OPENCV_FISHEYE",
  "EQUIRECTANGULAR",
] as const;

const FOUR_ROWS = "write the matrix as four rows of four finite numbers";
const row = z.tuple([z.number(), z.number(), z.number(), z.number()], { error: FOUR_ROWS });
/** A number, which ns-process-data of RealityCapture's tables writes as text. */
const written = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => {
    const isNumber = typeof value === "string" && value.trim() !== "" &&
      Number.isFinite(Number(value));
    return isNumber ? Number(value) : value;
  }, schema);
const number = written(z.number().optional());
const above0 = written(z.number().positive().optional());
const coefficient = written(z.number().default(0));
/** Programs do not agree on what it multiplies. */
const not0 = written(z.literal(0, { error: "fit k1 to k4, p1 and p2, or undistort" }).optional());

const frameSchema = z.object({
  camera_model: z.enum(MODELS, {
    error: `undistort the photographs to one of ${MODELS.join(", ")}`,
  }).default("OPENCV"),
  /** instant-ngp's word for OPENCV_FISHEYE. */
  is_fisheye: z.union([z.boolean(), z.literal([0, 1])], { error: "write true or false" })
    .optional(),
  /** Radius of the round picture of a fisheye lens, pixels. */
  fisheye_crop_radius: above0,
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
  k1: coefficient,
  k2: coefficient,
  k3: coefficient,
  /** Of a perspective lens the coefficient of r⁸, as nerfstudio applies it; of a fisheye lens that of θ⁹. */
  k4: coefficient,
  k5: not0,
  k6: not0,
  p1: coefficient,
  p2: coefficient,
  /** The last row may be missing. */
  transform_matrix: z.tuple([row, row, row, row.optional()], { error: FOUR_ROWS }),
}).superRefine((frame, context) => {
  const { fl_x, camera_angle_x: angle, w, h, p1, p2 } = frame;
  const isFisheye = lensOf(frame) === "fisheye";
  if (isFisheye && (p1 !== 0 || p2 !== 0)) {
    const field = p1 !== 0 ? "p1" : "p2";
    const mend = "fit k1 to k4 of OpenCV's fisheye lens, which has no p1 and p2, or undistort";
    context.addIssue(issueAt([field], `${field} is ${frame[field]}`, mend));
  }
  if ((w === undefined) !== (h === undefined)) {
    const [missing, given] = w === undefined ? ["w", "h"] : ["h", "w"];
    const problem = `there is ${given} without ${missing}`;
    context.addIssue(issueAt([missing], problem, "write both, or neither"));
  }
  if (lensOf(frame) === "equirectangular" || fl_x !== undefined) return;
  if (!isFisheye && angle !== undefined && angle < Math.PI) return;
  const mend = isFisheye ? "write fl_x" : "write fl_x, or camera_angle_x in radians";
  context.addIssue(issueAt(["fl_x"], "there is no focal length", mend));
});

/** The kind of a lens that is cut into several views; null for all others. */
function lensOf(
  { camera_model, is_fisheye }: { camera_model: string; is_fisheye?: boolean | 0 | 1 | undefined },
): WideLens["kind"] | null {
  if (camera_model === "EQUIRECTANGULAR") return "equirectangular";
  return camera_model === "OPENCV_FISHEYE" || is_fisheye ? "fisheye" : null;
}

type Frame = z.output<typeof frameSchema>;

/** Keys that may stand beside the frames, or in one. */
const CAMERA_KEYS = Object.keys(frameSchema.shape);
/** Keys of nerfstudio, instant-ngp and Blender's exporters that concern neither lens nor picture nor pose. */
const FILE_KEYS = new Set([
  ...CAMERA_KEYS,
  ..."frames applied_transform applied_scale aabb aabb_scale scale offset render_aabb up n_frames"
    .split(" "),
  ..."train_filenames val_filenames test_filenames ply_file_path depth_unit_scale_factor".split(
    " ",
  ),
  ..."orientation_override auto_scale_poses_override has_mono_prior integer_depth_scale".split(" "),
  ..."enable_depth_loading enable_ray_loading n_extra_learnable_dims from_na sharpen is_hdr".split(
    " ",
  ),
  ..."white_transparent black_transparent mask_color fix_premult linear_colors envmap".split(" "),
]);
const FRAME_KEYS = new Set([
  ...CAMERA_KEYS,
  ..."depth_file_path depth_path colmap_im_id sharpness rotation timestamp time frame_id id".split(
    " ",
  ),
  ..."driver_parameters light exposure".split(" "),
]);
/** Difference of two focal lengths of one camera, as a share, beyond which they contradict each other. */
const FOCAL_TOLERANCE = 0.05;

/** Mean distance of the cameras from the origin to which instant-ngp's colmap2nerf scales them, and how far rounding goes. */
const NGP_DISTANCE = 4;
const NGP_TOLERANCE = 1e-3;

/** nerfstudio's `transforms.json` as one of the camera formats. */
export const nerfstudio: CameraFormat = {
  name: "nerfstudio transforms.json",
  accepts: (file) => listsObjects(file, "frames", ["transform_matrix", "file_path"]),
  read: (files) => {
    const contents = files.map(readFile);
    return {
      specs: contents.flatMap(({ specs }) => specs),
      isUnscaled: contents.some(({ isUnscaled }) => isUnscaled),
      warnings: contents.flatMap(({ warnings }) => warnings),
    };
  },
};

function readFile({ name, json }: OpenedFile): CameraReading {
  const all = isRecord(json) ? json : {};
  const list = all["frames"];
  if (!Array.isArray(list) || list.length === 0) {
    return refuse(name, "frames", "it has no list of frames", "send at least one frame");
  }
  const unknown = unknownKeys(all, FILE_KEYS, name, "");
  const frames = list.map((frame: unknown, index) => {
    const field = `frames[${index}]`;
    if (!isRecord(frame)) {
      return refuse(name, field, "it is no object", "write an object for each frame");
    }
    unknown.push(...unknownKeys(frame, FRAME_KEYS, name, field));
    return readFrame(all, frame, index, name);
  });
  return {
    specs: frames.map((frame, index) => specOf(frame, index, name)),
    // What nerfstudio makes of a phone's poses, which are metric, or of a table does not name COLMAP's images.
    isUnscaled: isOfNgp(all, frames) ||
      list.some((frame) => isRecord(frame) && "colmap_im_id" in frame),
    warnings: [...unknownKeysWarning(name, unknown), ...doubts(all, frames, name)],
  };
}

function readFrame(
  all: Record<string, unknown>,
  frame: Record<string, unknown>,
  index: number,
  source: string,
): Frame {
  // What a frame lacks holds for all frames, except its own photograph and pose.
  const shared = CAMERA_KEYS
    .filter((key) => key !== "file_path" && key !== "transform_matrix")
    .map((key) => [key, frame[key] ?? all[key] ?? undefined]);
  const { file_path, transform_matrix } = frame;
  return validate(
    frameSchema,
    { ...Object.fromEntries(shared), file_path, transform_matrix },
    (violation) => new CameraError({ file: source, ...violation }),
    ["frames", index],
  );
}

function specOf(frame: Frame, index: number, source: string): CameraSpec {
  const { fl_x, fl_y, camera_angle_x, camera_angle_y, cx, cy, w, h } = frame;
  const field = `frames[${index}]`;
  const kind = lensOf(frame);
  const about = {
    file: frame.file_path,
    source,
    field: `${field}.file_path`,
    worldToCamera: inverseRigid(
      poseOf(frame.transform_matrix, `${field}.transform_matrix`, source),
    ),
  };
  if (kind === "equirectangular") {
    // What a file says of focal length and size is for a panorama what the picture itself says.
    const wideLens: WideLens = { kind };
    return {
      ...about,
      size: null,
      anySize: true,
      pinhole: panoramaPinhole,
      distortion: null,
      wideLens,
    };
  }
  const { k1, k2, k3, k4, fisheye_crop_radius: radius } = frame;
  const wideLens: WideLens | null = kind === null ? null : {
    kind,
    k: [k1, k2, k3, k4],
    ...(radius === undefined ? {} : { radius: radius / fl_x! }),
  };
  return {
    ...about,
    size: w === undefined || h === undefined ? null : { width: w, height: h },
    anySize: [fl_x, fl_y, cx, cy].every((value) => value === undefined),
    pinhole: ({ width, height }) => {
      const fx = fl_x ?? width / 2 / Math.tan(camera_angle_x! / 2);
      const fy = fl_y ??
        (fl_x === undefined && camera_angle_y !== undefined
          ? height / 2 / Math.tan(camera_angle_y / 2)
          : fx);
      // nerfstudio counts pixels from their corners, this program from their centres.
      return { fx, fy, cx: (cx ?? width / 2) - 0.5, cy: (cy ?? height / 2) - 0.5 };
    },
    distortion: wideLens ? null : distortionOf(k1, k2, frame.p1, frame.p2, { k3, k4Above: k4 }),
    ...(wideLens ? { wideLens } : {}),
  };
}

/** What is doubtful about a file that can be read. */
function doubts(
  all: Record<string, unknown>,
  frames: readonly Frame[],
  source: string,
): Warning[] {
  const texts: string[] = [];
  for (const key of ["applied_transform", "applied_scale"]) {
    if (all[key] === undefined || isIdentity(all[key])) continue;
    texts.push(
      `${source} has ${key}: its poses are no longer in the coordinates that they had before. They were used as they ` +
        "are, so the scan has to be in the same coordinates.",
    );
  }
  if (isOfNgp(all, frames)) {
    texts.push(
      `The world of ${source} was rotated, moved and scaled by instant-ngp's colmap2nerf, by which cameras stand ` +
        `${NGP_DISTANCE} from the origin in the mean. Its poses were used as they are, so the scan has to be in the same ` +
        "coordinates: for a scan in those of COLMAP send COLMAP's model, or run colmap2nerf with --keep_colmap_coords.",
    );
  }
  const bySize = frames.filter((frame) => lensOf(frame) !== "equirectangular");
  if (bySize.some(({ fl_x, w, cx }) => fl_x !== undefined && w === undefined && cx === undefined)) {
    texts.push(
      `${source} has fl_x, but neither w and h nor cx and cy: it was taken to hold for the size that the photographs ` +
        "have. Write w and h, the size that the camera was calibrated for.",
    );
  }
  if (frames.some(contradicts)) {
    texts.push(
      `In ${source}, fl_x and camera_angle_x do not agree at a width of w; fl_x was used. Correct or remove one of them.`,
    );
  }
  return texts.map((text) => ({ code: "cameras", text, field: "cameras" }));
}

/** Whether instant-ngp's colmap2nerf wrote a file, and did not keep the coordinates of COLMAP. */
function isOfNgp(all: Record<string, unknown>, frames: readonly Frame[]): boolean {
  if (!("aabb_scale" in all) || "applied_transform" in all) return false;
  const distances = frames.map(({ transform_matrix: [x, y, z] }) => Math.hypot(x[3], y[3], z[3]));
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return Math.abs(mean - NGP_DISTANCE) <= NGP_TOLERANCE;
}

/** Whether focal length and field of view are those of different cameras. */
function contradicts(frame: Frame): boolean {
  const { fl_x, camera_angle_x: angle, w } = frame;
  if (lensOf(frame) !== null || fl_x === undefined || angle === undefined || w === undefined) {
    return false;
  }
  return Math.abs(w / 2 / Math.tan(angle / 2) / fl_x - 1) > FOCAL_TOLERANCE;
}

/** Whether a scale, or a matrix of three or four rows, changes nothing. */
function isIdentity(value: unknown): boolean {
  const numbers = [value].flat(2);
  return numbers.every((entry, i) => entry === (i % 5 === 0 ? 1 : 0));
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
