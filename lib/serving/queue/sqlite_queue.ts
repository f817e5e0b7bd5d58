/**
 * The queue of one machine: an SQLite database beside the folders of the jobs' files.
 *
 * The row of a job decides. A job exists once its row is committed, which happens after its files are on the disk,
 * and it is done once its row says so, which happens after its result is on the disk.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Progress } from "../../ttt/progress.ts";
import { IncomingJobs } from "./incoming_jobs.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";
import { JobListeners } from "./job_listeners.ts";
import {
  brokenOff,
  type Claim,
  DEFAULT_QUEUE_LIMITS,
  type JobListener,
  type JobQueue,
  type NewJob,
  type OwnJobListener,
  QueueFullError,
  type QueueLimits,
} from "./queue.ts";
import { prepareSchema } from "./sqlite_schema.ts";

type Row = Omit<Job, "progress" | "problem"> & {
  progress: string | null;
  problem: string | null;
};

/**
 * Keeps jobs; several processes of one machine may open the same folder. Next is the oldest job of the client
 * whose last start is longest ago.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdir } from "node:fs/promises";
 * import { SqliteQueue } from "./sqlite_queue.ts";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using queue = new SqliteQueue(folder);
 *   using _place = await queue.enter("client");
 *   await mkdir(queue.folderOf("job-1"));
 *   await queue.submit({ id: "job-1", client: "client", scan: "room.ply", method: "ttt-kd" });
 *
 *   const claim = await queue.claim("worker", 30_000);
 *   assert.equal(claim?.attempt, 1);
 *   assert.ok(claim && await queue.finish(claim));
 *   assert.equal((await queue.get("job-1"))?.state, "done");
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class SqliteQueue implements JobQueue {
  readonly files: string;
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  readonly #database: DatabaseSync;
  readonly #listeners = new JobListeners();
  readonly #incoming = new IncomingJobs();
  /** Progress since the last renewal of the lease, of jobs that this process works on. */
  readonly #progress = new Map<string, Progress>();

  /**
   * Opens the queue of a folder, or makes it.
   *
   * @param now the clock, in milliseconds since 1970.
   * @throws {QueuePlaceError} where a later version of the program made the folder.
   */
  constructor(
    folder: string,
    limits: QueueLimits = DEFAULT_QUEUE_LIMITS,
    now: () => number = Date.now,
  ) {
    this.files = join(folder, "jobs");
    this.#limits = limits;
    this.#now = now;
    mkdirSync(this.files, { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(join(folder, "jobs.sqlite"));
    try {
      this.#database.exec(
        // FULL syncs each commit, so that an accepted job survives a power failure.
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
      );
      prepareSchema(this.#database, folder);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  folderOf(id: string): string {
    return join(this.files, id);
  }

  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }

  enter(client: string): Promise<Disposable> {
    return Promise.try(() => {
      const open = {
        all: this.#count("state IN ('queued', 'running')"),
        ofClient: this.#count("state IN ('queued', 'running') AND client = ?", client),
      };
      const reason = this.#incoming.whyFull(client, this.#limits, open);
      if (reason === null) return this.#incoming.add(client);
      throw new QueueFullError(reason, this.#recentSeconds());
    });
  }

  submit({ id, client, scan, method }: NewJob): Promise<Job> {
    return Promise.try(() => {
      const row = this.#row(
        `INSERT INTO jobs (id, client, state, scan, method, createdAt)
         VALUES (?, ?, 'queued', ?, ?, ?) RETURNING *`,
        id,
        client,
        scan,
        method,
        this.#now(),
      );
      return this.#changed(row!);
    });
  }

  get(id: string): Promise<Job | null> {
    return Promise.try(() => this.#find(id));
  }

  counts(): Promise<Partial<Record<JobState, number>>> {
    return Promise.try(() => {
      const rows = this.#database
        .prepare("SELECT state, count(*) AS count FROM jobs GROUP BY state")
        .all() as { state: JobState; count: number }[];
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    });
  }

  claim(worker: string, leaseMilliseconds: number): Promise<Claim | null> {
    return Promise.try(() => {
      this.#giveUpBrokenOff();
      const now = this.#now();
      const row = this.#row(
        `UPDATE jobs SET state = 'running', worker = ?, leaseUntil = ?, startedAt = ?, progress = NULL,
           attempts = attempts + 1, attempt = coalesce(attempt, 0) + 1,
           startNumber = (SELECT coalesce(max(startNumber), 0) + 1 FROM jobs)
         WHERE number = (
           SELECT number FROM jobs AS waiting
           WHERE state = 'queued' OR (state = 'running' AND leaseUntil <= ?)
           ORDER BY (
             SELECT coalesce(max(startNumber), 0) FROM jobs WHERE client = waiting.client
           ), number
           LIMIT 1
         ) RETURNING *`,
        worker,
        now + leaseMilliseconds,
        now,
        now,
      );
      if (row === null) return null;
      this.#changed(row);
      return { id: row.id, worker, attempt: row.attempt! };
    });
  }

  renew(claim: Claim, leaseMilliseconds: number): Promise<boolean> {
    return Promise.try(() => {
      const progress = this.#progress.get(claim.id);
      return this.#whileHeld(
        claim,
        "leaseUntil = ?, progress = coalesce(?, progress)",
        this.#now() + leaseMilliseconds,
        progress ? JSON.stringify(progress) : null,
      ) !== null;
    });
  }

  report({ id }: Claim, progress: Progress): void {
    this.#progress.set(id, progress);
    this.#listeners.announce(id, "progress");
  }

  finish(claim: Claim): Promise<boolean> {
    return this.#end(claim, "state = 'done', finishedAt = ?", this.#now());
  }

  fail(claim: Claim, problem: JobProblem): Promise<boolean> {
    return this.#end(
      claim,
      "state = 'failed', finishedAt = ?, problem = ?",
      this.#now(),
      JSON.stringify(problem),
    );
  }

  release(claim: Claim): Promise<boolean> {
    return this.#end(claim, "state = 'queued', attempts = attempts - 1");
  }

  abandon(claim: Claim): Promise<boolean> {
    return this.#end(claim, "leaseUntil = ?", this.#now());
  }

  cancel(id: string): Promise<boolean> {
    return Promise.try(() => {
      const row = this.#row(
        `UPDATE jobs SET state = 'cancelled', finishedAt = ?, worker = NULL, leaseUntil = NULL
         WHERE id = ? AND state IN ('queued', 'running') RETURNING *`,
        this.#now(),
        id,
      );
      if (row) this.#changed(row);
      return row !== null;
    });
  }

  remove(id: string): Promise<void> {
    return Promise.try(() => {
      this.#run("DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')", id);
      this.#listeners.announce(id, "state");
    });
  }

  overBefore(time: number): Promise<Job[]> {
    return Promise.try(() =>
      this.#rows("SELECT * FROM jobs WHERE finishedAt < ?", time)
        .map((row) => this.#jobOf(row))
        .filter(isOver)
    );
  }

  listen(listener: JobListener): Disposable {
    return this.#listeners.listen(listener);
  }

  listenOwn(listener: OwnJobListener): Disposable {
    return this.#listeners.listenOwn(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => {
      this.#listeners[Symbol.dispose]();
      this.#database.close();
    });
  }

  #find(id: string): Job | null {
    const row = this.#row("SELECT * FROM jobs WHERE id = ?", id);
    return row && this.#jobOf(row);
  }

  /** Fails jobs whose lease has expired and whose attempts are used up. */
  #giveUpBrokenOff(): void {
    const now = this.#now();
    const { attempts } = this.#limits;
    const given = this.#rows(
      `UPDATE jobs SET state = 'failed', problem = ?, finishedAt = ?, worker = NULL, leaseUntil = NULL
       WHERE state = 'running' AND leaseUntil <= ? AND attempts >= ? RETURNING *`,
      JSON.stringify(brokenOff(attempts)),
      now,
      now,
      attempts,
    );
    for (const row of given) this.#changed(row);
  }

  /** Changes the row of a job whose claim still holds. @returns the row, or null where the claim was lost. */
  #whileHeld(
    { id, worker, attempt }: Claim,
    changes: string,
    ...values: SQLInputValue[]
  ): Row | null {
    return this.#row(
      `UPDATE jobs SET ${changes}
       WHERE id = ? AND worker = ? AND attempt = ? AND state = 'running' RETURNING *`,
      ...values,
      id,
      worker,
      attempt,
    );
  }

  /** Ends a claim by changing its row. @returns false where the claim was lost. */
  #end(claim: Claim, changes: string, ...values: SQLInputValue[]): Promise<boolean> {
    return Promise.try(() => {
      const progress = this.#progress.get(claim.id);
      const row = this.#whileHeld(
        claim,
        `${changes}, progress = coalesce(?, progress)`,
        ...values,
        progress ? JSON.stringify(progress) : null,
      );
      this.#progress.delete(claim.id);
      if (row) this.#changed(row);
      return row !== null;
    });
  }

  /** Returns the mean duration of the jobs that were done last; null where there are none. */
  #recentSeconds(): number | null {
    const { seconds } = this.#database.prepare(
      `SELECT avg(finishedAt - startedAt) / 1000 AS seconds FROM
         (SELECT * FROM jobs WHERE state = 'done' ORDER BY finishedAt DESC LIMIT 10)`,
    ).get() as { seconds: number | null };
    return seconds;
  }

  #count(condition: string, ...values: SQLInputValue[]): number {
    const row = this.#database
      .prepare(`SELECT count(*) AS count FROM jobs WHERE ${condition}`)
      .get(...values) as { count: number };
    return row.count;
  }

  /** Tells of a job that this process has changed. */
  #changed(row: Row): Job {
    const job = this.#jobOf(row);
    this.#listeners.announceOwn(job);
    this.#listeners.announce(row.id, "state");
    return job;
  }

  #jobOf(row: Row): Job {
    const live = row.state === "running" ? this.#progress.get(row.id) : undefined;
    return {
      id: row.id,
      client: row.client,
      state: row.state,
      scan: row.scan,
      method: row.method,
      attempts: row.attempts,
      attempt: row.attempt,
      createdAt: row.createdAt,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      progress: live ?? (row.progress === null ? null : JSON.parse(row.progress)),
      problem: row.problem === null ? null : JSON.parse(row.problem),
    };
  }

  #row(sql: string, ...values: SQLInputValue[]): Row | null {
    return this.#rows(sql, ...values)[0] ?? null;
  }

  /** Returns all rows, so that a statement that changes rows runs to its end. */
  #rows(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values) as unknown as Row[];
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...values);
  }
}
