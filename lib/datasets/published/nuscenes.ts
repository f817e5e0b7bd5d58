/**
 * nuScenes with its lidarseg labels as they are downloaded.
 *
 * ```text
 * v1.0-trainval/*.json                               the tables; v1.0-mini is taken where no sweep of trainval is there
 * samples/LIDAR_TOP/*.pcd.bin                        float32 x, y, z, intensity (0 to 255), ring
 * samples/CAM_FRONT/*.jpg                            and the five other cameras, undistorted
 * lidarseg/v1.0-trainval/TOKEN_lidarseg.bin          uint8: the index of a category
 * ```
 *
 * Source of classes, their map and splits: `eval/lidarseg/utils.py` and `utils/splits.py` of nutonomy/nuscenes-devkit.
 * The test scenes have no labels, so that the validation part is the test part as well. Points stay in the coordinates
 * of the lidar (x right, y forward, z up) at the time of its sweep; a camera's pose has the motion of the car between the
 * sweep and the exposure.
 *
 * @module
 */
import { join } from "node:path";
import { NUSCENES } from "../../classes/mod.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { type Camera, decodePhoto, type Photo } from "../../scan/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { readNeeded } from "./files.ts";
import { type LabelledSweep, openDownload } from "./nuscenes_download.ts";
import type { NuscenesTables } from "./nuscenes_tables.ts";
import { floatRows, pointScan } from "./points.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
  spread,
} from "./published_dataset.ts";

/** Numbers of the validation scenes by version; all others of these versions are for training. */
const VALIDATION: Readonly<Record<string, string>> = {
  "v1.0-trainval":
    "3 12-18 35-36 38-39 92-110 221 268-278 329-332 344-346 519-524 552-565 625-627 629-630 " +
    "632-638 770-771 775 777-778 780-784 794-800 802 904-917 919-931 962-963 966-969 971-972 1059-1073",
  "v1.0-mini": "103 916",
};

/** Class of each category of the challenge; the others are ignored. */
const CLASSES: Readonly<Record<string, string>> = {
  "human.pedestrian.adult": "pedestrian",
  "human.pedestrian.child": "pedestrian",
  "human.pedestrian.construction_worker": "pedestrian",
  "human.pedestrian.police_officer": "pedestrian",
  "movable_object.barrier": "barrier",
  "movable_object.trafficcone": "traffic_cone",
  "vehicle.bicycle": "bicycle",
  "vehicle.bus.bendy": "bus",
  "vehicle.bus.rigid": "bus",
  "vehicle.car": "car",
  "vehicle.construction": "construction_vehicle",
  "vehicle.motorcycle": "motorcycle",
  "vehicle.trailer": "trailer",
  "vehicle.truck": "truck",
  "flat.driveable_surface": "driveable_surface",
  "flat.other": "other_flat",
  "flat.sidewalk": "sidewalk",
  "flat.terrain": "terrain",
  "static.manmade": "manmade",
  "static.vegetation": "vegetation",
};

/** Intensities are bytes. */
const FULL_INTENSITY = 255;

/** nuScenes lidarseg: sweeps of a 32-beam lidar in Boston and Singapore with 16 classes. */
export const nuscenes: PublishedDataset = {
  about:
    "nuScenes with lidarseg: v1.0-trainval or v1.0-mini (tables), samples, and lidarseg with the same version",
  async open(root) {
    const { version, categories, sweeps, warnings } = await openDownload(
      root,
      Object.keys(VALIDATION),
    );
    const classByLabel = classesOf(categories);
    const validation = numbersOf(VALIDATION[version]!);
    const scenesOf = (isValidation: boolean) =>
      sweeps.filter(({ scene }) => validation.has(scene) === isValidation)
        .map((sweep): PublishedScene => {
          const id = `${sweep.scene}/${sweep.timestamp}`;
          return {
            id,
            files: [sweep.points, sweep.labels, ...sweep.photographs].map((path) =>
              join(root, path)
            ),
            read: () => readSweep({ root, id, sweep, classByLabel }),
          };
        });
    const train = spread(scenesOf(false));
    const held = spread(scenesOf(true));
    return publishedDataset({
      name: "nuScenes-lidarseg",
      rows: NUSCENES,
      licence: "CC-BY-NC-SA-4.0",
      warnings: [
        ...warnings,
        ...(train.length > 0 ? [] : [
          `No key frame of ${version}'s scenes for training is there; the training part is empty.`,
        ]),
        ...(held.length > 0 ? [] : [
          `No key frame of ${version}'s scenes for validation is there; the validation and test parts are empty.`,
        ]),
      ],
      domains: [{
        name: "nuscenes",
        about: `a 32-beam lidar on cars in Boston and Singapore, with six cameras (${version})`,
        isSource: true,
        scenes: { train, validation: held, test: held },
      }],
    });
  },
};

/** Names of scenes, of numbers and ranges. */
function numbersOf(text: string): Set<string> {
  const names = text.split(" ").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return new Set(names.map((number) => `scene-${String(number).padStart(4, "0")}`));
}

/** Class by label; ignored labels have the ignore label. */
function classesOf(categories: NuscenesTables["categories"]): Map<number, number> {
  const names = NUSCENES.map(([name]) => name);
  return new Map(
    [...categories].map(([label, category]) => {
      const name = CLASSES[category];
      return [label, name === undefined ? IGNORE_LABEL : names.indexOf(name)];
    }),
  );
}

interface SweepRequest {
  readonly root: string;
  readonly id: string;
  readonly sweep: LabelledSweep;
  readonly classByLabel: ReadonlyMap<number, number>;
}

async function readSweep(request: SweepRequest): Promise<DatasetScene> {
  const { root, id, sweep, classByLabel } = request;
  const [points, labels] = [join(root, sweep.points), join(root, sweep.labels)];
  const { positions, fourth } = floatRows(await readNeeded(points, `sweep ${id}`), points, 5);
  const stored = await readNeeded(labels, `the labels of sweep ${id}`);
  const unknown = stored.find((label) => !classByLabel.has(label));
  if (unknown !== undefined) {
    throw new DatasetError(
      `Cannot use ${labels}: label ${unknown} is no index in category.json; unpack both of one version`,
    );
  }
  const scan = pointScan({
    path: points,
    positions,
    intensity: fourth.map((value) => value / FULL_INTENSITY),
    labels: Int32Array.from(stored, (label) => classByLabel.get(label)!),
  });
  const photos: Photo[] = [];
  const cameras: Camera[] = [];
  for (const { file, width, height, intrinsic, scannerToCamera } of sweep.cameras()) {
    if (!sweep.photographs.includes(file)) continue;
    const path = join(root, file);
    const photo = await decodePhoto(await readNeeded(path, `a photograph of sweep ${id}`), file);
    if (photo.width !== width || photo.height !== height) {
      throw new DatasetError(
        `Cannot use ${path}: it is ${photo.width}x${photo.height}, the tables say ${width}x${height}; fetch it again`,
      );
    }
    photos.push(photo);
    cameras.push({
      file,
      width,
      height,
      fx: intrinsic[0]!,
      fy: intrinsic[4]!,
      cx: intrinsic[2]!,
      cy: intrinsic[5]!,
      worldToCamera: scannerToCamera,
    });
  }
  return { id, scan, photos, cameras };
}
