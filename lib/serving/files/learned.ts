/**
 * What an online method has learned, as files of a folder: the adapted student, which loads by itself as any
 * other checkpoint does, and beside it what only a next step needs.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import { readStudent, studentBytes } from "../../models/models.ts";
import type { OnlineState } from "../../ttt/online_state.ts";
import { syncFolder, writeStream } from "./durable.ts";

/** A checkpoint, such as `--student` takes. */
export const WEIGHTS = "weights.safetensors";
const MOMENTUM = "momentum.safetensors";

/** Where {@link writeLearned} writes. */
export function learnedFolder(folder: string, attempt: number): string {
  return join(folder, `learned-${attempt}`);
}

/**
 * Writes what an attempt has learned; once this returns, it is on the disk.
 *
 * @param title of the sequence that it was learned on, for the card.
 */
export async function writeLearned(
  folder: string,
  attempt: number,
  { student, velocity }: OnlineState,
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
  await syncFolder(learned);
}

/**
 * Reads what {@link writeLearned} wrote.
 *
 * @throws {CheckpointError} where a file is broken.
 */
export async function readLearned(learned: string): Promise<OnlineState> {
  const path = join(learned, MOMENTUM);
  return {
    student: await readStudent(join(learned, WEIGHTS)),
    velocity: readSafetensors(await readFile(path), path).tensors,
  };
}
