/**
 * Opens the queue of a server: on Redis where an address is given, otherwise in SQLite.
 *
 * @module
 */
import type { JobQueue, QueueLimits } from "./queue.ts";
import { SqliteQueue } from "./sqlite_queue.ts";

/** Where jobs are kept. */
export interface QueuePlace {
  /** The folder of the files; for a queue on Redis, a folder that all its machines share. */
  folder: string;
  queue: QueueLimits;
  /** The address `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. */
  redis?: string;
}

/**
 * Opens the queue, or makes it.
 *
 * @throws {QueuePlaceError} where jobs cannot be kept at this place.
 * @throws {QueueUnavailableError} where Redis does not answer.
 */
export async function openQueue({ folder, queue, redis }: QueuePlace): Promise<JobQueue> {
  if (redis === undefined) return new SqliteQueue(folder, queue);
  // Loaded on demand, so that a server without Redis starts no slower for it.
  const { RedisQueue } = await import("./redis_queue.ts");
  return await RedisQueue.open({ url: redis, folder, limits: queue });
}
