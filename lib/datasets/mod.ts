/**
 * Data sets by name or by file.
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
export { DatasetError } from "./folder.ts";

const WORLDS: Readonly<Record<string, (gpu: Gpu) => Dataset>> = {
  rooms: roomsDataset,
  streets: streetsDataset,
};

/** Names of the data sets that are made, not read. */
export const WORLD_NAMES: readonly string[] = Object.keys(WORLDS);

/**
 * Opens a data set: a world by its name, or real scans by the path of the JSON file that describes them.
 *
 * @param root folder of the real scans; that of the JSON file by default.
 * @throws {RangeError} where the name is neither.
 * @throws {DatasetError} where the file is malformed, or names what is not there.
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
    `Cannot open data set '${nameOrPath}': there are ${
      WORLD_NAMES.join(", ")
    } and paths of .json files`,
  );
}
