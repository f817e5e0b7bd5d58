/**
 * The state of an online method, as files in a folder: the adapted student, which loads like any other checkpoint,
 * and beside it the momentum, which only the next step needs, and what was corrected.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import { readStudent, studentBytes } from "../../models/students.ts";
import { readRemembered, rememberedBytes } from "../../segment/labels/remembered_file.ts";
import type { RememberedCorrections } from "../../ttt/corrections.ts";
import type { OnlineState } from "../../ttt/online_state.ts";
import { DamagedFileError, syncFolder, unlessAbsent, writeStream } from "./durable.ts";

/** The name of the file with the adapted student: a checkpoint that `--student` takes. */
export const WEIGHTS = "weights.safetensors";
const MOMENTUM = "momentum.safetensors";
const CORRECTIONS = "corrections.safetensors";

/** Returns the folder that {@link writeLearned} writes. */
export function learnedFolder(folder: string, attempt: number): string {
  return join(folder, `learned-${attempt}`);
}

/**
 * Writes the state after an attempt. Once this resolves, it is on the disk.
 *
 * @param title the name of the state, for the card of the student.
 */
export async function writeLearned(
  folder: string,
  attempt: number,
  { student, velocity, remembered }: OnlineState,
  title: string,
): Promise<void> {
  const learned = learnedFolder(folder, attempt);
  await rm(learned, { recursive: true, force: true });
  await mkdir(learned);
  const card = {
    ...student.card,
    id: `${student.card.id}-adapted`,
    provenance: `${student.card.provenance}; adapted online, ${title}`,
  };
  await writeStream(join(learned, WEIGHTS), [studentBytes({ ...student, card })]);
  const momentum = writeSafetensors({ tensors: velocity, metadata: {} });
  await writeStream(join(learned, MOMENTUM), [momentum]);
  if (remembered) {
    await writeStream(join(learned, CORRECTIONS), [rememberedBytes(remembered)]);
  }
  await syncFolder(learned);
}

/**
 * Reads what {@link writeLearned} wrote.
 *
 * @throws {DamagedFileError} where a file is damaged.
 */
export async function readLearned(learned: string): Promise<OnlineState> {
  const path = join(learned, MOMENTUM);
  try {
    return {
      student: await readStudent(join(learned, WEIGHTS)),
      velocity: readSafetensors(await readFile(path), path).tensors,
      remembered: await readCorrections(join(learned, CORRECTIONS)),
    };
  } catch (error) {
    const isDamaged = error instanceof CheckpointError ||
      (error as NodeJS.ErrnoException).code === "ENOENT";
    throw isDamaged ? new DamagedFileError(join(learned, WEIGHTS), error) : error;
  }
}

/** @returns null where nothing was corrected. */
async function readCorrections(path: string): Promise<RememberedCorrections | null> {
  const bytes = await readFile(path).catch(unlessAbsent);
  return bytes && readRemembered(bytes, path);
}
