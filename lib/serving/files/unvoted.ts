/**
 * What a job came to before corrected points voted, as files of its result, and of the jobs that correct it.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Unvoted } from "../../segment/labels/unvoted.ts";
import { DamagedFileError, readJson, unlessAbsent, writeJson, writeStream } from "./durable.ts";

/** f32 [voxels][classes]. */
const VALUES = "unvoted.f32";
/** Everything else. */
const FACTS = "unvoted.json";

/** The files of {@link writeUnvoted}. */
export const UNVOTED_FILES = [VALUES, FACTS];

type Facts = Omit<Unvoted, "probabilities"> & { readonly rows: number; readonly classes: number };

/** Writes it into the folder of a result. */
export async function writeUnvoted(
  folder: string,
  { probabilities: { rows, classes, values }, ...facts }: Unvoted,
): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  await writeStream(join(folder, VALUES), [bytes]);
  await writeJson(join(folder, FACTS), { ...facts, rows, classes } satisfies Facts);
}

/**
 * Reads what {@link writeUnvoted} wrote, from the folder of a job that got its files.
 *
 * @returns null where there is nothing of the kind
 * @throws {DamagedFileError} where a file is not as it was written
 */
export async function readUnvoted(folder: string): Promise<Unvoted | null> {
  const facts = await readJson<Facts>(join(folder, FACTS)).catch(unlessAbsent);
  if (!facts) return null;
  const { rows, classes, ...others } = facts;
  const bytes = new Uint8Array(await readFile(join(folder, VALUES)));
  if (bytes.length !== 4 * rows * classes) throw new DamagedFileError(join(folder, VALUES));
  return { ...others, probabilities: { rows, classes, values: new Float32Array(bytes.buffer) } };
}
