/**
 * Data sets in the layout of their own downloads, by name.
 *
 * @module
 */
import { a2d2 } from "./a2d2.ts";
import { matterport3d } from "./matterport3d.ts";
import { nuscenes } from "./nuscenes.ts";
import { pandaset } from "./pandaset.ts";
import type { PublishedDataset } from "./published_dataset.ts";
import { s3dis } from "./s3dis.ts";
import { scannet } from "./scannet.ts";
import { semantickitti } from "./semantickitti.ts";

export type { PublishedDataset } from "./published_dataset.ts";

/** The data sets by the name that `--benchmark` takes. */
export const PUBLISHED: Readonly<Record<string, PublishedDataset>> = {
  a2d2,
  matterport3d,
  s3dis,
  scannet,
  nuscenes,
  pandaset,
  semantickitti,
};
