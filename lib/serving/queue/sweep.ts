/**
 * Removes what nobody needs any more: jobs that were over long ago, and folders without a job, as a server
 * that was killed during an upload leaves them.
 *
 * @module
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JobQueue } from "./queue.ts";

/** A folder that nobody wrote to for so long has lost its upload. */
export const ORPHAN_MILLISECONDS = 3600_000;

/**
 * Sweeps once.
 *
 * @param keepMilliseconds how long jobs are kept after their end.
 * @param now milliseconds since 1970.
 */
export async function sweep(queue: JobQueue, keepMilliseconds: number, now: number): Promise<void> {
  for (const { id } of await queue.overBefore(now - keepMilliseconds)) {
    await removeJob(queue, id);
  }
  for (const id of await readdir(queue.files)) {
    if (await queue.get(id)) continue;
    const folder = queue.folderOf(id);
    if (await lastChange(folder) < now - ORPHAN_MILLISECONDS) await removeFolder(folder);
  }
}

/** Removes a job that is over, with its files. */
export async function removeJob(queue: JobQueue, id: string): Promise<void> {
  // The row first: a folder without a row is swept one day, a row without its folder would promise a result.
  await queue.remove(id);
  await removeFolder(queue.folderOf(id));
}

/** Removes a folder with all in it. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** When something in a folder was written last; now, where it vanishes meanwhile. */
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
