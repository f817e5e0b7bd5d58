/**
 * The classes of published data sets in the order of their benchmarks, with their usual colours.
 *
 * Sources: the data sets' own development kits (ScanNet's `scannet200_constants.py`, S3DIS by PointNet's
 * `indoor3d_util.py`, SemanticKITTI's `semantic-kitti.yaml`, nuScenes' lidarseg `color_map.py`).
 *
 * @module
 */

/** Class, colour (0 to 255) and ASPRS classification code; codes from 64 on are free for any use. */
export type ClassRow = readonly [
  name: string,
  red: number,
  green: number,
  blue: number,
  asprs: number,
];

/** The 20 classes of ScanNet. */
export const SCANNET20: readonly ClassRow[] = [
  ["wall", 174, 199, 232, 6],
  ["floor", 152, 223, 138, 2],
  ["cabinet", 31, 119, 180, 64],
  ["bed", 255, 187, 120, 65],
  ["chair", 188, 189, 34, 66],
  ["sofa", 140, 86, 75, 67],
  ["table", 255, 152, 150, 68],
  ["door", 214, 39, 40, 69],
  ["window", 197, 176, 213, 70],
  ["bookshelf", 148, 103, 189, 71],
  ["picture", 196, 156, 148, 72],
  ["counter", 23, 190, 207, 73],
  ["desk", 247, 182, 210, 74],
  ["curtain", 219, 219, 141, 75],
  ["refrigerator", 255, 127, 14, 76],
  ["shower curtain", 158, 218, 229, 77],
  ["toilet", 44, 160, 44, 78],
  ["sink", 112, 128, 144, 79],
  ["bathtub", 227, 119, 194, 80],
  ["other furniture", 82, 84, 163, 81],
];

/** The 21 classes of Matterport3D in use since OpenScene: ScanNet's, and ceilings. */
export const MATTERPORT21: readonly ClassRow[] = [...SCANNET20, ["ceiling", 78, 71, 183, 82]];

/** The 13 classes of S3DIS. */
export const S3DIS: readonly ClassRow[] = [
  ["ceiling", 0, 255, 0, 64],
  ["floor", 0, 0, 255, 2],
  ["wall", 0, 255, 255, 6],
  ["beam", 255, 255, 0, 65],
  ["column", 255, 0, 255, 66],
  ["window", 100, 100, 255, 67],
  ["door", 200, 200, 100, 68],
  ["table", 170, 120, 200, 69],
  ["chair", 255, 0, 0, 70],
  ["sofa", 200, 100, 100, 71],
  ["bookcase", 10, 200, 100, 72],
  ["board", 200, 200, 200, 73],
  ["clutter", 50, 50, 50, 74],
];

/** The 19 classes of SemanticKITTI. */
export const SEMANTICKITTI: readonly ClassRow[] = [
  ["car", 100, 150, 245, 64],
  ["bicycle", 100, 230, 245, 65],
  ["motorcycle", 30, 60, 150, 66],
  ["truck", 80, 30, 180, 67],
  ["other-vehicle", 100, 80, 250, 68],
  ["person", 255, 30, 30, 69],
  ["bicyclist", 255, 40, 200, 70],
  ["motorcyclist", 150, 30, 90, 71],
  ["road", 255, 0, 255, 11],
  ["parking", 255, 150, 255, 72],
  ["sidewalk", 75, 0, 75, 73],
  ["other-ground", 175, 0, 75, 2],
  ["building", 255, 200, 0, 6],
  ["fence", 255, 120, 50, 74],
  ["vegetation", 0, 175, 0, 5],
  ["trunk", 135, 60, 0, 75],
  ["terrain", 150, 240, 80, 2],
  ["pole", 255, 240, 150, 76],
  ["traffic-sign", 255, 0, 0, 77],
];

/** The 16 classes of nuScenes lidarseg. */
export const NUSCENES: readonly ClassRow[] = [
  ["barrier", 112, 128, 144, 64],
  ["bicycle", 220, 20, 60, 65],
  ["bus", 255, 127, 80, 66],
  ["car", 255, 158, 0, 67],
  ["construction_vehicle", 233, 150, 70, 68],
  ["motorcycle", 255, 61, 99, 69],
  ["pedestrian", 0, 0, 230, 70],
  ["traffic_cone", 47, 79, 79, 71],
  ["trailer", 255, 140, 0, 72],
  ["truck", 255, 99, 71, 73],
  ["driveable_surface", 0, 207, 191, 11],
  ["other_flat", 175, 0, 75, 74],
  ["sidewalk", 75, 0, 75, 75],
  ["terrain", 112, 180, 60, 2],
  ["manmade", 222, 184, 135, 6],
  ["vegetation", 0, 175, 0, 5],
];

/** Class names, colours and ASPRS codes as the lists that model cards and data sets have. */
export interface ClassTable {
  /** Class names; the index is the label. */
  classes: string[];
  /** Red, green, blue (0 to 255) of every class. */
  palette: [number, number, number][];
  /** ASPRS classification code of every class. */
  asprs: number[];
}

/**
 * The lists of a table of classes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classTable, NUSCENES } from "./mod.ts";
 *
 * const { classes, palette } = classTable(NUSCENES);
 * assert.equal(classes[3], "car");
 * assert.deepEqual(palette[3], [255, 158, 0]);
 * ```
 */
export function classTable(rows: readonly ClassRow[]): ClassTable {
  return {
    classes: rows.map(([name]) => name),
    palette: rows.map(([, red, green, blue]) => [red, green, blue]),
    asprs: rows.map(([, , , , code]) => code),
  };
}
