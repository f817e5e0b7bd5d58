/**
 * The queue of several machines: BullMQ on Redis, and a folder of files that all of them share.
 *
 * BullMQ keeps the jobs, their order, their leases (its locks) and their events, and gives jobs of dead workers
 * to living ones (its check for stalled jobs); jobs are fetched by hand, so that {@link JobWorker} works on
 * either queue. What BullMQ has no word for stands beside it: cancelled jobs, and how much each client has.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { Queue, QueueEvents, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { join } from "node:path";
import type { Progress } from "../../ttt/progress.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";
import {
  brokenOff,
  type Claim,
  type JobQueue,
  type Listener,
  type NewJob,
  type OwnListener,
  QueueFullError,
  type QueueLimits,
} from "./queue.ts";
import { connect, disconnect, errorOf, shownAddress, watch } from "./redis_connection.ts";
import {
  type AttemptProgress,
  attemptsOf,
  type Bull,
  bullId,
  idOf,
  type JobData,
  jobOf,
  STATES,
} from "./redis_job.ts";
import { sharedFolder } from "./redis_folder.ts";
import { FairRanks } from "./fair_ranks.ts";

/** How a queue on Redis is opened. */
export interface RedisQueueOptions {
  url: string;
  /** A folder that all machines of the queue share. */
  folder: string;
  limits: QueueLimits;
  /** How often to look for jobs whose lease ran out; a job is found by the second look after that. */
  stalledMilliseconds?: number;
  /** Takes a line when Redis is lost or back, and on settings with which it forgets. */
  say?: (line: string) => void;
}

const PREFIX = "ttt-kd";
const NAME = "jobs";
/** BullMQ's stream of what happens. */
const EVENTS_KEY = `${PREFIX}:${NAME}:events`;
/** The name of the files' folder. */
const FOLDER_KEY = `${PREFIX}:folder`;
/** The rank of each client's latest job. */
const RANKS_KEY = `${PREFIX}:ranks`;
/** Cancelled jobs by id: BullMQ cannot end a job that waits, other than by forgetting it. */
const CANCELLED_KEY = `${PREFIX}:cancelled`;
/** Ids of a client's jobs: all that are not over, and some that are. */
const clientKey = (client: string) => `${PREFIX}:client:${client}`;

const STALLED_MILLISECONDS = 5000;
/** How long to wait for connections to close while Redis is away. */
const CLOSE_MILLISECONDS = 1000;
/** Jobs that are read in one go when looking for old ones. */
const PAGE = 100;
/** BullMQ's codes for "this job is not yours": gone, no lock, not at work, another's lock. */
const LOST_CODES = [-1, -2, -3, -6];

/** Keeps jobs for several machines; any number of processes may open the same one. */
export class RedisQueue implements JobQueue {
  readonly files: string;
  readonly #redis: Redis;
  readonly #options: Required<RedisQueueOptions>;
  readonly #address: string;
  readonly #queue: Queue<JobData, null, string>;
  readonly #events: QueueEvents;
  readonly #worker: Worker<JobData, null, string>;
  readonly #ranks: FairRanks;
  readonly #watching: Disposable;
  readonly #listeners = new Set<Listener>();
  readonly #ownListeners = new Set<OwnListener>();
  /** Jobs in the hands of this process, by the names of their holders. */
  readonly #held = new Map<string, Bull>();
  /** Progress on its way, by holder. */
  readonly #reports = new Map<string, Report>();
  /** Jobs on their way in, by client. */
  readonly #entering = new Map<string, number>();

  /** @param lastEvent after which this process hears of everything. */
  private constructor(
    redis: Redis,
    files: string,
    lastEvent: string,
    options: Required<RedisQueueOptions>,
  ) {
    this.files = files;
    this.#redis = redis;
    this.#options = options;
    this.#address = shownAddress(options.url);
    this.#queue = new Queue(NAME, this.#bullOptions());
    this.#events = new QueueEvents(NAME, { ...this.#bullOptions(), lastEventId: lastEvent });
    this.#worker = new Worker(NAME, null, {
      ...this.#bullOptions(),
      autorun: false,
      stalledInterval: options.stalledMilliseconds,
      // Attempts are counted in `claim`, whatever ended them.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    // Connections speak for themselves, see `watch`; commands reject.
    this.#queue.on("error", () => {});
    this.#events.on("error", () => {});
    this.#worker.on("error", () => {});
    for (const event of ["waiting", "active", "completed", "failed", "removed"] as const) {
      this.#events.on(event, ({ jobId }: { jobId: string }) => this.#announce(jobId, "state"));
    }
    this.#events.on("progress", ({ jobId }) => this.#announce(jobId, "progress"));
    this.#ranks = new FairRanks(redis, RANKS_KEY, [
      this.#queue.toKey("prioritized"),
      this.#queue.toKey("wait"),
    ]);
    this.#watching = watch(redis, this.#address, options.say);
  }

  /**
   * Opens the queue of a Redis database, or makes it.
   *
   * @throws {RangeError} where the address, the Redis or the folder is none for this queue.
   * @throws {QueueUnavailableError} where Redis does not answer.
   */
  static async open(options: RedisQueueOptions): Promise<RedisQueue> {
    const say = options.say ?? ((line) => console.error(line));
    const redis = await connect(options.url, say);
    try {
      const files = await sharedFolder(redis, FOLDER_KEY, options.folder);
      const [last] = await redis.xrevrange(EVENTS_KEY, "+", "-", "COUNT", 1);
      const queue = new RedisQueue(redis, files, last?.[0] ?? "0", {
        stalledMilliseconds: STALLED_MILLISECONDS,
        ...options,
        say,
      });
      const parts = [queue.#queue, queue.#events, queue.#worker];
      await Promise.all(parts.map((part) => part.waitUntilReady()));
      await queue.#worker.startStalledCheckTimer();
      return queue;
    } catch (error) {
      await disconnect(redis);
      throw error;
    }
  }

  folderOf(id: string): string {
    return join(this.files, id);
  }

  async ready(): Promise<boolean> {
    try {
      return await this.#redis.ping() === "PONG";
    } catch {
      return false;
    }
  }

  async enter(client: string): Promise<Disposable> {
    const { jobs, jobsOfClient } = this.#options.limits;
    const [counts, ofClient] = await this.#ask(() =>
      Promise.all([this.counts(), this.#openOf(client)])
    );
    const open = (counts.queued ?? 0) + (counts.running ?? 0);
    const allEntering = this.#entering.values().reduce((sum, count) => sum + count, 0);
    const entering = this.#entering.get(client) ?? 0;
    if (open + allEntering >= jobs) throw await this.#full(`${jobs} jobs are waiting or at work`);
    if (ofClient + entering >= jobsOfClient) {
      throw await this.#full(`${jobsOfClient} jobs of yours are waiting or at work`);
    }
    this.#entering.set(client, entering + 1);
    return {
      [Symbol.dispose]: () => {
        const left = this.#entering.get(client)! - 1;
        if (left === 0) this.#entering.delete(client);
        else this.#entering.set(client, left);
      },
    };
  }

  async submit({ id, client, scan, method }: NewJob): Promise<Job> {
    return await this.#ask(async () => {
      await this.#redis.sadd(clientKey(client), id);
      const priority = await this.#ranks.next(client);
      const bull: Bull = await this.#queue.add(NAME, { client, scan, method, released: 0 }, {
        jobId: bullId(id),
        priority,
        stackTraceLimit: 0,
      });
      return this.#changed(jobOf(bull, "queued"));
    });
  }

  async get(id: string): Promise<Job | null> {
    return await this.#ask(async () => {
      if (!/^[\w-]+$/.test(id)) return null;
      for (;;) {
        const cancelled = await this.#redis.hget(CANCELLED_KEY, id);
        if (cancelled !== null) return JSON.parse(cancelled) as Job;
        const bull: Bull | undefined = await this.#queue.getJob(bullId(id));
        if (!bull) return null;
        if (bull.finishedOn) {
          return jobOf(bull, bull.failedReason === undefined ? "done" : "failed");
        }
        const state = STATES[await bull.getState()];
        // It may have ended, or have been forgotten, between the two questions.
        if (state === "queued" || state === "running") return jobOf(bull, state);
      }
    });
  }

  async counts(): Promise<Partial<Record<JobState, number>>> {
    return await this.#ask(async () => {
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
    });
  }

  async claim(worker: string, leaseMilliseconds: number): Promise<Claim | null> {
    return await this.#ask(async () => {
      const { attempts } = this.#options.limits;
      for (;;) {
        const holder = `${worker}/${crypto.randomUUID()}`;
        const bull: Bull | undefined = await this.#worker.getNextJob(holder, { block: false });
        if (!bull) return null;
        const id = idOf(bull.id!);
        if (await this.#redis.hexists(CANCELLED_KEY, id)) {
          // Whoever cancelled it died before it was taken out.
          await this.#takeOut(bull);
          continue;
        }
        if (attemptsOf(bull) > attempts) {
          await bull.updateData({ ...bull.data, released: bull.data.released + 1 });
          await bull.moveToFailed(new Error(JSON.stringify(brokenOff(attempts))), holder);
          this.#changed(jobOf(bull, "failed"));
          continue;
        }
        await this.#ranks.begun(bull.priority);
        await bull.extendLock(holder, leaseMilliseconds);
        this.#held.set(holder, bull);
        this.#changed(jobOf(bull, "running"));
        return { id, worker: holder, attempt: bull.attemptsStarted };
      }
    });
  }

  async renew({ worker }: Claim, leaseMilliseconds: number): Promise<boolean> {
    return await this.#ask(async () =>
      await this.#held.get(worker)?.extendLock(worker, leaseMilliseconds) === 1
    );
  }

  report({ worker, attempt }: Claim, progress: Progress): void {
    const bull = this.#held.get(worker);
    if (!bull) return;
    const report = this.#reports.get(worker) ?? { next: null, sending: null };
    this.#reports.set(worker, report);
    report.next = { attempt, ...progress };
    // What is said while a word is on its way goes along with the next one, the last of it only.
    report.sending ??= this.#send(bull, report).finally(() => report.sending = null);
  }

  finish(claim: Claim): Promise<boolean> {
    return this.#end(claim, "done", (bull) => bull.moveToCompleted(null, claim.worker, false));
  }

  fail(claim: Claim, problem: JobProblem): Promise<boolean> {
    const reason = new Error(JSON.stringify(problem));
    return this.#end(claim, "failed", (bull) => bull.moveToFailed(reason, claim.worker, false));
  }

  release(claim: Claim): Promise<boolean> {
    return this.#end(claim, "queued", async (bull) => {
      // What this process knows of the job is old once another has it.
      if (await bull.extendLock(claim.worker, this.#options.stalledMilliseconds) !== 1) {
        return false;
      }
      await bull.updateData({ ...bull.data, released: bull.data.released + 1 });
      await bull.moveToWait(claim.worker);
      return true;
    });
  }

  abandon(claim: Claim): Promise<boolean> {
    return this.#end(claim, "queued", (bull) => bull.moveToWait(claim.worker));
  }

  async cancel(id: string): Promise<boolean> {
    return await this.#ask(async () => {
      for (;;) {
        const job = await this.get(id);
        if (job === null || isOver(job)) return false;
        const bull: Bull | undefined = await this.#queue.getJob(bullId(id));
        if (!bull) continue;
        // Written down first: who hears that it is gone from BullMQ finds what became of it.
        const cancelled: Job = { ...job, state: "cancelled", finishedAt: Date.now() };
        await this.#redis.hset(CANCELLED_KEY, id, JSON.stringify(cancelled));
        if (await this.#takeOut(bull)) {
          this.#changed(cancelled);
          return true;
        }
        // It changed hands or came to its end meanwhile.
        await this.#redis.hdel(CANCELLED_KEY, id);
      }
    });
  }

  async remove(id: string): Promise<void> {
    await this.#ask(async () => {
      const job = await this.get(id);
      if (job === null || !isOver(job)) return;
      await this.#redis.srem(clientKey(job.client), id);
      if (job.state === "cancelled") await this.#redis.hdel(CANCELLED_KEY, id);
      else await this.#queue.remove(bullId(id));
    });
  }

  async overBefore(time: number): Promise<Job[]> {
    return await this.#ask(async () => {
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
    });
  }

  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  listenOwn(listener: OwnListener): Disposable {
    this.#ownListeners.add(listener);
    return { [Symbol.dispose]: () => this.#ownListeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    this.#ownListeners.clear();
    this.#watching[Symbol.dispose]();
    await Promise.all([...this.#reports.values()].map(({ sending }) => sending));
    const away = this.#redis.status !== "ready";
    const closed = Promise.all([
      // Forced, because it is not to wait for an answer.
      this.#worker.close(true),
      this.#events.close(),
      this.#queue.close(),
      disconnect(this.#redis),
    ]);
    if (!away) return void await closed;
    // ioredis 6.0.0 never tells the end of a connection that waits for its next attempt.
    await deadline(closed, CLOSE_MILLISECONDS).catch(() => {});
  }

  #bullOptions() {
    return { connection: this.#redis, prefix: PREFIX, skipVersionCheck: true };
  }

  /** Ends a claim, so that its job comes into a state. @returns whether the claim held. */
  async #end(
    { worker }: Claim,
    state: JobState,
    end: (bull: Bull) => Promise<unknown>,
  ): Promise<boolean> {
    const bull = this.#held.get(worker);
    if (!bull) return false;
    await this.#reports.get(worker)?.sending;
    this.#reports.delete(worker);
    this.#held.delete(worker);
    const held = await this.#ask(() => unlessLost(() => end(bull)));
    if (held) this.#changed(jobOf(bull, state));
    return held;
  }

  async #send(bull: Bull, report: Report): Promise<void> {
    while (report.next) {
      const { next } = report;
      report.next = null;
      // A step that nobody hears of is no harm.
      await bull.updateProgress(next).catch(() => {});
    }
  }

  /** Takes a job out of BullMQ, from wherever it is. @returns false where it changed hands or ended meanwhile. */
  async #takeOut(bull: Bull): Promise<boolean> {
    const holder = await this.#redis.get(`${this.#queue.toKey(bull.id!)}:lock`);
    if (holder !== null) {
      const moved = await unlessLost(() =>
        bull.moveToFailed(new Error("cancelled"), holder, false)
      );
      if (!moved) return false;
    }
    return await this.#queue.remove(bull.id!) === 1;
  }

  /** How many jobs of a client are not over. */
  async #openOf(client: string): Promise<number> {
    const key = clientKey(client);
    const ids = await this.#redis.smembers(key);
    const states = await Promise.all(ids.map((id) => this.#queue.getJobState(bullId(id))));
    const isOpen = (index: number) => ["queued", "running"].includes(STATES[states[index]!] ?? "");
    const over = ids.filter((_, index) => !isOpen(index));
    if (over.length > 0) await this.#redis.srem(key, ...over);
    return ids.length - over.length;
  }

  async #full(reason: string): Promise<QueueFullError> {
    const last: Bull[] = await this.#ask(() => this.#queue.getJobs("completed", 0, 9, false));
    const seconds = last.map(({ finishedOn, processedOn }) => (finishedOn! - processedOn!) / 1000);
    const sum = seconds.reduce((sum, value) => sum + value, 0);
    return new QueueFullError(reason, last.length === 0 ? null : sum / last.length);
  }

  /** Tells of a job that this process has changed; others hear of it by BullMQ's events. */
  #changed(job: Job): Job {
    for (const listener of [...this.#ownListeners]) listener(job);
    return job;
  }

  #announce(bull: string, change: "progress" | "state"): void {
    for (const listener of [...this.#listeners]) listener(idOf(bull), change);
  }

  /** Asks Redis. @throws {QueueUnavailableError} where it does not answer. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw errorOf(error, this.#redis, this.#address);
    }
  }
}

/** Progress of a job at work. */
interface Report {
  /** The last that is not on its way yet. */
  next: AttemptProgress | null;
  sending: Promise<void> | null;
}

/** Does what only a job's holder may. @returns false where `act` does, or BullMQ says that it is not held. */
async function unlessLost(act: () => Promise<unknown>): Promise<boolean> {
  try {
    return await act() !== false;
  } catch (error) {
    if (LOST_CODES.includes((error as { code?: number }).code ?? 0)) return false;
    throw error;
  }
}
