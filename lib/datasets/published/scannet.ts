/**
 * ScanNet v2 as its script downloads it, with the photographs as its SensReader exports them beside a scene's files:
 *
 * ```text
 * scannetv2_train.txt, scannetv2_val.txt              lists of scenes, from Tasks/Benchmark of its repository
 * scans/scene0000_00/scene0000_00_vh_clean_2.ply
 *                    scene0000_00_vh_clean_2.labels.ply        NYU40 id of every vertex
 *                    color/0.jpg, pose/0.txt, intrinsic/intrinsic_color.txt
 * ```
 *
 * Source: github.com/ScanNet/ScanNet, `README.md`, `SensReader/python/reader.py` and `Tasks/Benchmark`. The labels of
 * the official test scenes are not public, so that the validation part is the test part as well. Scenes stay in their own
 * frame, metres with z up, as in the official evaluation.
 *
 * @module
 */
import { join } from "node:path";
import { SCANNET20 } from "../../classes/mod.ts";
import { readScan, readViews, type Scan, type ScanViews } from "../../scan/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { evenly, inNumberOrder } from "./even_choice.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { classOfNyu40, SCANNET_NYU40 } from "./nyu40.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
} from "./published_dataset.ts";
import { lackingScenes, officialList } from "./official_scenes.ts";

const MESH = "_vh_clean_2.ply";
const LABELS = "_vh_clean_2.labels.ply";

const LIST = "ScanNet's official list of scenes, one a line";
const NAMES = { pattern: /^scene\d{4}_\d\d$/, example: "scene0000_00" };

const classOf = classOfNyu40(SCANNET_NYU40);

/** ScanNet: rooms seen by a depth camera that was carried through them, with 20 classes. */
export const scannet: PublishedDataset = {
  about: "ScanNet v2: scans/sceneXXXX_XX with both _vh_clean_2 meshes and, for photographs, " +
    "color, pose and intrinsic; scannetv2_train.txt and scannetv2_val.txt beside scans",
  async open(root) {
    const scans = join(root, "scans");
    const there = new Set(await listNeeded(scans, "the folder of ScanNet's scenes"));
    const lists = {
      train: await officialList(join(root, "scannetv2_train.txt"), LIST, NAMES),
      validation: await officialList(join(root, "scannetv2_val.txt"), LIST, NAMES),
    };
    const scenesOf = (names: readonly string[]) =>
      names.filter((name) => there.has(name)).map((name) => sceneOf(join(scans, name), name));
    const train = scenesOf(lists.train);
    const validation = scenesOf(lists.validation);
    return publishedDataset({
      name: "ScanNet",
      rows: SCANNET20,
      licence: "ScanNet Terms of Use",
      warnings: lackingScenes(
        scans,
        [...lists.train, ...lists.validation].filter((name) => !there.has(name)),
        train.length + validation.length,
      ),
      domains: [{
        name: "scannet",
        about: "rooms, reconstructed from a depth camera that was carried through them",
        isSource: true,
        scenes: { train, validation, test: validation },
      }],
    });
  },
};

function sceneOf(folder: string, name: string): PublishedScene {
  return {
    id: name,
    files: [MESH, LABELS].map((end) => join(folder, name + end)).concat(join(folder, "color")),
    read: () => readScene(folder, name),
  };
}

async function readScene(folder: string, name: string): Promise<DatasetScene> {
  const mesh = await readMesh(join(folder, name + MESH), `the mesh of ${name}`);
  const path = join(folder, name + LABELS);
  const { labels, count } = await readMesh(path, `the mesh of ${name} with NYU40 ids as label`);
  if (!labels) {
    throw new DatasetError(
      `Cannot read ${path}: its vertices have no property label; fetch it again`,
    );
  }
  if (count !== mesh.count) {
    throw new DatasetError(
      `Cannot read ${path}: it has ${count} vertices, those of ${name}${MESH} are ${mesh.count}; ` +
        "fetch both again",
    );
  }
  const { photos, cameras, warnings } = await readPhotographs(folder, name);
  const scan = {
    ...mesh,
    labels: labels.map(classOf),
    warnings: [...mesh.warnings, ...warnings],
  };
  return { id: name, scan, photos, cameras };
}

async function readMesh(path: string, holds: string): Promise<Scan> {
  return await readScan(await readNeeded(path, holds), path);
}

/** Photographs at even distances of time, out of those whose poses are known. */
async function readPhotographs(folder: string, name: string): Promise<ScanViews> {
  const colour = join(folder, "color");
  if (!await isThere(colour)) return without(`there is no ${colour}`, name);
  const intrinsics = join(folder, "intrinsic", "intrinsic_color.txt");
  const cameras = [{
    name: "intrinsic_color.txt",
    bytes: await readNeeded(intrinsics, `the intrinsics of the photographs of ${name}`),
  }];
  const tracked: string[] = [];
  for (const photo of inNumberOrder(await listNeeded(colour, `the photographs of ${name}`))) {
    const frame = photo.match(/^(\d+)\.(?:jpe?g|png)$/i)?.[1];
    if (frame === undefined) continue;
    const pose = join(folder, "pose", `${frame}.txt`);
    const bytes = await readNeeded(pose, `the pose of photograph ${frame} of ${name}`);
    // A matrix of -inf says that tracking was lost.
    if (/inf|nan/i.test(new TextDecoder().decode(bytes))) continue;
    tracked.push(photo);
    cameras.push({ name: `pose/${frame}.txt`, bytes });
  }
  if (tracked.length === 0) return without(`${colour} has none with a pose`, name);
  const images = evenly(tracked).map((photo) => ({
    name: `color/${photo}`,
    bytes: () => Deno.readFile(join(colour, photo)),
  }));
  return await readViews(images, cameras);
}

function without(reason: string, name: string): ScanViews {
  const text = `${name} is used without photographs, since ${reason}. Export ${name}.sens by ` +
    "ScanNet's SensReader into color, pose and intrinsic beside it.";
  return { photos: [], cameras: [], warnings: [{ code: "left-out", text, field: "images" }] };
}
