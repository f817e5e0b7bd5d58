/**
 * The queue of one machine: an SQLite database beside the folders of the jobs' files.
 *
 * The row of a job decides. A job exists once its row is committed, which happens after its files are on the disk,
 * and it is done once its row says so, which happens after its result is on the disk.
 *
 * @module
 */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Progress } from "../../ttt/progress.ts";
import { type Clock, SYSTEM_CLOCK } from "../files/clock.ts";
import { diskErrorOf } from "../files/disk.ts";
import { Ballast } from "../files/ballast.ts";
import { IncomingJobs } from "./incoming_jobs.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";
import { JobListeners } from "./job_listeners.ts";
import {
  brokenOff,
  type Claim,
  DEFAULT_QUEUE_LIMITS,
  type JobListener,
  type JobQueue,
  type JobSelection,
  type NewJob,
  type OwnJobListener,
  QueueFullError,
  type QueueLimits,
  QueueUnavailableError,
} from "./queue.ts";
import { damageOf, inodeOf, openDatabase, placeErrorOf } from "./sqlite_database.ts";

/** How a job at work was when its lease was last seen to change. */
interface SeenLease {
  leaseUntil: number;
  /** When it was seen, on the clock that nobody can set. */
  at: number;
}

type Row = Omit<Job, "progress" | "problem"> & {
  number: number;
  progress: string | null;
  problem: string | null;
  leaseUntil: number | null;
};

function twice(value: string | null): [string | null, string | null] {
  return [value, value];
}

/** The lease of a job that is given up: it is free at once. */
const ABANDONED = 0;

/** The next value of a lease: another one at each renewal, whatever the clock says. */
const NEXT_LEASE = "max(coalesce(leaseUntil, 0) + 1, ?)";
/** Whether the lease of a job is among expired ones: it was not renewed since they were looked at. */
const IS_EXPIRED = "(number, leaseUntil) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))";

/**
 * Keeps jobs; several processes of one machine may open the same folder. Next is the oldest job of the client
 * whose last start is longest ago.
 *
 * A lease has expired once a process has seen it unchanged for its whole length: every renewal changes the row, and
 * nobody compares the clocks of two processes, or a clock that was set with itself.
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
 *   await queue.submit({ id: "job-1", client: "client", scan: "room.ply", method: "ttt-kd", createdAt: Date.now() });
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
  readonly #clock: Clock;
  readonly #path: string;
  readonly #database: DatabaseSync;
  /** The file that was opened; another one under its name is another queue. */
  readonly #inode: bigint;
  readonly #ballast: Ballast;
  /** By the numbers of jobs at work. */
  #seen = new Map<number, SeenLease>();
  readonly #listeners = new JobListeners();
  readonly #incoming = new IncomingJobs();
  /** Progress since the last renewal of the lease, of jobs that this process works on. */
  readonly #progress = new Map<string, Progress>();

  /**
   * Opens the queue of a folder, or makes it.
   *
   * @throws {QueuePlaceError} where a later version of the program made the folder, or where it cannot be used.
   */
  constructor(
    folder: string,
    limits: QueueLimits = DEFAULT_QUEUE_LIMITS,
    clock: Clock = SYSTEM_CLOCK,
  ) {
    this.files = join(folder, "jobs");
    this.#limits = limits;
    this.#clock = clock;
    this.#path = join(folder, "jobs.sqlite");
    this.#ballast = new Ballast(join(folder, "ballast"));
    try {
      mkdirSync(this.files, { recursive: true, mode: 0o700 });
      this.#database = this.#ending(() => openDatabase(this.#path, folder));
      this.#inode = inodeOf(this.#path)!;
    } catch (error) {
      throw placeErrorOf(error, folder, this.#path);
    }
    // So that the leases of a killed server are over one lease after this start.
    this.#expired(0);
  }

  folderOf(id: string): string {
    return join(this.files, id);
  }

  trouble(): Promise<string | null> {
    return Promise.try(() => this.#missing() ?? damageOf(this.#path));
  }

  enter(client: string): Promise<Disposable> {
    return Promise.try(() => {
      this.#requirePlace();
      const open = {
        all: this.#count("state IN ('queued', 'running')"),
        ofClient: this.#count("state IN ('queued', 'running') AND client = ?", client),
      };
      const reason = this.#incoming.whyFull(client, this.#limits, open);
      if (reason === null) return this.#incoming.add(client);
      throw new QueueFullError(reason, this.#recentSeconds());
    });
  }

  submit({ id, client, scan, method, createdAt }: NewJob): Promise<Job> {
    return Promise.try(() => {
      this.#requirePlace();
      this.#ballast.restore();
      const row = this.#row(
        `INSERT INTO jobs (id, client, state, scan, method, createdAt)
         VALUES (?, ?, 'queued', ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
        id,
        client,
        scan,
        method,
        createdAt,
      );
      return row ? this.#changed(row) : this.#find(id)!;
    });
  }

  get(id: string): Promise<Job | null> {
    return Promise.try(() => this.#find(id));
  }

  list({ client, states, before, limit }: JobSelection): Promise<Job[]> {
    return Promise.try(() =>
      this.#rows(
        `SELECT * FROM jobs WHERE client = ?
           AND (? IS NULL OR state IN (SELECT value FROM json_each(?)))
           AND (? IS NULL OR number < (SELECT number FROM jobs WHERE id = ? AND client = ?))
         ORDER BY number DESC LIMIT ?`,
        client,
        ...twice(states ? JSON.stringify(states) : null),
        ...twice(before ?? null),
        client,
        limit,
      ).map((row) => this.#jobOf(row))
    );
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
      const expired = this.#expired(leaseMilliseconds);
      this.#giveUpBrokenOff(expired);
      const now = this.#clock.wall();
      const row = this.#row(
        `UPDATE jobs SET state = 'running', worker = ?, leaseUntil = ${NEXT_LEASE}, startedAt = ?, progress = NULL,
           attempts = attempts + 1, attempt = coalesce(attempt, 0) + 1,
           startNumber = (SELECT coalesce(max(startNumber), 0) + 1 FROM jobs)
         WHERE number = (
           SELECT number FROM jobs AS waiting
           WHERE state = 'queued' OR (state = 'running' AND ${IS_EXPIRED})
           ORDER BY (
             SELECT coalesce(max(startNumber), 0) FROM jobs WHERE client = waiting.client
           ), number
           LIMIT 1
         ) RETURNING *`,
        worker,
        now + leaseMilliseconds,
        now,
        expired,
      );
      if (row === null) return null;
      this.#see(row);
      this.#changed(row);
      return { id: row.id, worker, attempt: row.attempt! };
    });
  }

  renew(claim: Claim, leaseMilliseconds: number): Promise<boolean> {
    return Promise.try(() => {
      const progress = this.#progress.get(claim.id);
      const row = this.#whileHeld(
        claim,
        `leaseUntil = ${NEXT_LEASE}, progress = coalesce(?, progress)`,
        this.#clock.wall() + leaseMilliseconds,
        progress ? JSON.stringify(progress) : null,
      );
      if (row) this.#see(row);
      return row !== null;
    });
  }

  report({ id }: Claim, progress: Progress): void {
    this.#progress.set(id, progress);
    this.#listeners.announce(id, "progress");
  }

  finish(claim: Claim): Promise<boolean> {
    return this.#end(claim, "state = 'done', finishedAt = ?", this.#clock.wall());
  }

  fail(claim: Claim, problem: JobProblem): Promise<boolean> {
    return this.#end(
      claim,
      "state = 'failed', finishedAt = ?, problem = ?",
      this.#clock.wall(),
      JSON.stringify(problem),
    );
  }

  release(claim: Claim): Promise<boolean> {
    return this.#end(claim, "state = 'queued', attempts = attempts - 1");
  }

  abandon(claim: Claim): Promise<boolean> {
    return this.#end(claim, "leaseUntil = ?, worker = NULL", ABANDONED);
  }

  cancel(id: string): Promise<boolean> {
    return Promise.try(() => {
      const row = this.#ending(() =>
        this.#row(
          `UPDATE jobs SET state = 'cancelled', finishedAt = ?, worker = NULL, leaseUntil = NULL
           WHERE id = ? AND state IN ('queued', 'running') RETURNING *`,
          this.#clock.wall(),
          id,
        )
      );
      if (row) this.#changed(row);
      return row !== null;
    });
  }

  remove(id: string): Promise<void> {
    return Promise.try(() => {
      const statement = "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')";
      this.#ending(() => this.#run(statement, id));
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

  /** Throws where jobs that are taken now would be lost. */
  #requirePlace(): void {
    const missing = this.#missing();
    if (missing !== null) throw new QueueUnavailableError(missing);
  }

  /** Returns what is missing of the place of the jobs; null where all is there. */
  #missing(): string | null {
    // A folder that was removed and made again holds another database, or none.
    if (inodeOf(this.#path) !== this.#inode || inodeOf(this.files) === null) {
      return "Cannot take jobs: the folder of the server's data (--data) was removed or replaced; put it back, and start the server again";
    }
    try {
      accessSync(this.files, constants.W_OK);
      return null;
    } catch {
      return "Cannot take jobs: the folder of the server's data (--data) cannot be written to; mount it for writing, and give the server the right to write there";
    }
  }

  /**
   * Does something after which there is more room, or needs to be less: on a full disk, for the price of the ballast.
   */
  #ending<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (diskErrorOf(error) === null || !this.#ballast.drop()) throw error;
      return write();
    }
  }

  /** Remembers how the lease of a job is now. */
  #see({ number, leaseUntil }: Pick<Row, "number" | "leaseUntil">): void {
    this.#seen.set(number, { leaseUntil: leaseUntil!, at: this.#clock.elapsed() });
  }

  /** Looks at all leases. @returns those that have expired, for {@link IS_EXPIRED}. */
  #expired(leaseMilliseconds: number): string {
    const rows = this.#rows("SELECT number, leaseUntil FROM jobs WHERE state = 'running'");
    const before = this.#seen;
    this.#seen = new Map();
    for (const row of rows) {
      const seen = before.get(row.number);
      if (seen?.leaseUntil === row.leaseUntil) this.#seen.set(row.number, seen);
      else this.#see(row);
    }
    const isOver = ({ leaseUntil, at }: SeenLease) =>
      leaseUntil === ABANDONED || this.#clock.elapsed() - at >= leaseMilliseconds;
    const expired = this.#seen.entries().filter(([, seen]) => isOver(seen));
    return JSON.stringify([...expired.map(([number, { leaseUntil }]) => [number, leaseUntil])]);
  }

  /** Fails jobs whose lease has expired and whose attempts are used up. */
  #giveUpBrokenOff(expired: string): void {
    const { attempts } = this.#limits;
    const given = this.#rows(
      `UPDATE jobs SET state = 'failed', problem = ?, finishedAt = ?, worker = NULL, leaseUntil = NULL
       WHERE state = 'running' AND ${IS_EXPIRED} AND attempts >= ? RETURNING *`,
      JSON.stringify(brokenOff(attempts)),
      this.#clock.wall(),
      expired,
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
      const row = this.#ending(() =>
        this.#whileHeld(
          claim,
          `${changes}, progress = coalesce(?, progress)`,
          ...values,
          progress ? JSON.stringify(progress) : null,
        )
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
