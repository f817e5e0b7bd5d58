/**
 * The queue of several machines: BullMQ on Redis, and a folder of files that all of them share.
 *
 * BullMQ keeps the jobs, their order, their leases (its locks) and their events, and gives the jobs of dead workers
 * to living ones (its check for stalled jobs). Jobs are fetched by hand, so that {@link JobWorker} works on either
 * queue. `redis_records.ts` keeps what BullMQ has no place for.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { Queue, QueueEvents, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { basename, join } from "node:path";
import type { Progress } from "../../ttt/progress.ts";
import { eventsKey, lockKey, waitingKeys, whileHeld } from "./bullmq_internals.ts";
import { FairRanks } from "./fair_ranks.ts";
import { IncomingJobs } from "./incoming_jobs.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";
import { JobListeners } from "./job_listeners.ts";
import { ProgressSender } from "./progress_sender.ts";
import {
  brokenOff,
  type Claim,
  type JobListener,
  type JobQueue,
  type JobSelection,
  type NewJob,
  type OwnJobListener,
  QueueFullError,
  type QueueLimits,
  QueueUnavailableError,
} from "./queue.ts";
import { connect, disconnect, errorOf, shownAddress, watch } from "./redis_connection.ts";
import { isFolder, nameFolder, sharedFolder } from "./redis_folder.ts";
import { attemptsOf, type Bull, bullId, idOf, type JobData, jobOf } from "./redis_job.ts";
import { checkVersion, FOLDER_KEY, NAME, PREFIX, RANKS_KEY } from "./redis_keys.ts";
import { RedisRecords } from "./redis_records.ts";

/** Options of a queue on Redis. */
export interface RedisQueueOptions {
  url: string;
  /** A folder that all machines of the queue share. */
  folder: string;
  limits: QueueLimits;
  /** How often to look for expired leases; a job is found by the second look after its lease has expired. */
  stalledMilliseconds?: number;
  /** Takes a line when Redis is lost or back, and about settings with which it can lose jobs. */
  say?: (line: string) => void;
}

const STALLED_MILLISECONDS = 5000;
/** The lease under which a job is put back: long enough for two commands to a busy Redis. */
const RELEASE_MILLISECONDS = 5000;
/** How long to wait for connections to close while Redis is away. */
const CLOSE_MILLISECONDS = 1000;

/** A job that this process holds. */
interface HeldJob {
  bull: Bull;
  progress: ProgressSender;
}

/** Keeps jobs for several machines; any number of processes may open the same one. */
export class RedisQueue implements JobQueue {
  readonly files: string;
  readonly #redis: Redis;
  readonly #options: Required<RedisQueueOptions>;
  readonly #address: string;
  readonly #queue: Queue<JobData, null, string>;
  readonly #events: QueueEvents;
  readonly #worker: Worker<JobData, null, string>;
  readonly #records: RedisRecords;
  readonly #ranks: FairRanks;
  readonly #watching: Disposable;
  readonly #listeners = new JobListeners();
  readonly #incoming = new IncomingJobs();
  /** By the names of their holders. */
  readonly #held = new Map<string, HeldJob>();

  /** @param lastEvent the event after which this process hears of all others. */
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
    const bullOptions = { connection: redis, prefix: PREFIX, skipVersionCheck: true };
    this.#queue = new Queue(NAME, bullOptions);
    this.#events = new QueueEvents(NAME, { ...bullOptions, lastEventId: lastEvent });
    this.#worker = new Worker(NAME, null, {
      ...bullOptions,
      autorun: false,
      stalledInterval: options.stalledMilliseconds,
      // `claim` counts the attempts, however they ended.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    // `watch` reports what happens to the connection, and commands reject.
    this.#queue.on("error", () => {});
    this.#events.on("error", () => {});
    this.#worker.on("error", () => {});
    for (const event of ["waiting", "active", "completed", "failed", "removed"] as const) {
      this.#events.on(event, ({ jobId }: { jobId: string }) => this.#announce(jobId, "state"));
    }
    this.#events.on("progress", ({ jobId }) => this.#announce(jobId, "progress"));
    this.#records = new RedisRecords(redis, this.#queue);
    this.#ranks = new FairRanks(redis, RANKS_KEY, waitingKeys(this.#queue));
    this.#watching = watch(redis, this.#address, options.say);
  }

  /**
   * Opens the queue of a Redis database, or makes it.
   *
   * @throws {QueuePlaceError} where the address, the Redis, its jobs or the folder do not fit this queue.
   * @throws {QueueUnavailableError} where Redis does not answer.
   */
  static async open(options: RedisQueueOptions): Promise<RedisQueue> {
    const say = options.say ?? ((line) => console.error(line));
    const redis = await connect(options.url, say);
    try {
      await checkVersion(redis, shownAddress(options.url));
      const files = await sharedFolder(
        redis,
        FOLDER_KEY,
        options.folder,
        shownAddress(options.url),
      );
      const [last] = await redis.xrevrange(eventsKey(PREFIX, NAME), "+", "-", "COUNT", 1);
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

  async trouble(): Promise<string | null> {
    try {
      await this.#ask(() => this.#requireFolder());
      return null;
    } catch (error) {
      if (error instanceof QueueUnavailableError) return error.message;
      throw error;
    }
  }

  async enter(client: string): Promise<Disposable> {
    const [{ queued = 0, running = 0 }, ofClient] = await this.#ask(async () => {
      await this.#requireFolder();
      return await Promise.all([this.#records.counts(), this.#records.openOf(client)]);
    });
    const open = { all: queued + running, ofClient };
    const reason = this.#incoming.whyFull(client, this.#options.limits, open);
    if (reason === null) return this.#incoming.add(client);
    throw new QueueFullError(reason, await this.#ask(() => this.#records.recentSeconds()));
  }

  async submit(job: NewJob): Promise<Job> {
    const { id, client, scan, method, createdAt } = job;
    return await this.#ask(async () => {
      await this.#requireFolder();
      await this.#records.addToClient(job);
      const priority = await this.#ranks.next(client);
      const bull: Bull = await this.#queue.add(NAME, { client, scan, method, released: 0 }, {
        jobId: bullId(id),
        priority,
        timestamp: createdAt,
        stackTraceLimit: 0,
      });
      return this.#changed(jobOf(bull, "queued"));
    });
  }

  async get(id: string): Promise<Job | null> {
    return await this.#ask(async () => {
      await this.#requireFolder();
      return await this.#records.get(id);
    });
  }

  async list(selection: JobSelection): Promise<Job[]> {
    return await this.#ask(async () => {
      await this.#requireFolder();
      return await this.#records.list(selection);
    });
  }

  async counts(): Promise<Partial<Record<JobState, number>>> {
    return await this.#ask(() => this.#records.counts());
  }

  async claim(worker: string, leaseMilliseconds: number): Promise<Claim | null> {
    return await this.#ask(async () => {
      await this.#requireFolder();
      for (;;) {
        const holder = `${worker}/${crypto.randomUUID()}`;
        const bull: Bull | undefined = await this.#worker.getNextJob(holder, { block: false });
        if (!bull) return null;
        const id = idOf(bull.id!);
        if (await this.#passOver(bull, id, holder)) continue;
        await this.#ranks.started(bull.priority);
        await bull.extendLock(holder, leaseMilliseconds);
        this.#held.set(holder, { bull, progress: new ProgressSender(bull) });
        this.#changed(jobOf(bull, "running"));
        return { id, worker: holder, attempt: bull.attemptsStarted };
      }
    });
  }

  async renew({ worker }: Claim, leaseMilliseconds: number): Promise<boolean> {
    return await this.#ask(async () =>
      await this.#held.get(worker)?.bull.extendLock(worker, leaseMilliseconds) === 1
    );
  }

  report({ worker, attempt }: Claim, progress: Progress): void {
    this.#held.get(worker)?.progress.send({ attempt, ...progress });
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
      // Once another worker has the job, this process's data of it is out of date and must not be written.
      if (await bull.extendLock(claim.worker, RELEASE_MILLISECONDS) !== 1) {
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
        const job = await this.#records.get(id);
        if (job === null || isOver(job)) return false;
        const bull = await this.#records.bull(id);
        if (!bull) continue;
        // Recorded first, so that whoever hears that BullMQ has lost the job finds out why.
        const cancelled: Job = { ...job, state: "cancelled", finishedAt: Date.now() };
        await this.#records.addCancelled(cancelled);
        if (await this.#takeOut(bull)) {
          this.#changed(cancelled);
          return true;
        }
        // The job changed hands or ended meanwhile.
        await this.#records.dropCancelled(id);
      }
    });
  }

  async remove(id: string): Promise<void> {
    await this.#ask(() => this.#records.remove(id));
  }

  async overBefore(time: number): Promise<Job[]> {
    return await this.#ask(() => this.#records.overBefore(time));
  }

  listen(listener: JobListener): Disposable {
    return this.#listeners.listen(listener);
  }

  listenOwn(listener: OwnJobListener): Disposable {
    return this.#listeners.listenOwn(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners[Symbol.dispose]();
    this.#watching[Symbol.dispose]();
    await Promise.all(this.#held.values().map(({ progress }) => progress.flush()));
    const away = this.#redis.status !== "ready";
    const closed = Promise.all([
      // Forced, because it must not wait for an answer.
      this.#worker.close(true),
      this.#events.close(),
      this.#queue.close(),
      disconnect(this.#redis),
    ]);
    if (!away) return void await closed;
    // ioredis 6.0.0 never reports the end of a connection that waits for its next attempt.
    await deadline(closed, CLOSE_MILLISECONDS).catch(() => {});
  }

  /**
   * Makes sure that this queue's jobs lie in the folder that this machine has. Another program, or somebody, may have
   * emptied Redis, and a machine with another folder may have come first since.
   *
   * @throws {QueueUnavailableError} where they do not.
   */
  async #requireFolder(): Promise<void> {
    const own = basename(this.files);
    let known = await this.#redis.get(FOLDER_KEY);
    if (known === null) {
      await checkVersion(this.#redis, this.#address);
      known = await nameFolder(this.#redis, FOLDER_KEY, own);
      this.#options.say(
        `the queue at ${this.#address} has lost its records; its jobs are handed in again from ${this.files}`,
      );
    }
    if (known !== own) {
      throw new QueueUnavailableError(
        `Cannot use the queue at ${this.#address}: its jobs lie in the folder ${known}, this server has ${own}; start the server again with the --data of the other machines, or with another database of Redis`,
      );
    }
    if (await isFolder(this.files)) return;
    throw new QueueUnavailableError(
      `Cannot use the queue at ${this.#address}: its folder ${own} is gone from the server's data (--data); mount it again`,
    );
  }

  /** Ends a job that was fetched but must not run: it is cancelled, or its attempts are used up. */
  async #passOver(bull: Bull, id: string, holder: string): Promise<boolean> {
    if (await this.#records.isCancelled(id)) {
      // Whoever cancelled it died before taking it out.
      await this.#takeOut(bull);
      return true;
    }
    const { attempts } = this.#options.limits;
    if (attemptsOf(bull) <= attempts) return false;
    await bull.updateData({ ...bull.data, released: bull.data.released + 1 });
    await bull.moveToFailed(new Error(JSON.stringify(brokenOff(attempts))), holder);
    this.#changed(jobOf(bull, "failed"));
    return true;
  }

  /** Ends a claim by moving its job into a state. @returns false where the claim was lost. */
  async #end(
    { worker }: Claim,
    state: JobState,
    end: (bull: Bull) => Promise<unknown>,
  ): Promise<boolean> {
    const held = this.#held.get(worker);
    if (!held) return false;
    const { bull, progress } = held;
    await progress.flush();
    const wasHeld = await this.#ask(() => whileHeld(() => end(bull)));
    // Only now: while Redis is away, the caller tries again.
    this.#held.delete(worker);
    if (wasHeld) this.#changed(jobOf(bull, state));
    return wasHeld;
  }

  /** Takes a job out of BullMQ, whatever its state. @returns false where it changed hands or ended meanwhile. */
  async #takeOut(bull: Bull): Promise<boolean> {
    const holder = await this.#redis.get(lockKey(this.#queue, bull.id!));
    if (holder !== null) {
      const moved = await whileHeld(() => bull.moveToFailed(new Error("cancelled"), holder, false));
      if (!moved) return false;
    }
    return await this.#queue.remove(bull.id!) === 1;
  }

  /** Tells of a job that this process has changed; other processes hear of it by BullMQ's events. */
  #changed(job: Job): Job {
    this.#listeners.announceOwn(job);
    return job;
  }

  #announce(bull: string, change: "progress" | "state"): void {
    this.#listeners.announce(idOf(bull), change);
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
