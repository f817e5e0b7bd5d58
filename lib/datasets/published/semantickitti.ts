/**
 * SemanticKITTI as it is downloaded: the scans, labels and calibration of KITTI's odometry benchmark, and its colour
 * photographs where they were downloaded too.
 *
 * ```text
 * sequences/08/velodyne/000000.bin   float32 x, y, z, remission
 * sequences/08/labels/000000.label   uint32: the class in the lower 16 bits, the object in the upper ones
 * sequences/08/calib.txt             P0 … P3, Tr
 * sequences/08/image_2/000000.png    left colour photograph; image_3 is the right one
 * ```
 *
 * Source of classes, label map and split: `config/semantic-kitti.yaml` of PRBonn/semantic-kitti-api. Sequences 11 to 21
 * have no labels, so that the validation part, sequence 08, is the test part as well. Points stay in the coordinates of
 * the laser scanner (x forward, y left, z up), as do the networks of others that were trained on them.
 *
 * @module
 */
import { join } from "node:path";
import { type ClassRow, SEMANTICKITTI } from "../../classes/mod.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { readViews } from "../../scan/mod.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { lackingScenes } from "./official_scenes.ts";
import { floatRows, pointScan } from "./points.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
  spread,
} from "./published_dataset.ts";

const VALIDATION = ["08"];
const SPLITS: Readonly<Record<DatasetSplit, readonly string[]>> = {
  train: ["00", "01", "02", "03", "04", "05", "06", "07", "09", "10"],
  validation: VALIDATION,
  test: VALIDATION,
};

/** Labels by class; moving things count as what they are. The official map ignores other objects, and all that is not here. */
const LABELS: Readonly<Record<string, readonly number[]>> = {
  "car": [10, 252],
  "bicycle": [11],
  "motorcycle": [15],
  "truck": [18, 258],
  "other-vehicle": [13, 16, 20, 256, 257, 259],
  "person": [30, 254],
  "bicyclist": [31, 253],
  "motorcyclist": [32, 255],
  "road": [40, 60],
  "parking": [44],
  "sidewalk": [48],
  "other-ground": [49],
  "building": [50],
  "fence": [51],
  "vegetation": [70],
  "trunk": [71],
  "terrain": [72],
  "pole": [80],
  "traffic-sign": [81],
  "other-object": [99],
};

/** Folders of the colour cameras. */
const CAMERAS = ["image_2", "image_3"];

/** SemanticKITTI: scans of a car in Karlsruhe with 19 classes. */
export const semantickitti: PublishedDataset = {
  about:
    "SemanticKITTI: sequences/NN with velodyne, labels, calib.txt and, for photographs, image_2",
  open: (root) => openClasses(root, SEMANTICKITTI),
};

/** SemanticKITTI with a twentieth class, other objects, for benchmarks that do not ignore them. */
export const semantickittiWithOtherObjects: PublishedDataset = {
  ...semantickitti,
  open: (root) => openClasses(root, [...SEMANTICKITTI, ["other-object", 255, 255, 50, 78]]),
};

async function openClasses(root: string, rows: readonly ClassRow[]): Promise<Dataset> {
  const classByLabel = new Map(
    rows.flatMap(([name], index) => LABELS[name]!.map((label) => [label, index] as const)),
  );
  const sequences = join(root, "sequences");
  const there = await listNeeded(
    sequences,
    "the folder of SemanticKITTI's sequences 00 to 21",
  );
  const scenes: Record<string, PublishedScene[]> = {};
  const lacks: string[] = [];
  const absent: string[] = [];
  for (const name of [...SPLITS.train, ...SPLITS.validation]) {
    if (!there.includes(name)) {
      absent.push(name);
      continue;
    }
    const folder = join(sequences, name);
    const part = await missingPart(folder);
    if (part === null) scenes[name] = await scenesOf(folder, name, classByLabel);
    else lacks.push(`${name}/${part}`);
  }
  const ofSplit = (split: DatasetSplit) =>
    spread(SPLITS[split].flatMap((name) => scenes[name] ?? []));
  return publishedDataset({
    name: "SemanticKITTI",
    rows,
    licence: "CC-BY-NC-SA-4.0",
    warnings: [
      // What only lacks a part comes first, for the message names the first ones.
      ...lackingScenes(sequences, [...lacks, ...absent], Object.keys(scenes).length),
      ...await withoutPhotographs(sequences, Object.keys(scenes)),
    ],
    domains: [{
      name: "semantickitti",
      about: "a 64-beam lidar on a car in Karlsruhe, with its colour cameras",
      isSource: true,
      // Scenes that were cached before they had objects are read again.
      basis: () => "with objects",
      scenes: {
        train: ofSplit("train"),
        validation: ofSplit("validation"),
        test: ofSplit("test"),
      },
    }],
  });
}

/** What is said of sequences that were downloaded without the photographs of KITTI's odometry benchmark. */
async function withoutPhotographs(folder: string, names: readonly string[]): Promise<string[]> {
  const lacking: string[] = [];
  for (const name of names.toSorted()) {
    const there = await Promise.all(CAMERAS.map((camera) => isThere(join(folder, name, camera))));
    if (!there.includes(true)) lacking.push(name);
  }
  return lacking.length === 0 ? [] : [
    `SemanticKITTI is used without photographs in ${
      lacking.join(", ")
    }, since ${folder} has no image_2 there; add that of KITTI's odometry benchmark.`,
  ];
}

/**
 * The folder that is missing or empty, without which a sequence is of no use; null where both hold files. Labels are
 * unpacked for all sequences at once, so that sequences whose scans were left out or deleted have them alone.
 */
async function missingPart(folder: string): Promise<string | null> {
  for (const part of ["velodyne", "labels"]) {
    const path = join(folder, part);
    if (!await isThere(path)) return part;
    if ((await listNeeded(path, "a folder of a sequence")).length === 0) return part;
  }
  return null;
}

/** The scans of a sequence in their order. */
async function scenesOf(
  folder: string,
  sequence: string,
  classByLabel: ReadonlyMap<number, number>,
): Promise<PublishedScene[]> {
  const velodyne = join(folder, "velodyne");
  const labels = join(folder, "labels");
  const names = await listNeeded(velodyne, `the folder of the scans of sequence ${sequence}`);
  return names.filter((name) => name.endsWith(".bin")).map((name) => {
    const number = name.slice(0, -".bin".length);
    const scan = join(velodyne, name);
    const label = join(labels, `${number}.label`);
    return {
      id: `${sequence}/${number}`,
      files: [
        scan,
        label,
        join(folder, "calib.txt"),
        ...CAMERAS.map((camera) => join(folder, camera, `${number}.png`)),
      ],
      read: () => readScene(folder, sequence, number, classByLabel),
    };
  });
}

async function readScene(
  folder: string,
  sequence: string,
  number: string,
  classByLabel: ReadonlyMap<number, number>,
): Promise<DatasetScene> {
  const id = `${sequence}/${number}`;
  const path = join(folder, "velodyne", `${number}.bin`);
  const { positions, fourth } = floatRows(await readNeeded(path, `scan ${id}`), path, 4);
  const { labels, objects } = await readLabels(
    join(folder, "labels", `${number}.label`),
    id,
    classByLabel,
  );
  const scan = pointScan({ path, positions, intensity: fourth, labels });
  const photographs: { name: string; bytes: Uint8Array }[] = [];
  for (const camera of CAMERAS) {
    if (!await isThere(join(folder, camera))) continue;
    const name = join(camera, `${number}.png`);
    const bytes = await readNeeded(join(folder, name), `a photograph of scan ${id}`);
    photographs.push({ name, bytes });
  }
  if (photographs.length === 0) return { id, scan, objects, photos: [], cameras: [] };
  const calibration = join(folder, "calib.txt");
  const bytes = await readNeeded(calibration, `the calibration of sequence ${sequence}`);
  const { photos, cameras } = await readViews(
    photographs,
    [{ name: calibration, bytes }],
    `${number}.bin`,
  );
  return { id, scan, objects, photos, cameras };
}

/**
 * The class and the object of every point. Numbers of objects are those of a class, as in `evaluate_panoptic.py`: car 3 and
 * person 3 are two, a moving and a parked car 3 are one. What has no class is no object there.
 */
async function readLabels(
  path: string,
  id: string,
  classByLabel: ReadonlyMap<number, number>,
): Promise<{ labels: Int32Array; objects: Int32Array }> {
  const bytes = await readNeeded(path, `the labels of scan ${id}`);
  if (bytes.length % 4 !== 0) {
    throw new DatasetError(
      `Cannot read ${path}: ${bytes.length} bytes are no whole number of labels of 4 bytes; fetch it again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes.length / 4;
  const labels = new Int32Array(count);
  const objects = new Int32Array(count);
  const numbers = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const stored = view.getUint32(4 * i, true);
    const label = classByLabel.get(stored & 0xffff) ?? IGNORE_LABEL;
    const number = stored >>> 16;
    labels[i] = label;
    if (number === 0 || label === IGNORE_LABEL) continue;
    objects[i] = numbers.getOrInsertComputed(label << 16 | number, () => numbers.size + 1);
  }
  return { labels, objects };
}
