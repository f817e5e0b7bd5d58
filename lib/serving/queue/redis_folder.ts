/**
 * The folder of jobs' files that all machines of a Redis queue share.
 *
 * Its name is kept in Redis, so that a machine with another folder notices before it takes a job, and so that
 * nobody sweeps the files of another queue as rubbish.
 *
 * @module
 */
import type { Redis } from "ioredis";
import { mkdir, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The folder of a queue; the first machine makes it.
 *
 * @param key where Redis keeps its name.
 * @throws {RangeError} where another machine made it, and it is not to be seen here.
 */
export async function sharedFolder(redis: Redis, key: string, folder: string): Promise<string> {
  const known = await redis.get(key) ?? await makeFolder(redis, key, folder);
  const files = join(folder, known);
  if (await isFolder(files)) return files;
  throw new RangeError(
    `Cannot share the jobs of this queue: there is no ${known} in ${folder}; give --data the folder that its other machines use, mounted here, or --queue another database`,
  );
}

async function makeFolder(redis: Redis, key: string, folder: string): Promise<string> {
  const name = `jobs-${crypto.randomUUID()}`;
  const made = join(folder, name);
  // The folder first: whoever reads its name finds it.
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
