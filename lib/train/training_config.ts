/**
 * The settings of a training run, as they stand in a file: what the student learns, from which scenes, how fast.
 *
 * @module
 */
import { z } from "zod";
import type { StudentCard } from "../nn/card.ts";
import { FEATURE_NAMES } from "../nn/features.ts";
import { NETWORK_NAMES } from "../nn/networks.ts";
import { parseJson, validate, violationText } from "../validation/mod.ts";

const TrainingConfigSchema = z.strictObject({
  /** Id of the student that comes out. */
  id: z.string().min(1),
  /** Data set: the name of a world, or the path of a data set's JSON file. */
  benchmark: z.string().default("rooms"),
  /** Domain whose split "train" gives the scenes. */
  domain: z.string().default("source"),
  /** What the student learns: labels alone, with the teacher's features, or with what masks hide. */
  objective: z.enum(["labels", "joint", "mae"]).default("joint"),
  backbone: z.enum(NETWORK_NAMES).default("MinkUNet14Slim"),
  /** Input channels. */
  features: z.array(z.enum(FEATURE_NAMES)).min(1).default(["red", "green", "blue", "one"]),
  /** Number of scenes. */
  scenes: z.int().min(1).default(240),
  epochs: z.int().min(1).default(5),
  /** Scenes whose gradients make one step. */
  batch: z.int().min(1).default(2),
  /** The largest rate of the cycle. */
  learningRate: z.number().positive().default(4e-3),
  weightDecay: z.number().min(0).default(0.01),
  /** λ, the weight of the distillation loss. */
  distillation: z.number().positive().default(1),
  /** Weight of the loss of masked reconstruction. */
  reconstruction: z.number().positive().default(1),
  /** Edge of a voxel in metres. */
  voxelSize: z.number().positive().default(0.1),
  seed: z.int().min(0).default(0),
});

/** Settings of a training run; see the schema for defaults. */
export type TrainingConfig = z.infer<typeof TrainingConfigSchema>;

/**
 * Reads settings from JSON.
 *
 * @param student whose network is trained on: its settings stand where the file says nothing of them.
 * @throws {RangeError} naming the field that cannot be.
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
  return validate(TrainingConfigSchema, value, (violation) => fail(violationText(violation)));
}
