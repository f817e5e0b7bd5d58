/**
 * The settings of a training run, as a JSON file holds them: what the student learns, from which scenes, and how fast.
 *
 * @module
 */
import { z } from "zod";
import type { StudentCard } from "../nn/card.ts";
import { FEATURE_NAMES } from "../nn/features.ts";
import { NETWORK_NAMES } from "../nn/networks.ts";
import { parseJson, validate, violationsText } from "../validation/mod.ts";

/** What checks settings; each field has its default and its description. */
export const trainingConfigSchema = z.strictObject({
  id: z.string().min(1)
    .describe("id of the student that training makes"),
  benchmark: z.string().default("rooms")
    .describe(
      "data set: the name of a procedural world or of a published data set (with --data), or the path of a data set's JSON file, relative to this file",
    ),
  domain: z.string().default("source")
    .describe(
      'domain whose split "train" gives the scenes; "source" is the one that the data set marks as its source',
    ),
  objective: z.enum(["labels", "joint", "mae"]).default("joint")
    .describe(
      "what the loss is: cross-entropy alone, with the KD loss, or with that of masked reconstruction",
    ),
  backbone: z.enum(NETWORK_NAMES).default("MinkUNet14Slim")
    .describe("name of the network"),
  features: z.array(z.enum(FEATURE_NAMES)).min(1).default(["red", "green", "blue", "one"])
    .describe("input features, in the order of the network's input channels"),
  scenes: z.int().min(1).default(240)
    .describe("number of scenes"),
  epochs: z.int().min(1).default(5)
    .describe("number of passes over the scenes"),
  batch: z.int().min(1).default(2)
    .describe("scenes whose gradients are summed for one step"),
  learningRate: z.number().positive().default(4e-3)
    .describe("largest learning rate of the one-cycle schedule"),
  weightDecay: z.number().min(0).default(0.01)
    .describe("weight decay of AdamW"),
  distillation: z.number().positive().default(1)
    .describe('λ, the weight of the KD loss with objective "joint"'),
  reconstruction: z.number().positive().default(1)
    .describe('weight of the reconstruction loss with objective "mae"'),
  statistics: z.literal("running").optional()
    .describe(
      "running: norm layers use the statistics of the student that training starts from, which stay; by default each scene's own",
    ),
  crop: z.number().positive().optional()
    .describe(
      "edge in metres of the square that is cut from a scene for a step; whole scenes by default",
    ),
  voxelSize: z.number().positive().default(0.1)
    .describe("edge of a voxel in metres"),
  seed: z.int().min(0).default(0)
    .describe(
      "seed of the first weights, of the order of the scenes, and of augmentations and masks",
    ),
});

/** Settings of a training run; {@link trainingConfigSchema} describes the fields. */
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/**
 * Reads settings from JSON.
 *
 * @param file name of the file, for errors.
 * @param student the student that heads are trained for: its backbone, features and voxel size are the defaults.
 * @throws {RangeError} naming the file and the field that is wrong.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const config = parseTrainingConfig('{"id": "tiny", "scenes": 4}', "tiny.json");
 * assert.equal(config.objective, "joint");
 * assert.throws(() => parseTrainingConfig('{"id": "tiny", "scenes": 0}', "tiny.json"), /scenes/);
 * ```
 */
export function parseTrainingConfig(
  json: string,
  file: string,
  student?: StudentCard,
): TrainingConfig {
  const fail = (what: string) => new RangeError(`Cannot read ${file}: ${what}`);
  let value = parseJson(json, fail);
  if (student && typeof value === "object" && value !== null) {
    const { backbone, features, voxelSize } = student;
    value = { backbone, features, voxelSize, ...value };
  }
  return validate(trainingConfigSchema, value, (_, all) => fail(violationsText(all)));
}
