/**
 * Removes what is no longer needed: jobs that ended long ago, and folders without a job, which a server leaves
 * behind when it is killed during an upload.
 *
 * @module
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ages } from "../files/clock.ts";
import { dropAccepted, readAccepted } from "./accepted_job.ts";
import type { JobQueue } from "./queue.ts";

/** After how long without a write a folder without a job counts as abandoned, in milliseconds. */
export const ORPHAN_MILLISECONDS = 3600_000;

/**
 * Sweeps once. Jobs that were accepted and that the queue has lost are handed in again.
 *
 * @param keepMilliseconds how long jobs are kept after their end.
 * @param say takes a line for each job that is handed in again, and for each folder that cannot be read.
 */
export async function sweep(
  queue: JobQueue,
  keepMilliseconds: number,
  ages: Ages,
  say: (line: string) => void = (line) => console.error(line),
): Promise<void> {
  for (const { id, finishedAt } of await queue.overBefore(ages.now() - keepMilliseconds)) {
    if (ages.since(finishedAt!) > keepMilliseconds) await removeJob(queue, id);
  }
  for (const id of await readdir(queue.files)) {
    if (await queue.get(id)) continue;
    const folder = queue.folderOf(id);
    const lost = await readAccepted(folder).catch((error) => say(`${folder}: ${error.message}`));
    if (lost) {
      await queue.submit(lost);
      say(`the queue had lost job ${id}; it waits again`);
    } else if (ages.since(await lastChange(folder)) > ORPHAN_MILLISECONDS) {
      await removeFolder(folder);
    }
  }
}

/** Removes a job that is over, with its files. */
export async function removeJob(queue: JobQueue, id: string): Promise<void> {
  await dropAccepted(queue.folderOf(id));
  // The record first: a folder without a record is swept later, a record without its folder would promise a result.
  await queue.remove(id);
  await removeFolder(queue.folderOf(id));
}

/** Removes a folder with everything in it. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/**
 * Returns when something in a folder was last written, in milliseconds since 1970; `Infinity` where the folder
 * disappears meanwhile.
 */
export async function lastChange(folder: string): Promise<number> {
  try {
    const times = [(await stat(folder)).mtimeMs];
    for (const name of await readdir(folder)) {
      times.push((await stat(join(folder, name))).mtimeMs);
    }
    return Math.max(...times);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Infinity;
    throw error;
  }
}
