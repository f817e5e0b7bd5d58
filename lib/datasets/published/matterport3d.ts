/**
 * Matterport3D as its script downloads it; a scene is one region of a house. The script leaves archives, as in
 * `scans/17DRP5sb8fy/region_segmentations.zip`, which hold the folder of the house and are to be unpacked in `scans`:
 *
 * ```text
 * scenes_train.txt, scenes_val.txt, scenes_test.txt       lists of houses, from tasks/benchmark of its repository
 * category_mapping.tsv                                    from metadata of its repository
 * scans/17DRP5sb8fy/region_segmentations/region0.ply      category of every face
 *                   undistorted_camera_parameters/17DRP5sb8fy.conf
 *                   undistorted_color_images/….jpg
 * ```
 *
 * Sources: `data_organization.md` of niessner/Matterport; `preprocess_3d_matterport.py` of OpenScene for the 21 classes and
 * for the class of a vertex, which is that of most of its faces, and for taking the photographs whose cameras stand in the
 * box of a region. Regions stay in the frame of their house, metres with z up.
 *
 * @module
 */
import { join } from "node:path";
import { MATTERPORT21 } from "../../classes/mod.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { readScan, type Scan } from "../../scan/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { inNumberOrder } from "./photographs/even_choice.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { houseCameras, photographsWithin } from "./photographs/matterport3d.ts";
import { classOfNyu40, MATTERPORT_NYU40 } from "./nyu40.ts";
import {
  lackingScenes,
  officialList,
  packedScenes,
  sceneWithoutPhotographs,
  withoutPhotographs,
} from "./official_scenes.ts";
import { type NumberedFaces, readFaces } from "./ply_faces.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
} from "./published_dataset.ts";

const NAMES = { pattern: /^[\w-]{11}$/, example: "17DRP5sb8fy" };

const REGIONS = "region_segmentations";
const IMAGES = "undistorted_color_images";
const CAMERAS = "undistorted_camera_parameters";

/** Names that the category of a face has in the files, and in their documentation. */
const CATEGORY = ["category_id", "face_category"];

/** Matterport3D: houses, room by room, with 21 classes. */
export const matterport3d: PublishedDataset = {
  about: "Matterport3D: scans/HOUSE with region_segmentations and, for photographs, " +
    "undistorted_color_images and undistorted_camera_parameters; scenes_train.txt, scenes_val.txt, " +
    "scenes_test.txt and category_mapping.tsv beside scans",
  async open(root) {
    const scans = join(root, "scans");
    const there = await listNeeded(scans, "the folder of Matterport3D's houses");
    const list = (part: string) =>
      officialList(
        join(root, `scenes_${part}.txt`),
        "Matterport3D's official list of houses, one a line",
        NAMES,
      );
    const lists = {
      train: await list("train"),
      validation: await list("val"),
      test: await list("test"),
    };
    const classes = await classesOf(join(root, "category_mapping.tsv"));
    const regions = new Map<string, PublishedScene[]>();
    const packed: string[] = [];
    const lacking: string[] = [];
    const blind: string[] = [];
    const packedBlind: string[] = [];
    for (const house of Object.values(lists).flat()) {
      const folder = join(scans, house);
      const own = await regionsOf(folder, house, classes);
      if (own.length > 0) {
        regions.set(house, own);
        const missing = await missingForPhotographs(folder, house);
        if (missing === null) continue;
        (await isPacked(folder, missing) ? packedBlind : blind).push(house);
      } else if (await isPacked(folder, REGIONS)) packed.push(house);
      else lacking.push(there.includes(house) ? `${house}/${REGIONS}` : house);
    }
    const scenesOf = (houses: readonly string[]) =>
      houses.flatMap((house) => regions.get(house) ?? []);
    return publishedDataset({
      name: "Matterport3D",
      rows: MATTERPORT21,
      licence: "Matterport3D Terms of Use",
      warnings: [
        ...packedScenes(scans, `${REGIONS}.zip`, packed, regions.size),
        ...lackingScenes(scans, lacking, regions.size),
        ...withoutPhotographs(
          packedBlind,
          regions.size,
          `unpack their ${IMAGES}.zip and ${CAMERAS}.zip in ${scans}`,
        ),
        ...withoutPhotographs(blind, regions.size, `add ${IMAGES} and ${CAMERAS}`),
      ],
      domains: [{
        name: "matterport3d",
        about: "rooms of houses, by three depth cameras on tripods",
        isSource: true,
        scenes: {
          train: scenesOf(lists.train),
          validation: scenesOf(lists.validation),
          test: scenesOf(lists.test),
        },
      }],
    });
  },
};

/** Class of each category. */
async function classesOf(path: string): Promise<ReadonlyMap<number, number>> {
  const text = new TextDecoder().decode(
    await readNeeded(path, "the NYU40 ids of Matterport3D's categories"),
  );
  const [header = [], ...rows] = text.split(/\r?\n/).map((line) => line.split("\t"));
  const [index, nyu40] = [header.indexOf("index"), header.indexOf("nyu40id")];
  if (index < 0 || nyu40 < 0) {
    throw new DatasetError(
      `Cannot read ${path}: its first line lacks the column index or nyu40id; fetch it again`,
    );
  }
  const classOf = classOfNyu40(MATTERPORT_NYU40);
  return new Map(rows.map((row) => [Number(row[index]), classOf(Number(row[nyu40]))]));
}

/** Where the file of the cameras lies in the folder of a house. */
const camerasFile = (house: string) => `${CAMERAS}/${house}.conf`;

/** What a house lacks of what its photographs need: a path in its folder. */
async function missingForPhotographs(folder: string, house: string): Promise<string | null> {
  for (const part of [IMAGES, camerasFile(house)]) {
    if (!await isThere(join(folder, part))) return part;
  }
  return null;
}

/** Whether a part of a house lies there as the archive that the script leaves. */
async function isPacked(folder: string, part: string): Promise<boolean> {
  return await isThere(join(folder, `${part.split("/")[0]}.zip`));
}

/** The regions of a house; none where they are not there. */
async function regionsOf(
  folder: string,
  house: string,
  classes: ReadonlyMap<number, number>,
): Promise<PublishedScene[]> {
  const regions = join(folder, REGIONS);
  if (!await isThere(regions)) return [];
  const files = await listNeeded(regions, `the regions of ${house}`);
  return inNumberOrder(files).filter((file) => /^region\d+\.ply$/.test(file)).map((file) => {
    const id = `${house}/${file.slice(0, -".ply".length)}`;
    const path = join(regions, file);
    // The time of a folder shows that photographs were added.
    return {
      id,
      files: [path, join(folder, IMAGES), join(folder, camerasFile(house))],
      read: () => readRegion(id, path, folder, house, classes),
    };
  });
}

async function readRegion(
  id: string,
  path: string,
  folder: string,
  house: string,
  classes: ReadonlyMap<number, number>,
): Promise<DatasetScene> {
  const bytes = await readNeeded(path, `the mesh of ${id}`);
  const mesh = await readScan(bytes, path);
  const faces = readFaces(bytes, path, CATEGORY);
  if (mesh.leftOut) {
    throw new DatasetError(`Cannot use ${path}: some vertices have no position; fetch it again`);
  }
  const scan = { ...mesh, labels: vertexLabels(mesh.count, faces, classes) };
  const missing = await missingForPhotographs(folder, house);
  if (missing !== null) {
    return sceneWithoutPhotographs(id, scan, `there is no ${join(folder, missing)}`);
  }
  const photographs = await houseCameras(join(folder, camerasFile(house)));
  const views = await photographsWithin(join(folder, IMAGES), photographs, boxOf(scan));
  if (views.photos.length === 0) {
    return sceneWithoutPhotographs(id, scan, "none was taken within its box");
  }
  return { id, scan, ...views };
}

/** [count] the class of most faces of each vertex; where several have as many, none, or else the first of them. */
function vertexLabels(
  count: number,
  { vertices, values }: NumberedFaces,
  classes: ReadonlyMap<number, number>,
): Int32Array {
  const columns = MATTERPORT21.length + 1;
  const votes = new Uint16Array(count * columns);
  for (const [face, category] of values.entries()) {
    const label = classes.get(category) ?? IGNORE_LABEL;
    const column = label === IGNORE_LABEL ? 0 : label + 1;
    for (let corner = 0; corner < 3; corner++) {
      votes[vertices[3 * face + corner]! * columns + column]!++;
    }
  }
  return Int32Array.from({ length: count }, (_, vertex) => {
    const own = votes.subarray(vertex * columns, (vertex + 1) * columns);
    const column = own.indexOf(Math.max(...own));
    return column === 0 ? IGNORE_LABEL : column - 1;
  });
}

/** Least and greatest x, y, z. */
function boxOf({ positions, origin }: Scan): [number[], number[]] {
  const least = [Infinity, Infinity, Infinity];
  const greatest = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3;
    const value = positions[i]! + origin[axis]!;
    least[axis] = Math.min(least[axis]!, value);
    greatest[axis] = Math.max(greatest[axis]!, value);
  }
  return [least, greatest];
}
