/**
 * What a campaign notes of each scan: a line of its journal, a row of its table.
 *
 * @module
 */
import { z } from "zod";
import { validate } from "../validation/mod.ts";

const EntrySchema = z.strictObject({
  /** Path of the scan from the campaign's folder. */
  key: z.string(),
  /** What the files of the scan were like: another text means that they have changed. */
  files: z.string(),
  state: z.enum(["labelled", "failed"]),
  /** Path of the labelled scan from the folder of answers; null where it failed. */
  out: z.string().nullable(),
  points: z.int().nonnegative(),
  /** Wall time of the scan, files included. */
  seconds: z.number().nonnegative(),
  student: z.string().nullable(),
  method: z.string().nullable(),
  lossName: z.string().nullable(),
  /** The loss before the first step and after the last; null for methods that take none. */
  loss: z.tuple([z.number(), z.number()]).nullable(),
  warnings: z.array(z.strictObject({
    code: z.string(),
    text: z.string(),
    field: z.string().optional(),
  })),
  /** Which other scans' corrections voted: another text means others. Empty for none. */
  votes: z.string().default(""),
  /** Why it failed. */
  problem: z.string().nullable(),
});

/** What became of a scan; plain JSON. */
export type CampaignEntry = z.infer<typeof EntrySchema>;

/**
 * Checks that a line of the journal is an entry.
 *
 * @throws {SyntaxError} naming the field that is wrong.
 */
export function parseEntry(value: unknown): CampaignEntry {
  return validate(
    EntrySchema,
    value,
    ({ problem, field = "entry" }) => new SyntaxError(`${problem} (field ${field})`),
  );
}
