/**
 * Data sets: labelled scenes of procedural worlds and of published data sets, by name, or of real scans, by the path of
 * a JSON file.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { aerialDataset } from "./aerial.ts";
import type { Dataset } from "./dataset.ts";
import { folderDataset } from "./folder.ts";
import { PUBLISHED } from "./published/mod.ts";
import { SHARPNESS } from "../worlds/photographs.ts";
import { roomsDataset } from "./rooms.ts";
import { DatasetError } from "./scene_folder.ts";
import { streetsDataset } from "./streets.ts";
import { openTransfer, TRANSFER_GROUPS, TRANSFERS } from "./transfer/mod.ts";
import { variedStreetsDataset } from "./varied_streets.ts";

export {
  type Dataset,
  DATASET_SPLITS,
  type DatasetDomain,
  type DatasetScene,
  type DatasetSplit,
} from "./dataset.ts";
export { DatasetError, TRANSFER_GROUPS };

const WORLDS: Readonly<Record<string, (gpu: Gpu) => Dataset>> = {
  rooms: (gpu) => roomsDataset(gpu),
  "rooms-sharp": (gpu) => roomsDataset(gpu, SHARPNESS),
  streets: (gpu) => streetsDataset(gpu),
  "streets-sharp": (gpu) => streetsDataset(gpu, SHARPNESS),
  "streets-varied": variedStreetsDataset,
  aerial: aerialDataset,
};

/**
 * Names of the data sets whose scenes are generated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { WORLD_NAMES } from "./mod.ts";
 *
 * assert.ok(WORLD_NAMES.includes("rooms") && WORLD_NAMES.includes("rooms-sharp"));
 * ```
 */
export const WORLD_NAMES: readonly string[] = Object.keys(WORLDS);

/** Names of the data sets that are read in the layout of their own downloads. */
export const PUBLISHED_NAMES: readonly string[] = Object.keys(PUBLISHED);

/** Names of the benchmarks that train on one published data set and test on others. */
export const TRANSFER_NAMES: readonly string[] = Object.keys(TRANSFERS);

/**
 * Opens a data set: a procedural world or a published data set by its name, or real scans by the path of the JSON file
 * that describes them.
 *
 * @param root folder of the published data set; of the real scans, by default that of the JSON file
 * @throws {RangeError} where it is neither a name of a data set nor ends in `.json`
 * @throws {DatasetError} where a file is malformed or missing, or a published data set is named without its folder
 */
export async function openDataset(
  nameOrPath: string,
  gpu: Gpu,
  root?: string,
): Promise<Dataset> {
  const world = Object.hasOwn(WORLDS, nameOrPath) ? WORLDS[nameOrPath] : undefined;
  if (world) return world(gpu);
  const published = Object.hasOwn(PUBLISHED, nameOrPath) ? PUBLISHED[nameOrPath] : undefined;
  if (published) {
    if (root !== undefined) return await published.open(root);
    throw new DatasetError(
      `Cannot open ${nameOrPath}: its folder is not known; give it by --data (${published.about})`,
    );
  }
  const transfer = Object.hasOwn(TRANSFERS, nameOrPath) ? TRANSFERS[nameOrPath] : undefined;
  if (transfer) {
    if (root !== undefined) return await openTransfer(transfer, root);
    const folders = [transfer.train, ...transfer.tests].map(({ name }) => name);
    throw new DatasetError(
      `Cannot open ${nameOrPath}: its folder is not known; give it by --data (a folder with ${
        folders.join(", ")
      }, each as it is downloaded)`,
    );
  }
  if (nameOrPath.endsWith(".json")) return await folderDataset(nameOrPath, root);
  throw new RangeError(
    `Cannot open data set '${nameOrPath}': it is none of ${
      [...WORLD_NAMES, ...PUBLISHED_NAMES, ...TRANSFER_NAMES].join(", ")
    }; choose one of these, or the path of a .json file`,
  );
}
