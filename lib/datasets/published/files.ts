/**
 * Files of published data sets: a missing one is named in one line, with what should lie there.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { DatasetError } from "../scene_folder.ts";

/**
 * Reads a file.
 *
 * @param holds what should lie there, for the message
 * @throws {DatasetError} where it is missing
 */
export async function readNeeded(path: string, holds: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw missing(error, path, holds);
  }
}

/**
 * Opens a file to be read in pieces.
 *
 * @param holds what should lie there, for the message
 * @throws {DatasetError} where it is missing
 */
export async function openNeeded(path: string, holds: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw missing(error, path, holds);
  }
}

/**
 * Lists the names in a folder, sorted.
 *
 * @param holds what should lie there, for the message
 * @throws {DatasetError} where it is missing
 */
export async function listNeeded(path: string, holds: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) names.push(name);
  } catch (error) {
    throw missing(error, path, holds);
  }
  return names.sort();
}

/** Whether there is such a file or folder. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Gives those of many files that are there, by one look into each of their folders. */
export async function filesThere(paths: Iterable<string>): Promise<Set<string>> {
  const byFolder = Map.groupBy(paths, (path) => dirname(path));
  const there = new Set<string>();
  for (const [folder, files] of byFolder) {
    if (!await isThere(folder)) continue;
    const names = new Set(await listNeeded(folder, "a folder"));
    for (const path of files) if (names.has(basename(path))) there.add(path);
  }
  return there;
}

function missing(error: unknown, path: string, holds: string): unknown {
  if (!isMissing(error)) return error;
  return new DatasetError(
    `Cannot find ${path}: it should be ${holds}; add it, or correct the folder of the data set (--data)`,
    { cause: error },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
