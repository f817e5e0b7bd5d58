/**
 * The folder of jobs' files that all machines of a queue on Redis share.
 *
 * Redis keeps its name, so that a machine with another folder notices before it takes a job, and so that no machine
 * sweeps the files of another queue away.
 *
 * @module
 */
import type { Redis } from "ioredis";
import { mkdir, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { QueuePlaceError } from "./queue.ts";

/**
 * Returns the folder of a queue; the first machine makes it.
 *
 * @param key the key of its name in Redis.
 * @param folder the folder in which it lies.
 * @throws {QueuePlaceError} where another machine made the folder, and this one does not see it.
 */
export async function sharedFolder(redis: Redis, key: string, folder: string): Promise<string> {
  const known = await redis.get(key) ?? await makeFolder(redis, key, folder);
  const files = join(folder, known);
  if (await isFolder(files)) return files;
  throw new QueuePlaceError(
    `Cannot share the jobs of this queue: there is no ${known} in ${folder}; give --data the folder that its other machines use, mounted here, or --queue another database`,
  );
}

async function makeFolder(redis: Redis, key: string, folder: string): Promise<string> {
  const name = `jobs-${crypto.randomUUID()}`;
  const made = join(folder, name);
  // Made before its name is written, so that every machine that reads the name finds the folder.
  await mkdir(made, { recursive: true, mode: 0o700 });
  if (await redis.set(key, name, "NX") === "OK") return name;
  await rmdir(made);
  return (await redis.get(key))!;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
