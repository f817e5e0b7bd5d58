/**
 * The model card of a student: what is needed to run it, and where it comes from. It is stored in the metadata of the
 * checkpoint.
 *
 * @module
 */
import { z } from "zod";
import { type StudentDomain, studentDomainSchema } from "../domain/mod.ts";
import { fitting, parseJson, validate, violationsText } from "../validation/mod.ts";
import { FEATURE_NAMES, type FeatureName } from "./features.ts";
import { NETWORK_NAMES, networkOf } from "./networks.ts";
import { CheckpointError } from "./safetensors.ts";

/** Red, green and blue, 0 to 255 each. */
export type PaletteColour = [red: number, green: number, blue: number];

/** The teacher that a student was distilled from. */
export interface StudentTeacher {
  /** Id of the teacher's card. */
  id: string;
  /** Width of its features, D. */
  width: number;
  /** KD loss on source scenes that the student was not trained on. */
  sourceKdLoss?: number | undefined;
  /**
   * Standard deviation of that loss between these scenes; left out where batch norm used running statistics, with which
   * no scan is compared.
   */
  sourceKdDeviation?: number | undefined;
  /**
   * The head from the student's features to the teacher's: one linear layer (the default), or none, where both have the
   * same width and are compared directly. A student without this head has no probe either.
   */
  head?: "linear" | "none" | undefined;
}

/** The model card of a student. */
export interface StudentCard {
  /** Name of the student. */
  id: string;
  /** Name of its network, one of `NETWORK_NAMES`. */
  backbone: string;
  /** Names of the classes, 2 to 250; a label is an index into this list. */
  classes: string[];
  /** Colour of each class. */
  palette: PaletteColour[];
  /** Edge of a voxel, metres. */
  voxelSize: number;
  /** Input features in the order of the network's input channels; features.ts defines them. */
  features: FeatureName[];
  /** The teacher that it was distilled from; null where it was trained on labels alone. */
  teacher: StudentTeacher | null;
  /** Outputs of the reconstruction head (TTT-MAE); left out where there is none. */
  reconstruction?: number | undefined;
  /** ASPRS classification code (0 to 255) of each class, for LAS files. */
  asprs: number[];
  /** What the scans that it was trained on are like; left out where that was not measured. */
  domain?: StudentDomain | undefined;
  /**
   * Classes that have objects, with the metres over which parts of one are joined; left out where their names tell
   * (`lib/classes/things.ts`).
   */
  things?: Record<string, number> | undefined;
  /**
   * Metres above the ground between which the points of a class lie: above the first and up to the second; null where there is
   * no such bound. Classes that are left out lie anywhere. A point of another height hardly counts as one of the class.
   */
  heights?: Record<string, [low: number | null, high: number | null]> | undefined;
  /**
   * `running` where the running statistics label a scan for which no method is named, and not its own: because the norm layers
   * were trained with them, or because that was better on validation scenes.
   */
  statistics?: "running" | undefined;
  /** Licence of the weights. */
  licence: string;
  /** Where the weights come from. */
  provenance: string;
}

const byte = z.number().int().min(0).max(255);

/** The teacher of a card, in which version 1 of the program called the source KD loss `level`. */
function withSourceKdLoss(teacher: unknown): unknown {
  if (typeof teacher !== "object" || teacher === null || !("level" in teacher)) return teacher;
  const { level, ...rest } = teacher;
  return { sourceKdLoss: level, ...rest };
}

/** Schema that checks a student's card; fields that it does not know are dropped. */
export const studentCardSchema: z.ZodType<StudentCard> = z.object({
  id: z.string().min(1),
  backbone: z.enum(NETWORK_NAMES),
  classes: z.array(z.string()).min(2).max(250),
  palette: z.array(z.tuple([byte, byte, byte])),
  voxelSize: z.number().positive(),
  features: z.array(z.enum(FEATURE_NAMES)).min(1),
  teacher: z.preprocess(
    withSourceKdLoss,
    z.object({
      id: z.string(),
      width: z.number().int().positive(),
      sourceKdLoss: z.number().positive().optional(),
      sourceKdDeviation: z.number().nonnegative().optional(),
      head: z.enum(["linear", "none"]).optional(),
    }).nullable(),
  ),
  reconstruction: z.number().int().positive().optional(),
  asprs: z.array(byte),
  domain: studentDomainSchema.optional(),
  things: z.record(z.string(), z.number().positive()).optional(),
  heights: z.record(z.string(), z.tuple([z.number().nullable(), z.number().nullable()])).optional(),
  statistics: z.literal("running").optional(),
  licence: z.string().min(1, "write the licence of the weights, such as MIT"),
  provenance: z.string().min(
    1,
    "write where the weights come from, and on which data they were trained",
  ),
}).check(
  fitting(["classes", "palette", "asprs"], ({ classes, palette, asprs }, refuse) => {
    for (const [name, { length }] of Object.entries({ palette, asprs })) {
      if (length === classes.length) continue;
      const problem = `${name} has ${length} entries for ${classes.length} classes`;
      refuse([name], problem, "write one for each class");
    }
  }),
  fitting(["classes", "things", "heights"], ({ classes, things = {}, heights = {} }, refuse) => {
    for (const [field, named] of Object.entries({ things, heights })) {
      const unknown = Object.keys(named).find((name) => !classes.includes(name));
      if (unknown === undefined) continue;
      refuse(
        [field, unknown],
        `${unknown} is none of the classes`,
        `name some of ${classes.join(", ")}`,
      );
    }
  }),
  fitting(["features", "heights"], ({ features, heights }, refuse) => {
    if (!heights || features.includes("above_ground")) return;
    refuse(
      ["heights"],
      "the student does not read how high points lie above the ground",
      "leave heights out, or name above_ground among the features",
    );
  }),
  fitting(["backbone", "features", "teacher"], ({ backbone, features, teacher }, refuse) => {
    if (teacher?.head !== "none") return;
    const { featureChannels } = networkOf(backbone, features.length);
    if (featureChannels === teacher.width) return;
    refuse(
      ["teacher", "head"],
      `head "none" compares features of ${featureChannels} channels with the teacher's ${teacher.width}`,
      'write "teacher": null and train a head with train --heads-only',
    );
  }),
);

/**
 * Reads the card from a checkpoint's metadata.
 *
 * @throws {CheckpointError} naming the field that is missing or wrong.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const card = JSON.stringify({
 *   id: "mine",
 *   backbone: "MinkUNet14Slim",
 *   classes: ["ground", "wall"],
 *   palette: [[120, 90, 60], [200, 200, 190]],
 *   voxelSize: 0.1,
 *   features: ["one"],
 *   teacher: null,
 *   asprs: [2, 6],
 *   licence: "MIT",
 *   provenance: "trained on my own scans",
 * });
 * assert.deepEqual(parseStudentCard({ card }).classes, ["ground", "wall"]);
 * assert.throws(() => parseStudentCard({ card: "{}" }), /id is missing/);
 * ```
 */
export function parseStudentCard(metadata: Readonly<Record<string, string>>): StudentCard {
  return cardOf(
    metadata.card ?? "",
    "Cannot use the checkpoint",
    'its metadata holds no "card" in JSON; add a model card',
  );
}

/**
 * Reads a card from a JSON file, as `import --card` does.
 *
 * @param file name of the file, for errors.
 * @throws {CheckpointError} naming the file and the field that is missing or wrong.
 */
export function readStudentCard(json: string, file: string): StudentCard {
  return cardOf(json, `Cannot read ${file}`, "it is not JSON; write a JSON object");
}

function cardOf(json: string, failure: string, notJson: string): StudentCard {
  const value = parseJson(json, () => new CheckpointError(`${failure}: ${notJson}`));
  return validate(
    studentCardSchema,
    value,
    (_, all) => new CheckpointError(`${failure}: ${violationsText(all)}`),
  );
}
