/**
 * S3DIS as it is downloaded, with the photographs of 2D-3D-S where they lie beside it:
 *
 * ```text
 * Stanford3dDataset_v1.2/Area_1/office_1/Annotations/chair_1.txt    rows of x y z r g b; so for all 6 areas
 * area_1/data/rgb/camera_…_office_1_frame_0_domain_rgb.png          so for area_1 to 4, 5a, 5b and 6
 * area_1/data/pose/camera_…_office_1_frame_0_domain_pose.json
 * ```
 *
 * The more common `Stanford3dDataset_v1.2_Aligned_Version` is read too, but without photographs: its rooms were rotated
 * out of the frame of the photographs' poses ("This version is not the globally registered one", its authors in issue 12
 * of alexsax/2D-3D-Semantics), and no public source says about which centres. Where both versions are there, the first
 * one is read.
 *
 * Sources: `indoor3d_util.py` of PointNet (classes, their order, "stairs" as clutter); Area 5 as test part, as usual since
 * SEGCloud. There is no official validation part.
 *
 * @module
 */
import { join } from "node:path";
import { S3DIS } from "../../classes/mod.ts";
import { reachOfClass } from "../../classes/things.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { inNumberOrder } from "./photographs/even_choice.ts";
import { isThere, listNeeded, readNeeded } from "./files.ts";
import { lackingScenes, sceneWithoutPhotographs } from "./official_scenes.ts";
import { pointScan } from "./points.ts";
import {
  type PublishedDataset,
  publishedDataset,
  type PublishedScene,
} from "./published_dataset.ts";
import {
  lackingFolders,
  photographFolders,
  type PhotographNames,
  readPhotographs,
} from "./photographs/s3dis.ts";

const REGISTERED = "Stanford3dDataset_v1.2";
const ALIGNED = "Stanford3dDataset_v1.2_Aligned_Version";

/** Why the rooms of the aligned version have no photographs. */
const HAS_NO_FRAME =
  `it is not public how the rooms of ${ALIGNED} lie in the frame of the photographs' poses`;

const TRAIN = ["Area_1", "Area_2", "Area_3", "Area_4", "Area_6"];
const TEST = ["Area_5"];

const CLASSES = new Map(S3DIS.map(([name], index) => [name, index]));
const CLUTTER = CLASSES.get("clutter")!;
/** By class: pieces of walls, floors, ceilings and clutter are annotated in files of their own, but are no objects. */
const IS_THING = S3DIS.map(([name]) => reachOfClass(name) !== null);

/** Numbers of a row: x y z r g b. */
const COLUMNS = 6;

/**
 * Control characters that no row should have. Those of the published files have lost one bit ({@link LOST_BIT}):
 * "185\x00187" was "185 187" (Area_5/hallway_6), "103.0\x100000" was "103.000000" (Area_5/office_19), and "-9.1\x160"
 * was "-9.160" (Area_3/hallway_2; issue 230 of superpoint_graph).
 */
// deno-lint-ignore no-control-regex
const DAMAGED = /[\x00-\x08\x0b\x0c\x0e-\x1f]/g;
const LOST_BIT = 0x20;

/** S3DIS: rooms of three buildings with 13 classes. */
export const s3dis: PublishedDataset = {
  about: `S3DIS: ${REGISTERED} with Area_1 to Area_6 and, for photographs, area_1 to area_6 of ` +
    `2D-3D-S beside it; or ${ALIGNED}, without photographs`,
  async open(root) {
    const isRegistered = await isThere(join(root, REGISTERED));
    const folder = join(root, isRegistered ? REGISTERED : ALIGNED);
    const there = await listNeeded(
      folder,
      `the folder of Area_1 to Area_6 (or ${REGISTERED}, which has photographs in 2D-3D-S)`,
    );
    const photographs = isRegistered ? await photographFolders(root) : [];
    const unseen = isRegistered ? lackingFolders(there, photographs) : [];
    const blindness = (area: string) => {
      if (!isRegistered) return HAS_NO_FRAME;
      const folders = unseen.filter((folder) => folder.area === area).map(({ folder }) => folder);
      return folders.length === 0
        ? `2D-3D-S has none of it in ${root}`
        : `${root} has none of it and lacks ${folders.join(" and ")} of 2D-3D-S`;
    };
    const scenesOf = async (areas: readonly string[]) => {
      const scenes: PublishedScene[] = [];
      for (const area of areas.filter((area) => there.includes(area))) {
        scenes.push(...await roomsOf(folder, area, photographs, blindness(area)));
      }
      return scenes;
    };
    const [train, test] = [await scenesOf(TRAIN), await scenesOf(TEST)];
    const lacking = [...TRAIN, ...TEST].filter((area) => !there.includes(area));
    const warnings = lackingScenes(folder, lacking, train.length + test.length);
    if (photographs.length === 0) warnings.push(withoutPhotographs(root, isRegistered));
    else if (unseen.length > 0) {
      warnings.push(
        `${root} lacks ${unseen.map(({ folder }) => folder).join(", ")} of 2D-3D-S; ` +
          "rooms whose photographs lie there are used without them. Add what is missing.",
      );
    }
    return publishedDataset({
      name: "S3DIS",
      rows: S3DIS,
      licence: "that which was agreed to for the download of S3DIS and 2D-3D-S",
      warnings,
      domains: [{
        name: "s3dis",
        about: `rooms of three buildings, by a depth camera on tripods${
          photographs.length > 0 ? "" : "; without photographs"
        }`,
        isSource: true,
        scenes: { train, validation: [], test },
      }],
    });
  },
};

function withoutPhotographs(root: string, isRegistered: boolean): string {
  return isRegistered
    ? `S3DIS is used without photographs, since ${root} has none of the folders area_1 to area_6 of ` +
      "2D-3D-S; add them."
    : `S3DIS is used without photographs: ${HAS_NO_FRAME}. Add ${REGISTERED} and area_1 to area_6 of 2D-3D-S.`;
}

async function roomsOf(
  folder: string,
  area: string,
  photographs: readonly PhotographNames[],
  blindness: string,
): Promise<PublishedScene[]> {
  const scenes: PublishedScene[] = [];
  for (const room of inNumberOrder(await listNeeded(join(folder, area), `the rooms of ${area}`))) {
    const annotations = join(folder, area, room, "Annotations");
    // An area also holds its list of angles, and what file managers leave behind.
    if (!(await Deno.stat(join(folder, area, room))).isDirectory) continue;
    const id = `${area}/${room}`;
    const files = (await listNeeded(annotations, `the labelled objects of ${id}`))
      .map((file) => join(annotations, file));
    // The time of a folder shows that photographs were added.
    const pictures = photographs.filter((folder) => folder.area === area)
      .map(({ data }) => join(data, "rgb"));
    scenes.push({
      id,
      files: [...files, ...pictures],
      read: () => readRoom(id, annotations, photographs, blindness),
    });
  }
  return scenes;
}

/**
 * A room: the union of its objects, since only their files say what they are.
 *
 * @param blindness why it has no photographs, if it has none
 */
async function readRoom(
  id: string,
  annotations: string,
  photographs: readonly PhotographNames[],
  blindness: string,
): Promise<DatasetScene> {
  const objects: ObjectPoints[] = [];
  const others: string[] = [];
  for (const file of inNumberOrder(await listNeeded(annotations, `the objects of ${id}`))) {
    const name = file.match(/^([a-zA-Z]+)_\d+\.txt$/)?.[1];
    if (file.startsWith(".")) continue;
    if (name === undefined) others.push(file);
    else objects.push(await readObject(join(annotations, file), CLASSES.get(name) ?? CLUTTER));
  }
  const rows = objects.reduce((sum, { count }) => sum + count, 0);
  const positions = new Float32Array(3 * rows);
  const colors = new Float32Array(3 * rows);
  const labels = new Int32Array(rows);
  const instances = new Int32Array(rows);
  let at = 0;
  for (const [index, object] of objects.entries()) {
    positions.set(object.positions, 3 * at);
    colors.set(object.colors, 3 * at);
    labels.fill(object.label, at, at + object.count);
    if (IS_THING[object.label]) instances.fill(index + 1, at, at + object.count);
    at += object.count;
  }
  const scan = pointScan({ path: annotations, positions, colors, labels });
  if (others.length > 0) {
    scan.warnings.push({
      code: "left-out",
      text: `Files that are named like no object (chair_1.txt) were left out of ${id}: ${
        others.join(", ")
      }.`,
    });
  }
  const views = await readPhotographs(id, photographs);
  const scene = views.photos.length > 0
    ? { id, scan, ...views }
    : sceneWithoutPhotographs(id, scan, blindness);
  return { ...scene, objects: instances };
}

/** The points of one object. */
interface ObjectPoints {
  count: number;
  /** [count][3] metres. */
  positions: Float32Array;
  /** [count][3] from 0 to 1. */
  colors: Float32Array;
  label: number;
}

async function readObject(path: string, label: number): Promise<ObjectPoints> {
  const text = new TextDecoder().decode(await readNeeded(path, "rows of x y z r g b"));
  const lines = text
    .replace(DAMAGED, (letter) => String.fromCharCode(letter.charCodeAt(0) | LOST_BIT))
    .split("\n");
  const positions = new Float32Array(3 * lines.length);
  const colors = new Float32Array(3 * lines.length);
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const words = line.split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) continue;
    const numbers = words.map(Number);
    if (numbers.length !== COLUMNS || !numbers.every(Number.isFinite)) {
      throw new DatasetError(
        `Cannot read ${path}: line ${index + 1} is not x y z r g b; correct that line, ` +
          "or fetch the file again where it was cut off",
      );
    }
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * count + axis] = numbers[axis]!;
      colors[3 * count + axis] = numbers[3 + axis]! / 255;
    }
    count++;
  }
  return {
    count,
    positions: positions.subarray(0, 3 * count),
    colors: colors.subarray(0, 3 * count),
    label,
  };
}
