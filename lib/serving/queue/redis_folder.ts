/**
 * The folder of jobs' files that all machines of a queue on Redis share.
 *
 * Redis keeps its name, so that a machine with another folder notices before it takes a job, and so that no machine
 * sweeps the files of another queue away.
 *
 * @module
 */
import type { Redis } from "ioredis";
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { QueuePlaceError } from "./queue.ts";

/** The ending of the file beside a folder that names its queue. */
const OWNER = ".queue";

/**
 * Returns the folder of a queue; the first machine makes it. Where Redis has lost the name, it is the folder that the
 * queue of this address had before, with the jobs that were accepted.
 *
 * @param key the key of its name in Redis.
 * @param folder the folder in which it lies.
 * @param address of the queue.
 * @throws {QueuePlaceError} where another machine made the folder, and this one does not see it.
 */
export async function sharedFolder(
  redis: Redis,
  key: string,
  folder: string,
  address: string,
): Promise<string> {
  const known = await redis.get(key) ?? await formerFolder(redis, key, folder, address) ??
    await makeFolder(redis, key, folder);
  const files = join(folder, known);
  if (await isFolder(files)) {
    await writeFile(`${files}${OWNER}`, address);
    return files;
  }
  throw new QueuePlaceError(
    `Cannot share the jobs of this queue: there is no ${known} in ${folder}; give --data the folder that its other machines use, mounted here, or --queue another database`,
  );
}

async function makeFolder(redis: Redis, key: string, folder: string): Promise<string> {
  const name = `jobs-${crypto.randomUUID()}`;
  const made = join(folder, name);
  // Made before its name is written, so that every machine that reads the name finds the folder.
  await mkdir(made, { recursive: true, mode: 0o700 });
  const known = await nameFolder(redis, key, name);
  if (known !== name) await rmdir(made);
  return known;
}

/** Finds the folder that a queue had before Redis lost its name. */
async function formerFolder(
  redis: Redis,
  key: string,
  folder: string,
  address: string,
): Promise<string | null> {
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.startsWith("jobs-") || !file.endsWith(OWNER)) continue;
    if (await readFile(join(folder, file), "utf8") !== address) continue;
    const name = file.slice(0, -OWNER.length);
    if (await isFolder(join(folder, name))) return await nameFolder(redis, key, name);
  }
  return null;
}

/** Writes the name of a folder into Redis, unless another machine was faster. @returns the name that counts. */
export async function nameFolder(redis: Redis, key: string, name: string): Promise<string> {
  await redis.set(key, name, "NX");
  return (await redis.get(key))!;
}

/** Returns whether a path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
