/**
 * Model cards for checkpoints that others publish: the classes of a data set in the order of its benchmark, their usual
 * colours, and the input of the networks that Pointcept trains on it. What only the owner of a checkpoint knows is left
 * empty.
 *
 * Source of the inputs: Pointcept's configurations `semseg-minkunet34c-0-base.py`, `semseg-pt-v3m1-0-base.py`,
 * `semseg-pt-v3m1-0-rpe.py` (S3DIS) and `semseg-sonata-v1m1-0a-scannet-lin.py`. The published weights of PT-v3m1 are of
 * v1.5.1, whose `NormalizeColor` gave -1 to 1 (value / 127.5 - 1); since Sonata it gives 0 to 1 (value / 255).
 *
 * @module
 */
import {
  type ClassRow,
  classTable,
  NUSCENES,
  S3DIS,
  SCANNET20,
  SEMANTICKITTI,
} from "../../classes/mod.ts";
import type { StudentCard } from "../card.ts";
import type { FeatureName } from "../features.ts";

const CENTRED: readonly FeatureName[] = ["x_centred", "y_centred", "height"];
const COLOUR: readonly FeatureName[] = ["red_unit", "green_unit", "blue_unit"];
const COLOUR_V151: readonly FeatureName[] = ["red_signed", "green_signed", "blue_signed"];
const NORMAL: readonly FeatureName[] = ["normal_x", "normal_y", "normal_z"];
const LIDAR: readonly FeatureName[] = ["x", "y", "z", "intensity"];

interface Template {
  /** Name of the network; MinkUNet34C by default. */
  readonly backbone?: string;
  readonly classes: readonly ClassRow[];
  readonly voxelSize: number;
  readonly features: readonly FeatureName[];
}

const TEMPLATES: Readonly<Record<string, Template>> = {
  scannet20: { classes: SCANNET20, voxelSize: 0.02, features: [...CENTRED, ...COLOUR, ...NORMAL] },
  s3dis: { classes: S3DIS, voxelSize: 0.05, features: [...CENTRED, ...COLOUR] },
  semantickitti: { classes: SEMANTICKITTI, voxelSize: 0.05, features: LIDAR },
  nuscenes: { classes: NUSCENES, voxelSize: 0.1, features: LIDAR },
  "ptv3-scannet20": {
    backbone: "ptv3-base-v151",
    classes: SCANNET20,
    voxelSize: 0.02,
    features: [...COLOUR_V151, ...NORMAL],
  },
  "ptv3-s3dis": {
    backbone: "ptv3-base-rpe-v151",
    classes: S3DIS,
    voxelSize: 0.02,
    features: [...COLOUR_V151, ...NORMAL],
  },
  "ptv3-nuscenes": {
    backbone: "ptv3-nuscenes-v151",
    classes: NUSCENES,
    voxelSize: 0.05,
    features: LIDAR,
  },
  "sonata-scannet20": {
    backbone: "ptv3m2-sonata",
    classes: SCANNET20,
    voxelSize: 0.02,
    features: [...CENTRED, ...COLOUR, ...NORMAL],
  },
};

/** Names of the templates. */
export const CARD_TEMPLATES: readonly string[] = Object.keys(TEMPLATES);

/**
 * Makes the card of a network that was trained on a data set, a MinkUNet34C unless the name says another. `licence` and `provenance` are empty, and a card is
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
  const { backbone = "MinkUNet34C", classes, voxelSize, features } = template;
  return {
    id: template.backbone ? name : `minkunet34c-${name}`,
    backbone,
    ...classTable(classes),
    voxelSize,
    features: [...features],
    teacher: null,
    licence: "",
    provenance: "",
  };
}
