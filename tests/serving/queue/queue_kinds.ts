/**
 * The two kinds of queue, for tests that run over both.
 *
 * @module
 */
import { Redis } from "ioredis";
import type { JobQueue, QueueLimits } from "../../../lib/serving/queue/queue.ts";
import { RedisQueue } from "../../../lib/serving/queue/redis_queue.ts";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";
import { HAS_REDIS, withRedis } from "./redis_server.ts";
import { LEASE, LIMITS, pause, submit, TestClock, withFolder } from "./support.ts";

/** A place that keeps the jobs of a queue when it is opened again. */
export interface TestQueue {
  open(): Promise<JobQueue>;
  /** Makes all leases expire. */
  expireLeases(): Promise<void>;
}

/** The kinds of queue. */
export const QUEUE_KINDS: readonly {
  name: string;
  /** Whether this machine lacks what it needs. */
  ignore: boolean;
  use(limits: Partial<QueueLimits>, body: (place: TestQueue) => Promise<void>): Promise<void>;
}[] = [
  {
    name: "SqliteQueue",
    ignore: false,
    use: (limits, body) =>
      withFolder(async (folder) => {
        const clock = new TestClock();
        await body({
          open: () => Promise.resolve(new SqliteQueue(folder, { ...LIMITS, ...limits }, clock)),
          expireLeases: () => Promise.resolve(void (clock.time += LEASE)),
        });
      }),
  },
  {
    name: "RedisQueue",
    ignore: !HAS_REDIS,
    use: (limits, body) =>
      withRedis(async ({ url }, folder) => {
        await body({
          open: () => openRedisQueue(url, folder, limits),
          expireLeases: () => dropLocks(url),
        });
      }),
  },
];

/** Opens a queue on Redis that finds stalled jobs soon. */
export function openRedisQueue(
  url: string,
  folder: string,
  limits: Partial<QueueLimits> = {},
  say: (line: string) => void = () => {},
): Promise<RedisQueue> {
  return RedisQueue.open({
    url,
    folder,
    limits: { ...LIMITS, ...limits },
    stalledMilliseconds: 20,
    say,
  });
}

/** Removes the leases of a Redis queue, as their expiry does, and waits until BullMQ has noticed. */
async function dropLocks(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.del(await redis.keys("ttt-kd:jobs:*:lock"));
    while (await redis.llen("ttt-kd:jobs:active") > 0) await pause();
  } finally {
    redis.disconnect();
  }
}

/**
 * Waits until a queue hears of changes and finds stalled jobs again: BullMQ does neither for five seconds after
 * Redis was away. Every job at work goes back into the queue.
 */
export async function recovered(queue: JobQueue, url: string): Promise<void> {
  const heard = Promise.withResolvers<void>();
  using _listening = queue.listen((id) => id === "recovered" && heard.resolve());
  await submit(queue, "recovered");
  await heard.promise;
  await queue.claim("w", LEASE);
  await dropLocks(url);
}
