/**
 * ScanNet v2 as its script downloads it. Photographs are those that its SensReader has exported, with poses and intrinsics,
 * or else come out of the recording itself:
 *
 * ```text
 * scannetv2_train.txt, scannetv2_val.txt              lists of scenes, from Tasks/Benchmark of its repository
 * scans/scene0000_00/scene0000_00_vh_clean_2.ply
 *                    scene0000_00_vh_clean_2.labels.ply        NYU40 id of every vertex
 *                    scene0000_00.sens, or color/0.jpg, pose/0.txt and intrinsic/intrinsic_color.txt
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
import { readScan, type Scan } from "../../scan/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { classOfNyu40, SCANNET_NYU40 } from "./nyu40.ts";
import { hasPhotographs, readPhotographs } from "./photographs/scannet.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
} from "./published_dataset.ts";
import { lackingScenes, officialList, withoutPhotographs } from "./official_scenes.ts";

const MESH = "_vh_clean_2.ply";
const LABELS = "_vh_clean_2.labels.ply";

const LIST = "ScanNet's official list of scenes, one a line";
const NAMES = { pattern: /^scene\d{4}_\d\d$/, example: "scene0000_00" };

const classOf = classOfNyu40(SCANNET_NYU40);

/** ScanNet: rooms seen by a depth camera that was carried through them, with 20 classes. */
export const scannet: PublishedDataset = {
  about: "ScanNet v2: scans/sceneXXXX_XX with both _vh_clean_2 meshes and, for photographs, " +
    "its .sens or color, pose and intrinsic; scannetv2_train.txt and scannetv2_val.txt beside scans",
  async open(root) {
    const scans = join(root, "scans");
    const there = new Set(await listNeeded(scans, "the folder of ScanNet's scenes"));
    const lists = {
      train: await officialList(join(root, "scannetv2_train.txt"), LIST, NAMES),
      validation: await officialList(join(root, "scannetv2_val.txt"), LIST, NAMES),
    };
    const found = new Set<string>();
    const lacking: string[] = [];
    const blind: string[] = [];
    for (const name of [...lists.train, ...lists.validation]) {
      const missing = there.has(name) ? await missingMesh(scans, name) : name;
      if (missing !== null) {
        lacking.push(missing);
        continue;
      }
      found.add(name);
      if (!await hasPhotographs(join(scans, name), name)) blind.push(name);
    }
    const scenesOf = (names: readonly string[]) =>
      names.filter((name) => found.has(name)).map((name) => sceneOf(join(scans, name), name));
    const train = scenesOf(lists.train);
    const validation = scenesOf(lists.validation);
    return publishedDataset({
      name: "ScanNet",
      rows: SCANNET20,
      licence: "ScanNet Terms of Use",
      warnings: [
        ...lackingScenes(scans, lacking, found.size),
        ...withoutPhotographs(blind, found.size, "add the .sens of each, or its color"),
      ],
      domains: [{
        name: "scannet",
        about: "rooms, reconstructed from a depth camera that was carried through them",
        isSource: true,
        scenes: { train, validation, test: validation },
      }],
    });
  },
};

/** The mesh that a scene lacks, as a path in `scans`: the script can be told to download some files alone. */
async function missingMesh(scans: string, name: string): Promise<string | null> {
  for (const mesh of [MESH, LABELS]) {
    const path = `${name}/${name}${mesh}`;
    if (!await isThere(join(scans, path))) return path;
  }
  return null;
}

function sceneOf(folder: string, name: string): PublishedScene {
  return {
    id: name,
    files: [name + MESH, name + LABELS, `${name}.sens`, "color", "pose", "intrinsic"]
      .map((file) => join(folder, file)),
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
