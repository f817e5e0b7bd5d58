/**
 * Which queue a server has: Redis's where it was given one, else its own.
 *
 * @module
 */
import type { JobQueue, QueueLimits } from "./queue.ts";
import { SqliteQueue } from "./sqlite_queue.ts";

/** Where jobs are kept. */
export interface QueuePlace {
  /** The folder of the files; where the queue is on Redis, one that all machines share. */
  folder: string;
  queue: QueueLimits;
  /** `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. */
  redis?: string;
}

/**
 * Opens the queue.
 *
 * @throws {RangeError} where the place is not one for this program.
 * @throws {QueueUnavailableError} where Redis does not answer.
 */
export async function openQueue({ folder, queue, redis }: QueuePlace): Promise<JobQueue> {
  if (redis === undefined) return new SqliteQueue(folder, queue);
  // Loaded when asked for: who has no Redis starts no slower for it.
  const { RedisQueue } = await import("./redis_queue.ts");
  return await RedisQueue.open({ url: redis, folder, limits: queue });
}
