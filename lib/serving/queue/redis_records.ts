/**
 * The records of jobs on Redis: those that BullMQ keeps, and beside them cancelled jobs and the jobs of each client,
 * for which BullMQ has no place.
 *
 * @module
 */
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { isOver, type Job, type JobState } from "./job.ts";
import type { JobSelection, NewJob } from "./queue.ts";
import { type Bull, bullId, type JobData, jobOf, STATES } from "./redis_job.ts";
import { CANCELLED_KEY, clientKey, listKey } from "./redis_keys.ts";

/** The number of jobs that are read at once when looking for old ones. */
const PAGE = 100;
/** The number of jobs whose mean duration is taken. */
const RECENT = 10;

/** Reads and keeps the records of jobs. */
export class RedisRecords {
  readonly #redis: Redis;
  readonly #queue: Queue<JobData, null, string>;

  constructor(redis: Redis, queue: Queue<JobData, null, string>) {
    this.#redis = redis;
    this.#queue = queue;
  }

  /** Returns a job, or null where no job has this id. */
  async get(id: string): Promise<Job | null> {
    if (!/^[\w-]+$/.test(id)) return null;
    for (;;) {
      const cancelled = await this.#redis.hget(CANCELLED_KEY, id);
      if (cancelled !== null) return JSON.parse(cancelled) as Job;
      const bull = await this.bull(id);
      if (!bull) return null;
      if (bull.finishedOn) return jobOf(bull, bull.failedReason === undefined ? "done" : "failed");
      const state = STATES[await bull.getState()];
      // Otherwise it has ended, or was forgotten, between the two questions.
      if (state === "queued" || state === "running") return jobOf(bull, state);
    }
  }

  /** Returns the record that BullMQ keeps of a job. */
  bull(id: string): Promise<Bull | undefined> {
    return this.#queue.getJob(bullId(id));
  }

  /** Counts the jobs of each state; states without jobs are left out. */
  async counts(): Promise<Partial<Record<JobState, number>>> {
    const [found, cancelled] = await Promise.all([
      this.#queue.getJobCounts("waiting", "prioritized", "active", "completed", "failed"),
      this.#redis.hlen(CANCELLED_KEY),
    ]);
    const counts: Partial<Record<JobState, number>> = {};
    const add = (state: JobState, count: number) => {
      if (count > 0) counts[state] = (counts[state] ?? 0) + count;
    };
    for (const [state, count] of Object.entries(found)) add(STATES[state]!, count);
    add("cancelled", cancelled);
    return counts;
  }

  /** Returns the jobs that ended before a moment, in milliseconds since 1970. */
  async overBefore(time: number): Promise<Job[]> {
    const old: Job[] = [];
    for (const text of await this.#redis.hvals(CANCELLED_KEY)) old.push(JSON.parse(text));
    for (const [state, name] of [["completed", "done"], ["failed", "failed"]] as const) {
      for (let start = 0;; start += PAGE) {
        const page: Bull[] = await this.#queue.getJobs(state, start, start + PAGE - 1, true);
        old.push(...page.map((bull) => jobOf(bull, name)));
        // The oldest come first.
        if (page.length < PAGE || page.at(-1)!.finishedOn! >= time) break;
      }
    }
    return old.filter(({ finishedAt }) => finishedAt! < time);
  }

  /** Returns the mean duration of the jobs that were done last, in seconds; null where there are none. */
  async recentSeconds(): Promise<number | null> {
    const last: Bull[] = await this.#queue.getJobs("completed", 0, RECENT - 1, false);
    const seconds = last.map(({ finishedOn, processedOn }) => (finishedOn! - processedOn!) / 1000);
    const sum = seconds.reduce((sum, value) => sum + value, 0);
    return last.length === 0 ? null : sum / last.length;
  }

  /** Counts the jobs of a client that are not over. */
  async openOf(client: string): Promise<number> {
    const key = clientKey(client);
    const ids = await this.#redis.smembers(key);
    const states = await Promise.all(ids.map((id) => this.#queue.getJobState(bullId(id))));
    const isOpen = (index: number) => ["queued", "running"].includes(STATES[states[index]!] ?? "");
    const over = ids.filter((_, index) => !isOpen(index));
    if (over.length > 0) await this.#redis.srem(key, ...over);
    return ids.length - over.length;
  }

  /** Counts a job among those of its client, and lists it. */
  async addToClient({ client, id, createdAt }: NewJob): Promise<void> {
    await this.#redis.sadd(clientKey(client), id);
    await this.#redis.zadd(listKey(client), createdAt, id);
  }

  /** Lists jobs of a client, the latest first. */
  async list({ client, states, before, limit }: JobSelection): Promise<Job[]> {
    const key = listKey(client);
    const rank = before === undefined ? -1 : await this.#redis.zrevrank(key, before);
    if (rank === null) return [];
    const listed: Job[] = [];
    for (let start = rank + 1; listed.length < limit; start += PAGE) {
      const ids = await this.#redis.zrevrange(key, start, start + PAGE - 1);
      const jobs = await Promise.all(ids.map((id) => this.get(id)));
      // Jobs that were removed by a server which knows no lists are passed over.
      listed.push(...jobs.filter((job) => job !== null).filter(isListed));
      if (ids.length < PAGE) break;
    }
    return listed.slice(0, limit);

    function isListed({ state }: Job): boolean {
      return states === undefined || states.includes(state);
    }
  }

  /** Records that a job is cancelled, before BullMQ forgets it. */
  async addCancelled(job: Job): Promise<void> {
    await this.#redis.hset(CANCELLED_KEY, job.id, JSON.stringify(job));
  }

  /** Takes {@link addCancelled} back. */
  async dropCancelled(id: string): Promise<void> {
    await this.#redis.hdel(CANCELLED_KEY, id);
  }

  /** Returns whether a job is recorded as cancelled. */
  async isCancelled(id: string): Promise<boolean> {
    return await this.#redis.hexists(CANCELLED_KEY, id) === 1;
  }

  /** Forgets a job if it is over. */
  async remove(id: string): Promise<void> {
    const job = await this.get(id);
    if (job === null || !isOver(job)) return;
    await this.#redis.srem(clientKey(job.client), id);
    await this.#redis.zrem(listKey(job.client), id);
    if (job.state === "cancelled") await this.dropCancelled(id);
    else await this.#queue.remove(bullId(id));
  }
}
