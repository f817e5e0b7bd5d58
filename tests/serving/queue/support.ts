/**
 * Queues in temporary folders, for tests of jobs.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ages, Clock } from "../../../lib/serving/files/clock.ts";
import type { JobQueue, QueueLimits } from "../../../lib/serving/queue/queue.ts";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";

/** Limits that no test reaches. */
export const LIMITS: QueueLimits = { jobs: 100, jobsOfClient: 100, attempts: 3 };

/** Longer than any test takes. */
export const LEASE = 60_000;

/** Clocks that tests set: both run together, and the one on the wall can be set by itself. */
export class TestClock implements Clock, Ages {
  /** By how much the clock on the wall is set ahead. */
  ahead = 0;
  time = 1_000_000;
  readonly wall = () => this.time + this.ahead;
  readonly elapsed = () => this.time;
  readonly now = this.wall;
  readonly since = (time: number) => this.wall() - time;
}

/** Gives `body` a temporary folder. */
export async function withFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-jobs-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives `body` an SQLite queue in a temporary folder, with its clock. */
export async function withQueue(
  body: (queue: JobQueue, clock: TestClock, folder: string) => Promise<void> | void,
  limits: Partial<QueueLimits> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    await using queue = new SqliteQueue(folder, { ...LIMITS, ...limits }, clock);
    await body(queue, clock, folder);
  });
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await pause();
}

/** Lets others work for a moment. */
export function pause(): Promise<void> {
  return delay(5);
}

/** Collects the lines that `body` logs as errors, instead of printing them. */
export async function logged(body: (lines: string[]) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const original = console.error;
  console.error = (line) => lines.push(`${line}`);
  try {
    await body(lines);
  } finally {
    console.error = original;
  }
}

/** Hands in a job with an empty folder. */
export async function submit(
  queue: JobQueue,
  id: string,
  client = "client",
  createdAt = 1,
): Promise<void> {
  await mkdir(queue.folderOf(id));
  await queue.submit({ id, client, scan: "room.ply", method: "bn", createdAt });
}
