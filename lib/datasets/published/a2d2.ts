/**
 * A2D2's semantic segmentation as it is downloaded: photographs of the front camera with the points of the lidars that
 * fall into them.
 *
 * ```text
 * cams_lidars.json                                      cameras
 * camera_lidar_semantic/class_list.json                 colour: name
 * camera_lidar_semantic/20180807_145028/camera/cam_front_center/20180807145028_camera_frontcenter_000000091.png
 *                                      /lidar/cam_front_center/20180807145028_lidar_frontcenter_000000091.npz
 *                                      /label/cam_front_center/20180807145028_label_frontcenter_000000091.png
 * ```
 *
 * Points have no labels of their own: each has that of its pixel in the label picture. Its row and column are those of
 * the picture without distortion, the label picture is as it was taken, so that the pixel is found through the lens, and
 * no colours are mixed. Points are brought from the camera's view (x forward, y left, z up) into that of the vehicle.
 *
 * Sources: the data set's tutorial (views, lens, rows and columns); J. Geyer et al., "A2D2" (2020), whose 38 categories
 * number some instances ("Car 1"), here joined; xMUDA's `splits.py` for its test sequence, since there is no official
 * split: it stands for the validation part as well. Frames without rows and columns are left out, as there.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { A2D2 } from "../../classes/a2d2.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { type Camera, decodePhoto, inverseRigid, type Photo } from "../../scan/mod.ts";
import { distortionOf } from "../../scan/camera/camera_format.ts";
import { multiply } from "../../scan/camera/pose.ts";
import { distort, undistort } from "../../scan/photo/undistort.ts";
import { parseJson, validate, violationsText } from "../../validation/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { hasArray, type NumberArray, readNpz } from "./npz.ts";
import { pointScan } from "./points.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
  spread,
} from "./published_dataset.ts";

const TEST = "20180807_145028";
const SEQUENCE = /^\d{8}_\d{6}$/;
const CAMERA = "cam_front_center";
/** Reflectances are bytes. */
const FULL_REFLECTANCE = 255;
/** So far, in pixels, may most points lie from the pixels that their file says. */
const TOLERANCE = 2;

const vector = z.tuple([z.number(), z.number(), z.number()]);
const matrix = z.tuple([vector, vector, vector]);
const ViewSchema = z.object({ "origin": vector, "x-axis": vector, "y-axis": vector });
const ConfigurationSchema = z.object({
  vehicle: z.object({ view: ViewSchema }),
  cameras: z.object({
    front_center: z.object({
      view: ViewSchema,
      CamMatrix: matrix,
      CamMatrixOriginal: matrix,
      Distortion: z.array(z.array(z.number()).min(4).max(5)).length(1),
      Lens: z.literal("Telecam", {
        error: "of front_center is not 'Telecam'; take A2D2's own cams_lidars.json",
      }),
    }),
  }),
});

/** The front camera. */
interface FrontCamera {
  /** Intrinsics of the picture without distortion. */
  readonly straight: Intrinsics;
  /** Intrinsics of the picture as it was taken. */
  readonly bent: Intrinsics;
  readonly lens: ReturnType<typeof distortionOf>;
  /** From the camera's view, in which points are stored, to that of the vehicle. */
  readonly toVehicle: Float64Array;
  /** Path of its file, for messages. */
  readonly path: string;
}

type Intrinsics = Pick<Camera, "fx" | "fy" | "cx" | "cy">;

/** A2D2: streets of German towns in front of a car, with 38 classes. */
export const a2d2: PublishedDataset = {
  about: "A2D2: cams_lidars.json, and camera_lidar_semantic with class_list.json and its sequences",
  async open(root) {
    const folder = join(root, "camera_lidar_semantic");
    const names = await listNeeded(folder, "the folder of A2D2's sequences (20180807_145028, …)");
    const camera = await readCamera(join(root, "cams_lidars.json"));
    const classByColour = await readColours(join(folder, "class_list.json"));
    const train: PublishedScene[] = [];
    const test: PublishedScene[] = [];
    const blind: string[] = [];
    let count = 0;
    for (const name of names.filter((name) => SEQUENCE.test(name))) {
      // Two sequences have photographs and no points.
      const lidar = join(folder, name, "lidar", CAMERA);
      if (!await isThere(lidar)) continue;
      count++;
      const files = await listNeeded(lidar, `the folder of the points of sequence ${name}`);
      for (const file of files.filter((file) => file.endsWith(".npz"))) {
        if (!hasArray(join(lidar, file), "row")) {
          blind.push(file);
          continue;
        }
        (name === TEST ? test : train).push(
          sceneOf(
            join(folder, name),
            name,
            file,
            (paths) => readFrame({ ...paths, camera, classByColour }),
          ),
        );
      }
    }
    if (count === 0) {
      throw new DatasetError(
        `Cannot open ${folder}: it has no sequence with lidar/${CAMERA}, such as ${TEST}; add one`,
      );
    }
    return publishedDataset({
      name: "A2D2",
      rows: A2D2,
      licence: "CC-BY-ND-4.0",
      warnings: [
        ...(test.length > 0 ? [] : [
          `${folder} lacks the points of ${TEST}; the validation and test parts are empty without it.`,
        ]),
        ...(blind.length === 0 ? [] : [
          `Frames whose points have no row and col were left out: ${blind[0]}${
            blind.length > 1 ? ` and ${blind.length - 1} more` : ""
          }.`,
        ]),
      ],
      domains: [{
        name: "a2d2",
        about:
          "five 16-beam lidars on a car in southern Germany, the part that its front camera sees",
        isSource: true,
        scenes: { train: spread(train), validation: spread(test), test: spread(test) },
      }],
    });
  },
};

/** The files of a frame. */
interface FramePaths {
  readonly id: string;
  readonly points: string;
  readonly photograph: string;
  readonly labels: string;
}

function sceneOf(
  folder: string,
  sequence: string,
  file: string,
  read: (paths: FramePaths) => Promise<DatasetScene>,
): PublishedScene {
  const stem = file.slice(0, -".npz".length);
  const pathOf = (kind: string) =>
    join(folder, kind, CAMERA, `${stem.replace("_lidar_", `_${kind}_`)}.png`);
  const paths = {
    id: `${sequence}/${stem.split("_").at(-1)}`,
    points: join(folder, "lidar", CAMERA, file),
    photograph: pathOf("camera"),
    labels: pathOf("label"),
  };
  return {
    id: paths.id,
    files: [paths.points, paths.labels, paths.photograph],
    read: () => read(paths),
  };
}

async function readJson<T>(path: string, holds: string, schema: z.ZodType<T>): Promise<T> {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}`);
  const text = new TextDecoder().decode(await readNeeded(path, holds));
  return validate(schema, parseJson(text, fail), (_, all) => fail(violationsText(all)));
}

async function readCamera(path: string): Promise<FrontCamera> {
  const { vehicle, cameras } = await readJson(
    path,
    "A2D2's configuration of cameras and lidars",
    ConfigurationSchema,
  );
  const { view, CamMatrix, CamMatrixOriginal, Distortion } = cameras.front_center;
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0] = Distortion[0]!;
  return {
    straight: intrinsicsOf(CamMatrix),
    bent: intrinsicsOf(CamMatrixOriginal),
    lens: distortionOf(k1, k2, p1, p2, { k3 }),
    toVehicle: multiply(inverseRigid(poseOfView(vehicle.view)), poseOfView(view)),
    path,
  };
}

function intrinsicsOf([[fx, , cx], [, fy, cy]]: z.output<typeof matrix>): Intrinsics {
  return { fx, fy, cx, cy };
}

/** From a view to the common frame. The y axis is set at a right angle to the x axis, as the tutorial does. */
function poseOfView(view: z.output<typeof ViewSchema>): Float64Array {
  const { "x-axis": along, "y-axis": across, origin } = view;
  const unit = (v: readonly number[]) => v.map((value) => value / Math.hypot(...v));
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const x = unit(along);
  const y = unit(across.map((value, i) => value - dot(across, x) * x[i]!));
  const z = [1, 2, 0].map((i, k) => x[i]! * y[(k + 2) % 3]! - x[(k + 2) % 3]! * y[i]!);
  const rows = [0, 1, 2].flatMap((i) => [x[i]!, y[i]!, z[i]!, origin[i]!]);
  return Float64Array.of(...rows, 0, 0, 0, 1);
}

/** Class by colour, as 0xRRGGBB. */
async function readColours(path: string): Promise<Map<number, number>> {
  const list = await readJson(
    path,
    "A2D2's list of colours and names",
    z.record(z.string().regex(/^#[\da-f]{6}$/i, "write colours as #rrggbb"), z.string()),
  );
  const classes = A2D2.map(([name]) => name);
  return new Map(
    Object.entries(list).map(([colour, name]) => {
      const index = classes.indexOf(name.replace(/ \d+$/, ""));
      if (index >= 0) return [parseInt(colour.slice(1), 16), index];
      throw new DatasetError(
        `Cannot read ${path}: '${name}' is no category of A2D2; take its own class_list.json`,
      );
    }),
  );
}

interface FrameRequest extends FramePaths {
  readonly camera: FrontCamera;
  readonly classByColour: ReadonlyMap<number, number>;
}

async function readFrame(request: FrameRequest): Promise<DatasetScene> {
  const { id, points: path, camera } = request;
  const arrays = readNpz(await readNeeded(path, `the points of frame ${id}`), path, [
    ...["points", "row", "col", "reflectance"],
  ]);
  const arrayOf = (name: string, columns: number): Float64Array => {
    const array: NumberArray | undefined = arrays.get(name);
    const rows = arrays.get("points")?.shape[0];
    const shape = columns === 1 ? [rows] : [rows, columns];
    if (array && array.shape.join() === shape.join()) return array.values;
    throw new DatasetError(
      `Cannot use ${path}: its array '${name}' ${
        array ? `has the shape ${array.shape.join(" x ")}` : "is missing"
      }, not ${shape.join(" x ")}; fetch it again`,
    );
  };
  const points = arrayOf("points", 3);
  const [rows, columns] = [arrayOf("row", 1), arrayOf("col", 1)];
  const reflectance = arrayOf("reflectance", 1);
  requireSameView(path, points, rows, columns, camera);
  const labels = await decodePhoto(
    await readNeeded(request.labels, `the label picture of frame ${id}`),
    request.labels,
  );
  const scan = pointScan({
    path,
    positions: transformed(points, camera.toVehicle),
    intensity: Float32Array.from(reflectance, (value) => Math.min(1, value / FULL_REFLECTANCE)),
    labels: labelsOf(rows, columns, labels, request),
  });
  const photo = await decodePhoto(
    await readNeeded(request.photograph, `the photograph of frame ${id}`),
    request.photograph,
  );
  const view = straightened(photo, camera);
  return { id, scan, photos: [view.photo], cameras: [view.camera] };
}

/** Where a point of the camera's view appears in the picture without distortion. */
function projected(points: Float64Array, i: number, { fx, fy, cx, cy }: Intrinsics) {
  const [x, y, z] = [points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!];
  return { column: cx - fx * y / x, row: cy - fy * z / x };
}

/**
 * Holds the points against the pixels that their file says, which would show another camera's configuration.
 *
 * @throws {DatasetError} where they do not belong together
 */
function requireSameView(
  path: string,
  points: Float64Array,
  rows: Float64Array,
  columns: Float64Array,
  camera: FrontCamera,
): void {
  const distances = rows.map((row, i) => {
    const pixel = projected(points, i, camera.straight);
    return Math.hypot(pixel.row - row, pixel.column - columns[i]!);
  }).sort();
  const middle = distances[Math.floor(distances.length / 2)] ?? 0;
  if (middle <= TOLERANCE) return;
  throw new DatasetError(
    `Cannot use ${path}: half of its points lie more than ${
      middle.toFixed(0)
    } pixels from their row and col in the camera of ${camera.path}; take both from A2D2's own download`,
  );
}

/** The class of the pixel of every point; ignored where that lies outside, or its colour has no class. */
function labelsOf(
  rows: Float64Array,
  columns: Float64Array,
  { width, height, pixels }: Photo,
  { camera, classByColour }: FrameRequest,
): Int32Array {
  return Int32Array.from(rows, (row, i) => {
    const column = columns[i]!;
    const { straight, bent, lens } = camera;
    const [u, v] = lens
      ? distort(column, row, straight, bent, lens)
      : distort(column, row, straight, bent, { k1: 0, k2: 0, p1: 0, p2: 0 });
    const [x, y] = [Math.round(u), Math.round(v)];
    if (!(x >= 0 && x < width && y >= 0 && y < height)) return IGNORE_LABEL;
    const at = 3 * (y * width + x);
    const colour = pixels[at]! << 16 | pixels[at + 1]! << 8 | pixels[at + 2]!;
    return classByColour.get(colour) ?? IGNORE_LABEL;
  });
}

function transformed(points: Float64Array, pose: Float64Array): Float32Array {
  return Float32Array.from(points, (_, i) => {
    const [at, row] = [i - i % 3, 4 * (i % 3)];
    return pose[row]! * points[at]! + pose[row + 1]! * points[at + 1]! +
      pose[row + 2]! * points[at + 2]! + pose[row + 3]!;
  });
}

/** The photograph without distortion, and its camera in the vehicle's frame. */
function straightened(photo: Photo, { bent, lens, toVehicle, path }: FrontCamera) {
  // A camera looks along z with y down, A2D2's views along x with z up.
  const toCamera = Float64Array.of(0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1);
  const camera: Camera = {
    file: photo.name,
    width: photo.width,
    height: photo.height,
    ...bent,
    worldToCamera: multiply(toCamera, inverseRigid(toVehicle)),
  };
  return lens ? undistort(photo, camera, lens, path) : { photo, camera };
}
