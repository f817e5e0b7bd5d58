/**
 * Queues of both kinds in folders of their own, and work without an engine, for tests of jobs.
 *
 * @module
 */
import { Redis } from "ioredis";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobQueue, QueueLimits } from "../../lib/jobs/queue.ts";
import { RedisQueue } from "../../lib/jobs/redis_queue.ts";
import { SqliteQueue } from "../../lib/jobs/sqlite_queue.ts";
import { HAS_REDIS, withRedis } from "./redis_server.ts";

/** Room for every test. */
export const LIMITS: QueueLimits = { jobs: 100, jobsOfClient: 100, attempts: 3 };

/** Longer than any test takes. */
export const LEASE = 60_000;

/** A clock that goes when it is told to. */
export class Clock {
  now = 1_000_000;
  readonly read = () => this.now;
}

/** Gives `body` a folder that is gone afterwards. */
export async function withFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-jobs-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives `body` an SQLite queue in a folder that is gone afterwards, with the clock it goes by. */
export async function withQueue(
  body: (queue: JobQueue, clock: Clock, folder: string) => Promise<void> | void,
  limits: Partial<QueueLimits> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const clock = new Clock();
    await using queue = new SqliteQueue(folder, { ...LIMITS, ...limits }, clock.read);
    await body(queue, clock, folder);
  });
}

/** A queue that keeps its jobs when it is opened again, and what time does to it. */
export interface TestQueue {
  open(): Promise<JobQueue>;
  /** Lets all leases run out. */
  leasesRunOut(): Promise<void>;
}

/** What tests that hold for every queue run over. */
export const QUEUE_KINDS: readonly {
  name: string;
  /** Says so where it cannot be had on this machine. */
  ignore: boolean;
  use(limits: Partial<QueueLimits>, body: (place: TestQueue) => Promise<void>): Promise<void>;
}[] = [
  {
    name: "SqliteQueue",
    ignore: false,
    use: (limits, body) =>
      withFolder(async (folder) => {
        const clock = new Clock();
        await body({
          open: () =>
            Promise.resolve(new SqliteQueue(folder, { ...LIMITS, ...limits }, clock.read)),
          leasesRunOut: () => Promise.resolve(void (clock.now += LEASE)),
        });
      }),
  },
  {
    name: HAS_REDIS ? "RedisQueue" : "RedisQueue (no redis-server here)",
    ignore: !HAS_REDIS,
    use: (limits, body) =>
      withRedis(async ({ url }, folder) => {
        await body({
          open: () => openRedisQueue(url, folder, limits),
          leasesRunOut: () => dropLocks(url),
        });
      }),
  },
];

/** A queue on Redis that finds stalled jobs soon. */
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

/** Does to locks what time does, and waits until BullMQ has noticed. */
async function dropLocks(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.del(await redis.keys("ttt-kd:jobs:*:lock"));
    while (await redis.llen("ttt-kd:jobs:active") > 0) await pause();
  } finally {
    redis.disconnect();
  }
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await pause();
}

/** A moment for others. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Hands in a job with an empty folder. */
export async function submit(queue: JobQueue, id: string, client = "client"): Promise<void> {
  await mkdir(queue.folderOf(id));
  await queue.submit({ id, client, scan: "room.ply", method: "bn" });
}
