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

/** KEYS: version, cancelled jobs, ranks, ranks of version 1; ARGV: version. Version 1 had no key of its version. */
const MIGRATE = `
  local version = redis.call('GET', KEYS[1])
  if version then return tonumber(version) end
  if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('RENAME', KEYS[4], KEYS[3]) end
  for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
    local job = string.gsub(redis.call('HGET', KEYS[2], id), '"turn":', '"attempt":')
    redis.call('HSET', KEYS[2], id, job)
  end
  redis.call('SET', KEYS[1], ARGV[1])
  return tonumber(ARGV[1])
`;

/**
 * Brings the keys of an older version up to date.
 *
 * @param address of the queue, for the error.
 * @throws {QueuePlaceError} where a later version of the program made them.
 */
export async function prepareKeys(redis: Redis, address: string): Promise<void> {
  const keys = [VERSION_KEY, CANCELLED_KEY, RANKS_KEY, `${PREFIX}:turns`];
  const version = await redis.eval(MIGRATE, keys.length, ...keys, VERSION) as number;
  if (version <= VERSION) return;
  throw new QueuePlaceError(
    `Cannot use the queue at ${address}: its jobs are of version ${version}, this program knows ${VERSION}; update the program, or give --queue another database`,
  );
}
