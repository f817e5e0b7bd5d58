/**
 * The keys of a queue on Redis beside those of BullMQ, and their versions.
 *
 * @module
 */
import type { Redis } from "ioredis";
import { QueuePlaceError } from "./queue.ts";

/** The prefix of all keys. */
export const PREFIX = "ttt-kd";
/** BullMQ's name of the queue. */
export const NAME = "jobs";

/** The version of what stands under these keys. */
const VERSION = 2;
const VERSION_KEY = `${PREFIX}:version`;
/** The name of the folder of files. */
export const FOLDER_KEY = `${PREFIX}:folder`;
/** A sorted set: the rank of each client's latest job. */
export const RANKS_KEY = `${PREFIX}:ranks`;
/** A hash of cancelled jobs by id: BullMQ can end a waiting job only by forgetting it. */
export const CANCELLED_KEY = `${PREFIX}:cancelled`;

/** Returns the key of a set with the ids of a client's jobs: all that are not over, and some that are. */
export function clientKey(client: string): string {
  return `${PREFIX}:client:${client}`;
}

/** Returns the key of a sorted set with the ids of all jobs of a client, by when they were handed in. */
export function listKey(client: string): string {
  return `${PREFIX}:list:${client}`;
}

/**
 * Marks a new queue with the version of its keys, and checks that of an existing one. Keys are not migrated, because
 * servers of the older version may still use them.
 *
 * @param address the address of the queue, for the error.
 * @throws {QueuePlaceError} where another version of the program made the queue.
 */
export async function checkVersion(redis: Redis, address: string): Promise<void> {
  const [marked, folder] = await redis.mget(VERSION_KEY, FOLDER_KEY);
  if (marked === null && folder === null) {
    await redis.set(VERSION_KEY, VERSION);
    return;
  }
  // Version 1 did not mark its queues.
  const version = Number(marked ?? 1);
  if (version === VERSION) return;
  throw new QueuePlaceError(
    `Cannot use the queue at ${address}: its jobs are of version ${version}, this program knows ${VERSION}; give --queue another database, and let a server of that version finish these jobs`,
  );
}
