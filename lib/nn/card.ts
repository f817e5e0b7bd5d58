/**
 * The model card of a student: everything that is needed to run it and to say where it comes from. It
 * travels in the metadata of the checkpoint.
 *
 * @module
 */
import { z } from "zod";
import { issueAt, parseJson, validate, violationText } from "../validation/mod.ts";
import { FEATURE_NAMES, type FeatureName } from "./features.ts";
import { NETWORK_NAMES, networkOf } from "./networks.ts";
import { CheckpointError } from "./safetensors.ts";

/** Red, green and blue, 0 to 255 each. */
export type PaletteColour = [red: number, green: number, blue: number];

/** The teacher that a student was distilled from. */
export interface StudentTeacher {
  /** The teacher's identifier. */
  id: string;
  /** Width of its features, D. */
  width: number;
  /** KD loss of the student on source scenes that it was not trained on. */
  sourceKdLoss?: number | undefined;
  /**
   * What leads from the student's features to the teacher's: a linear layer (the default), or `none`, where both
   * have one width and are compared as they are. Such a student has no probe either.
   */
  head?: "linear" | "none" | undefined;
}

/** The model card of a student. */
export interface StudentCard {
  /** The student's identifier. */
  id: string;
  /** Name of the network; `networks.ts` lists them. */
  backbone: string;
  /** Class names; the index is the label. */
  classes: string[];
  /** The colour of every class. */
  palette: PaletteColour[];
  /** Edge of a voxel in metres. */
  voxelSize: number;
  /** Names of the input channels, in order; `features.ts` defines them. */
  features: FeatureName[];
  /** The teacher that it was distilled from; null where it learned from labels alone. */
  teacher: StudentTeacher | null;
  /** Outputs of the head that reconstructs masked voxels (TTT-MAE), where it has one. */
  reconstruction?: number | undefined;
  /** ASPRS classification code of every class, for LAS files. */
  asprs: number[];
  /** Licence of the weights. */
  licence: string;
  /** Where the weights come from. */
  provenance: string;
}

const byte = z.number().int().min(0).max(255);

/** Schema that checks a card. */
export const studentCardSchema: z.ZodType<StudentCard> = z.object({
  id: z.string().min(1),
  backbone: z.enum(NETWORK_NAMES),
  classes: z.array(z.string()).min(2).max(250),
  palette: z.array(z.tuple([byte, byte, byte])),
  voxelSize: z.number().positive(),
  features: z.array(z.enum(FEATURE_NAMES)).min(1),
  teacher: z.object({
    id: z.string(),
    width: z.number().int().positive(),
    sourceKdLoss: z.number().positive().optional(),
    head: z.enum(["linear", "none"]).optional(),
  }).nullable(),
  reconstruction: z.number().int().positive().optional(),
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
