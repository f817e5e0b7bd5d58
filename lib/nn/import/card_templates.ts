/**
 * Model cards for checkpoints that others publish: the classes of a data set in the order of its benchmark, their usual
 * colours, and the input of the networks that Pointcept trains on it. What only the owner of a checkpoint knows is left
 * empty.
 *
 * Sources: the class lists and colours of the data sets' own development kits (ScanNet's `scannet200_constants.py`,
 * S3DIS by PointNet's `indoor3d_util.py`, SemanticKITTI's `semantic-kitti.yaml`, nuScenes' lidarseg `color_map.py`), and
 * Pointcept's configurations `semseg-minkunet34c-0-base.py`.
 *
 * @module
 */
import type { StudentCard } from "../card.ts";
import type { FeatureName } from "../features.ts";

/** Class, colour and ASPRS classification code. */
type ClassRow = readonly [name: string, red: number, green: number, blue: number, asprs: number];

const SCANNET20: readonly ClassRow[] = [
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

const S3DIS: readonly ClassRow[] = [
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

const SEMANTICKITTI: readonly ClassRow[] = [
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

const NUSCENES: readonly ClassRow[] = [
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

const CENTRED: readonly FeatureName[] = ["x_centred", "y_centred", "height"];
const COLOUR: readonly FeatureName[] = ["red_unit", "green_unit", "blue_unit"];
const NORMAL: readonly FeatureName[] = ["normal_x", "normal_y", "normal_z"];
const LIDAR: readonly FeatureName[] = ["x", "y", "z", "intensity"];

interface Template {
  readonly classes: readonly ClassRow[];
  readonly voxelSize: number;
  readonly features: readonly FeatureName[];
}

const TEMPLATES: Readonly<Record<string, Template>> = {
  scannet20: { classes: SCANNET20, voxelSize: 0.02, features: [...CENTRED, ...COLOUR, ...NORMAL] },
  s3dis: { classes: S3DIS, voxelSize: 0.05, features: [...CENTRED, ...COLOUR] },
  semantickitti: { classes: SEMANTICKITTI, voxelSize: 0.05, features: LIDAR },
  nuscenes: { classes: NUSCENES, voxelSize: 0.1, features: LIDAR },
};

/** Names of the templates. */
export const CARD_TEMPLATES: readonly string[] = Object.keys(TEMPLATES);

/**
 * Makes the card of a MinkUNet34C that was trained on a data set. `licence` and `provenance` are empty, and a card is
 * refused until they are filled in.
 *
 * @throws {RangeError} where there is no such template.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const card = cardTemplate("s3dis");
 * assert.equal(card.classes.length, 13);
 * assert.equal(card.licence, "");
 * ```
 */
export function cardTemplate(name: string): StudentCard {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined;
  if (!template) {
    throw new RangeError(
      `Cannot make a card of '${name}': there are ${CARD_TEMPLATES.join(", ")}`,
    );
  }
  const { classes, voxelSize, features } = template;
  return {
    id: `minkunet34c-${name}`,
    backbone: "MinkUNet34C",
    classes: classes.map(([name]) => name),
    palette: classes.map(([, red, green, blue]) => [red, green, blue]),
    asprs: classes.map(([, , , , code]) => code),
    voxelSize,
    features: [...features],
    teacher: null,
    licence: "",
    provenance: "",
  };
}
