/**
 * Queues in folders of their own, and work without an engine, for tests of jobs.
 *
 * @module
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobQueue, type QueueLimits } from "../../lib/jobs/queue.ts";

/** Room for every test. */
export const LIMITS: QueueLimits = { jobs: 100, jobsOfClient: 100, attempts: 3 };

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

/** Gives `body` a queue in a folder that is gone afterwards, with the clock it goes by. */
export async function withQueue(
  body: (queue: JobQueue, clock: Clock, folder: string) => Promise<void> | void,
  limits: Partial<QueueLimits> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const clock = new Clock();
    using queue = new JobQueue(folder, { ...LIMITS, ...limits }, clock.read);
    await body(queue, clock, folder);
  });
}

/** Hands in a job with an empty folder. */
export async function submit(queue: JobQueue, id: string, client = "client"): Promise<void> {
  await mkdir(queue.folderOf(id));
  queue.submit({ id, client, scan: "room.ply", method: "bn" });
}
