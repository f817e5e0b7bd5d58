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
    const { width, descriptions, classes } = remembered;
    const count = classes.length;
    const tensors = new Map([
      ["descriptions", { shape: [count, width], data: descriptions }],
      ["classes", { shape: [count], data: Float32Array.from(classes) }],
    ]);
    const corrections = writeSafetensors({ tensors, metadata: {} });
    await writeStream(join(learned, CORRECTIONS), [corrections]);
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

/** @returns null where nothing was corrected. @throws {CheckpointError} where the file is none of {@link writeLearned}. */
async function readCorrections(path: string): Promise<RememberedCorrections | null> {
  const bytes = await readFile(path).catch(unlessAbsent);
  if (!bytes) return null;
  const { tensors } = readSafetensors(bytes, path);
  const [said, classes] = [tensors.get("descriptions"), tensors.get("classes")];
  const [count, width] = said?.shape ?? [];
  const isWhole = said?.data instanceof Float32Array && classes?.data instanceof Float32Array &&
    width !== undefined && classes.data.length === count;
  if (!isWhole) throw new CheckpointError(`Cannot read ${path}: it has no corrections`);
  return { width, descriptions: said.data, classes: Uint8Array.from(classes.data) };
}
