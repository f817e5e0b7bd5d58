/**
 * What COLMAP's text and binary models have in common: the parameters of its lenses, and its poses.
 *
 * Source: colmap.github.io, "Camera Models"; colmap/src/colmap/sensor/models.h, and the files of its folder models.
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";
import type { WideLens } from "../lens/wide_lens.ts";
import type { Pinhole } from "./camera.ts";
import {
  type CameraSpec,
  distortionOf,
  type LensDistortion,
  panoramaPinhole,
  refuse,
  requireRigid,
} from "./camera_format.ts";
import { quaternionPose } from "./pose.ts";

/** Parameters of each model in the order of the files; f stands for both focal lengths. */
export const MODELS: Readonly<Record<string, readonly string[]>> = {
  SIMPLE_PINHOLE: ["f", "cx", "cy"],
  PINHOLE: ["fx", "fy", "cx", "cy"],
  SIMPLE_RADIAL: ["f", "cx", "cy", "k1"],
  RADIAL: ["f", "cx", "cy", "k1", "k2"],
  OPENCV: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2"],
  FULL_OPENCV: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"],
  SIMPLE_DIVISION: ["f", "cx", "cy", "k"],
  DIVISION: ["fx", "fy", "cx", "cy", "k"],
  SIMPLE_FISHEYE: ["f", "cx", "cy"],
  FISHEYE: ["fx", "fy", "cx", "cy"],
  SIMPLE_RADIAL_FISHEYE: ["f", "cx", "cy", "k1"],
  RADIAL_FISHEYE: ["f", "cx", "cy", "k1", "k2"],
  OPENCV_FISHEYE: ["fx", "fy", "cx", "cy", "k1", "k2", "k3", "k4"],
  THIN_PRISM_FISHEYE: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3", "k4", "sx1", "sy1"],
  EQUIRECTANGULAR: ["w", "h"],
};
/** What to do with lenses that cannot be read. */
export const UNDISTORT =
  "run COLMAP's image_undistorter, and send its photographs with the model that it writes to sparse";
const QUATERNION_TOLERANCE = 1e-3;

/** One camera of a model. */
export interface ColmapCamera {
  size: ImageSize;
  pinhole: Pinhole;
  distortion: LensDistortion | null;
  wideLens?: WideLens;
}

/** One image of a model. */
export interface ColmapImage {
  /** w first. */
  quaternion: readonly [number, number, number, number];
  translation: readonly [number, number, number];
  camera: number;
  name: string;
}

/**
 * Makes a camera of its parameters.
 *
 * @throws {CameraError} where its lens is not supported, or a size or focal length is not above 0
 */
export function cameraOf(
  model: string,
  size: ImageSize,
  parameters: readonly number[],
  source: string,
  field: string,
): ColmapCamera {
  const names = (Object.hasOwn(MODELS, model) ? MODELS[model] : undefined) ?? refuse(
    source,
    field,
    `camera model ${model} is not supported`,
    `${UNDISTORT}, or use one of ${Object.keys(MODELS).join(", ")}`,
  );
  const value = (name: string) => parameters[names.indexOf(name)] ?? 0;
  if (parameters.length !== names.length || !parameters.every(Number.isFinite)) {
    refuse(
      source,
      field,
      `${model} needs width, height and ${names.join(", ")}`,
      "write these numbers",
    );
  }
  const isPanorama = model === "EQUIRECTANGULAR";
  const [fx, fy] = isPanorama
    ? [value("w"), value("h")]
    : [value("f") || value("fx"), value("f") || value("fy")];
  if (!(size.width > 0 && size.height > 0 && fx > 0 && fy > 0)) {
    refuse(source, field, "a size or focal length is not above 0", "correct it");
  }
  if (isPanorama) {
    return {
      size,
      pinhole: panoramaPinhole(size),
      distortion: null,
      wideLens: { kind: "equirectangular" },
    };
  }
  // COLMAP counts pixels from their corners, this program from their centres.
  const pinhole = { fx, fy, cx: value("cx") - 0.5, cy: value("cy") - 0.5 };
  if (model.endsWith("FISHEYE")) {
    const [p1, p2, sx1, sy1] = [value("p1"), value("p2"), value("sx1"), value("sy1")];
    const hasPrism = [p1, p2, sx1, sy1].some((coefficient) => coefficient !== 0);
    const wideLens: WideLens = {
      kind: "fisheye",
      k: [value("k1"), value("k2"), value("k3"), value("k4")],
      ...(hasPrism ? { prism: { p1, p2, sx1, sy1 } } : {}),
    };
    return { size, pinhole, distortion: null, wideLens };
  }
  return {
    size,
    pinhole,
    distortion: distortionOf(value("k1"), value("k2"), value("p1"), value("p2"), {
      k3: value("k3"),
      k4: value("k4"),
      k5: value("k5"),
      k6: value("k6"),
      division: value("k"),
    }),
  };
}

/** Joins an image with its camera. @throws {CameraError} where there is none, or the pose is no rigid motion. */
export function specOf(
  { quaternion, translation, camera: id, name }: ColmapImage,
  cameras: ReadonlyMap<number, () => ColmapCamera>,
  source: string,
  field: string,
): CameraSpec {
  const camera = cameras.get(id) ??
    refuse(source, field, `camera ${id} is not in the model's cameras`, "send both of one model");
  const { size, pinhole, distortion, wideLens } = camera();
  const pose = poseOf(quaternion, translation, source, field);
  return {
    file: name,
    source,
    field,
    size,
    pinhole: () => pinhole,
    distortion,
    ...(wideLens ? { wideLens } : {}),
    worldToCamera: requireRigid(pose, source, field),
  };
}

function poseOf(
  quaternion: readonly [number, number, number, number],
  translation: readonly [number, number, number],
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
  return quaternionPose(quaternion, translation);
}
