/**
 * The model card of a student: everything that is needed to run it and to say where it comes from. It
 * travels in the metadata of the checkpoint.
 *
 * @module
 */
import { z } from "zod";
import { issueAt, parseJson, validate, violationText } from "../validation/mod.ts";
import { FEATURE_NAMES } from "./features.ts";
import { NETWORK_NAMES, networkOf } from "./networks.ts";
import { CheckpointError } from "./safetensors.ts";

const byte = z.number().int().min(0).max(255);

/** What checks a card. */
export const studentCardSchema = z.object({
  id: z.string().min(1),
  /** A network by name. */
  backbone: z.enum(NETWORK_NAMES),
  /** Class names; the index is the label. */
  classes: z.array(z.string()).min(2).max(250),
  /** Red, green, blue (0 to 255) of every class. */
  palette: z.array(z.tuple([byte, byte, byte])),
  /** Edge of a voxel in metres. */
  voxelSize: z.number().positive(),
  /** Names of the input channels, in order; `features.ts` says what they mean. */
  features: z.array(z.enum(FEATURE_NAMES)).min(1),
  /**
   * The teacher that it was distilled from, the width of its features, the distillation loss that the
   * student reaches on source scenes that it was not trained on, and the head that leads from its features to
   * the teacher's: a linear layer by default, or `none`, where both are of one width and compared as they are
   * (such a student has no probe either). Null where it learned from labels alone.
   */
  teacher: z.object({
    id: z.string(),
    width: z.number().int().positive(),
    sourceKdLoss: z.number().positive().optional(),
    head: z.enum(["linear", "none"]).optional(),
  }).nullable(),
  /** Outputs of the head that reconstructs what is masked (TTT-MAE), where it has one. */
  reconstruction: z.number().int().positive().optional(),
  /** ASPRS classification code of every class, for LAS answers. */
  asprs: z.array(byte),
  licence: z.string(),
  provenance: z.string(),
}).superRefine(({ classes, palette, asprs, backbone, features, teacher }, context) => {
  for (const [name, { length }] of Object.entries({ palette, asprs })) {
    if (length === classes.length) continue;
    const problem = `${name} has ${length} entries for ${classes.length} classes`;
    context.addIssue(issueAt([name], problem, "write one for each class"));
  }
  if (teacher?.head !== "none" || !NETWORK_NAMES.includes(backbone)) return;
  const { featureChannels } = networkOf(backbone, features.length);
  if (featureChannels === teacher.width) return;
  context.addIssue(issueAt(
    ["teacher", "head"],
    `head "none" compares features of ${featureChannels} channels with the teacher's ${teacher.width}`,
    'write "teacher": null and train a head with train --heads-only',
  ));
});

/** What is known of a student. */
export type StudentCard = z.infer<typeof studentCardSchema>;

/**
 * Reads the card from a checkpoint's metadata.
 *
 * @throws {CheckpointError} naming the field that is missing or wrong.
 */
export function parseStudentCard(metadata: Readonly<Record<string, string>>): StudentCard {
  return cardOf(
    metadata.card ?? "",
    "Cannot use the checkpoint",
    'its metadata holds no "card" in JSON; add a model card',
  );
}

/**
 * Reads a card from a JSON file of its own, as an import takes it.
 *
 * @throws {CheckpointError} naming the file and the field that is missing or wrong.
 */
export function readStudentCard(json: string, file: string): StudentCard {
  return cardOf(json, `Cannot read ${file}`, "it is no JSON");
}

function cardOf(json: string, failure: string, notJson: string): StudentCard {
  const value = parseJson(json, () => new CheckpointError(`${failure}: ${notJson}`));
  return validate(
    studentCardSchema,
    value,
    (violation) => new CheckpointError(`${failure}: ${violationText(violation)}`),
  );
}
