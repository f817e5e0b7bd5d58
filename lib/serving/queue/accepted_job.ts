/**
 * What was accepted, as a file in the folder of a job. Should the queue lose its records, its jobs are handed in again
 * from these files.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readJson, syncFolder, writeJson } from "../files/durable.ts";
import type { NewJob } from "./queue.ts";

const FILE = "job.json";

/** Writes down that a job is accepted. */
export async function writeAccepted(folder: string, job: NewJob): Promise<void> {
  await writeJson(join(folder, FILE), job);
  await syncFolder(folder);
}

/** Returns the accepted job of a folder; null where there is none, or none any more. */
export async function readAccepted(folder: string): Promise<NewJob | null> {
  try {
    return await readJson<NewJob>(join(folder, FILE));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Takes {@link writeAccepted} back, so that a job that its client does not want is not done after all. */
export async function dropAccepted(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}

function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}
