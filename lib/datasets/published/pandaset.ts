/**
 * PandaSet as it is downloaded: pickled tables of points, in the coordinates of the sequence.
 *
 * ```text
 * 001/lidar/00.pkl.gz                      x, y, z (metres), i (0 to 255), t, d (0: Pandar64, 1: PandarGT)
 *     lidar/poses.json                     pose of the lidar by frame
 *     annotations/semseg/00.pkl.gz         class, from 1; 76 of the 103 sequences have it
 *     annotations/semseg/classes.json      names of the classes
 *     camera/front_camera/00.jpg           and five other cameras, each with poses.json and intrinsics.json
 * ```
 *
 * Source: `python/pandaset` of scaleapi/pandaset-devkit. There is no official split: here every fifth of the 76
 * labelled sequences, as `ml3d/datasets/pandaset.py` of isl-org/Open3D-ML lists them, is for validation and test, whichever
 * of them were downloaded. Scans keep the axes of the sequence, with the lidar's place as their origin.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { PANDASET } from "../../classes/pandaset.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { some } from "../../scan/camera/camera_format.ts";
import { inverseRigid, quaternionPose } from "../../scan/camera/pose.ts";
import { type Camera, decodePhoto, type Photo } from "../../scan/mod.ts";
import { parseJson, validate, violationsText } from "../../validation/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { type PandasTable, readPandasTable } from "./pandas_table.ts";
import { pointScan } from "./points.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
  spread,
} from "./published_dataset.ts";

const CAMERAS = [
  "front_camera",
  "front_left_camera",
  "front_right_camera",
  "left_camera",
  "right_camera",
  "back_camera",
];

/** The sequences for validation and test. */
const HELD_OUT = "011 019 028 034 040 046 057 067 073 088 097 105 113 120 149".split(" ");

/** Intensities are bytes. */
const FULL_INTENSITY = 255;

const axes = z.object({ x: z.number(), y: z.number(), z: z.number() });
const PosesSchema = z.array(z.looseObject({
  position: axes,
  heading: axes.extend({ w: z.number() }),
}));
const IntrinsicsSchema = z.looseObject({
  fx: z.number(),
  fy: z.number(),
  cx: z.number(),
  cy: z.number(),
});

/** PandaSet: frames of two lidars on a car in California, with 42 classes. */
export const pandaset: PublishedDataset = {
  about: "PandaSet: 001, 002, … with lidar, annotations/semseg and, for photographs, camera",
  async open(root) {
    const sequences = (await listNeeded(root, "the folder of PandaSet's sequences 001, 002, …"))
      .filter((name) => /^\d{3}$/.test(name));
    if (sequences.length === 0) {
      throw new DatasetError(
        `Cannot find sequences in ${root}: they are folders such as 001; add them, or correct the folder of the data set (--data)`,
      );
    }
    const labelled: string[] = [];
    for (const name of sequences) {
      if (await isThere(join(root, name, "annotations", "semseg"))) labelled.push(name);
    }
    if (labelled.length === 0) {
      throw new DatasetError(
        `Cannot find labels in ${root}: no sequence has annotations/semseg; add those of the download`,
      );
    }
    const train: PublishedScene[] = [];
    const held: PublishedScene[] = [];
    for (const name of labelled) {
      (HELD_OUT.includes(name) ? held : train).push(...await scenesOf(join(root, name), name));
    }
    const without = sequences.length - labelled.length;
    return publishedDataset({
      name: "PandaSet",
      rows: PANDASET,
      licence: "CC-BY-4.0",
      warnings: [
        ...(without === 0 ? [] : [
          `${without} of ${sequences.length} sequences of PandaSet in ${root} have no annotations/semseg and are left out.`,
        ]),
        ...(held.length > 0 ? [] : [
          `${root} has none of the sequences ${
            some(HELD_OUT)
          } with labels; the validation and test parts are empty without one.`,
        ]),
        ...(train.length > 0 ? [] : [
          `${root} has no labelled sequences but those for validation and test, such as ${
            HELD_OUT[0]
          }; the training part is empty without another.`,
        ]),
      ],
      domains: [{
        name: "pandaset",
        about:
          "a 64-beam lidar and one with a narrow view on a car in California, with six cameras",
        isSource: true,
        scenes: { train: spread(train), validation: spread(held), test: spread(held) },
      }],
    });
  },
};

/** The labelled frames of a sequence in their order. */
async function scenesOf(folder: string, sequence: string): Promise<PublishedScene[]> {
  const semseg = join(folder, "annotations", "semseg");
  const names = await listNeeded(semseg, `the folder of the labels of sequence ${sequence}`);
  return names.filter((name) => /^\d+\.pkl(\.gz)?$/.test(name)).map((name) => {
    const [lidar, labels] = [join(folder, "lidar", name), join(semseg, name)];
    return {
      id: `${sequence}/${name.split(".")[0]}`,
      files: [lidar, labels, join(folder, "lidar", "poses.json")],
      read: () => readFrame(folder, sequence, name),
    };
  });
}

async function readFrame(folder: string, sequence: string, name: string): Promise<DatasetScene> {
  const number = name.split(".")[0]!;
  const id = `${sequence}/${number}`;
  const path = join(folder, "lidar", name);
  const labels = join(folder, "annotations", "semseg", name);
  const points = await tableOf(path, `the points of frame ${id}`);
  const classes = await tableOf(labels, `the labels of frame ${id}`);
  const [x, y, z, intensity] = ["x", "y", "z", "i"].map((column) => columnOf(points, column, path));
  const own = await poseAt(join(folder, "lidar", "poses.json"), Number(number));
  const origin: [number, number, number] = [own[3]!, own[7]!, own[11]!];
  const positions = new Float32Array(3 * x!.length);
  [x!, y!, z!].forEach((values, axis) =>
    values.forEach((value, i) => positions[3 * i + axis] = value - origin[axis]!)
  );
  const scan = pointScan({
    path,
    positions,
    origin,
    intensity: Float32Array.from(intensity!, (value) => value / FULL_INTENSITY),
    labels: Int32Array.from(
      columnOf(classes, "class", labels),
      (label) => label >= 1 && label <= PANDASET.length ? label - 1 : IGNORE_LABEL,
    ),
  });
  const photos: Photo[] = [];
  const cameras: Camera[] = [];
  for (const camera of CAMERAS) {
    const at = join(folder, "camera", camera);
    if (!await isThere(at)) continue;
    const file = join(camera, `${number}.jpg`);
    const photo = await decodePhoto(
      await readNeeded(join(at, `${number}.jpg`), `a photograph of frame ${id}`),
      file,
    );
    const intrinsics = await readJson(join(at, "intrinsics.json"), IntrinsicsSchema);
    const cameraToWorld = await poseAt(join(at, "poses.json"), Number(number));
    for (const axis of [0, 1, 2]) cameraToWorld[4 * axis + 3]! -= origin[axis]!;
    const { fx, fy, cx, cy } = intrinsics;
    const { width, height } = photo;
    const worldToCamera = inverseRigid(cameraToWorld);
    photos.push(photo);
    cameras.push({ file, width, height, fx, fy, cx, cy, worldToCamera });
  }
  return { id, scan, photos, cameras };
}

async function tableOf(path: string, holds: string): Promise<PandasTable> {
  return readPandasTable(await readNeeded(path, holds), path);
}

function columnOf(table: PandasTable, column: string, path: string): Float64Array {
  const values = table.get(column);
  if (values) return values;
  throw new DatasetError(
    `Cannot read ${path}: it has no column ${column}, only ${
      [...table.keys()].join(", ")
    }; fetch it again`,
  );
}

/** The pose of a frame: from the sensor to the coordinates of the sequence. */
async function poseAt(path: string, frame: number): Promise<Float64Array> {
  const pose = (await readJson(path, PosesSchema))[frame];
  if (!pose) {
    throw new DatasetError(`Cannot read ${path}: it has no pose of frame ${frame}; fetch it again`);
  }
  const { position, heading } = pose;
  return quaternionPose([heading.w, heading.x, heading.y, heading.z], [
    position.x,
    position.y,
    position.z,
  ]);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}; fetch it again`);
  const text = new TextDecoder().decode(await readNeeded(path, "poses or lenses of PandaSet"));
  return validate(schema, parseJson(text, fail), (_, all) => fail(violationsText(all)));
}
