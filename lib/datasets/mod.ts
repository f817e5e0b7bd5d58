/**
 * Data sets: labelled scenes of procedural worlds, by name, or of real scans, by the path of a JSON file.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { Dataset } from "./dataset.ts";
import { folderDataset } from "./folder.ts";
import { roomsDataset } from "./rooms.ts";
import { streetsDataset } from "./streets.ts";

export {
  type Dataset,
  DATASET_SPLITS,
  type DatasetDomain,
  type DatasetScene,
  type DatasetSplit,
} from "./dataset.ts";
export { DatasetError } from "./scene_folder.ts";

const WORLDS: Readonly<Record<string, (gpu: Gpu) => Dataset>> = {
  rooms: roomsDataset,
  streets: streetsDataset,
};

/**
 * Names of the data sets whose scenes are generated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { WORLD_NAMES } from "./mod.ts";
 *
 * assert.deepEqual(WORLD_NAMES, ["rooms", "streets"]);
 * ```
 */
export const WORLD_NAMES: readonly string[] = Object.keys(WORLDS);

/**
 * Opens a data set: a procedural world by its name, or real scans by the path of the JSON file that describes them.
 *
 * @param root folder of the real scans; the folder of the JSON file by default
 * @throws {RangeError} where the name is neither that of a world nor ends in `.json`
 * @throws {DatasetError} where the file is malformed, or names files that are missing
 */
export async function openDataset(
  nameOrPath: string,
  gpu: Gpu,
  root?: string,
): Promise<Dataset> {
  const world = Object.hasOwn(WORLDS, nameOrPath) ? WORLDS[nameOrPath] : undefined;
  if (world) return world(gpu);
  if (nameOrPath.endsWith(".json")) return await folderDataset(nameOrPath, root);
  throw new RangeError(
    `Cannot open data set '${nameOrPath}': it is neither ${
      WORLD_NAMES.join(" nor ")
    }; choose one of these, or the path of a .json file`,
  );
}
