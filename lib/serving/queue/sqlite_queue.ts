/**
 * The queue of one machine: an SQLite database beside the folders of the jobs' files.
 *
 * The row is what counts. A job exists from the moment its row is committed, which is after its files were
 * put on the disk, and it is done from the moment its row says so, which is after its result was.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Progress } from "../../ttt/progress.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";
import {
  brokenOff,
  type Claim,
  DEFAULT_QUEUE_LIMITS,
  type JobQueue,
  type Listener,
  type NewJob,
  type OwnListener,
  QueueFullError,
  type QueueLimits,
} from "./queue.ts";

const SCHEMA_VERSION = 2;
const SCHEMA = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    state TEXT NOT NULL,
    scan TEXT NOT NULL,
    method TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Numbers the attempts of this job. Released ones keep their number, but do not count in the column attempts.
    attempt INTEGER,
    -- Numbers the starts of all jobs: the client whose last start has the lowest number is next.
    startNumber INTEGER,
    worker TEXT,
    leaseUntil INTEGER,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    finishedAt INTEGER,
    progress TEXT,
    problem TEXT
  ) STRICT;
  CREATE INDEX jobsByState ON jobs (state, client);
  CREATE INDEX jobsByClient ON jobs (client, startNumber);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** In version 1 one number served for both; the folders of results are named by it. */
const MIGRATION_FROM_1 = `
  ALTER TABLE jobs RENAME COLUMN turn TO startNumber;
  ALTER TABLE jobs ADD COLUMN attempt INTEGER;
  UPDATE jobs SET attempt = startNumber;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

type Row = Omit<Job, "progress" | "problem"> & {
  progress: string | null;
  problem: string | null;
};

/**
 * Keeps jobs; several processes of one machine may open the same folder. Next is the oldest job of the client
 * whose last start is longest ago.
 */
export class SqliteQueue implements JobQueue {
  readonly files: string;
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  readonly #database: DatabaseSync;
  readonly #listeners = new Set<Listener>();
  readonly #ownListeners = new Set<OwnListener>();
  /** Progress since the last renewal of the lease, of jobs at work in this process. */
  readonly #progress = new Map<string, Progress>();
  /** Jobs on their way in, by client. */
  readonly #entering = new Map<string, number>();

  /**
   * Opens the queue of a folder, or makes it.
   *
   * @param now the clock, in milliseconds.
   * @throws {RangeError} where the folder belongs to another version of the program.
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
        // FULL syncs each commit: what was accepted survives a power failure, too.
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
      );
      this.#prepareSchema(folder);
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
      const entering = this.#entering.get(client) ?? 0;
      const allEntering = this.#entering.values().reduce((sum, count) => sum + count, 0);
      const { jobs, jobsOfClient } = this.#limits;
      const waiting = this.#count("state IN ('queued', 'running')");
      const ofClient = this.#count("state IN ('queued', 'running') AND client = ?", client);
      if (waiting + allEntering >= jobs) {
        throw this.#full(`${jobs} jobs are waiting or at work`);
      }
      if (ofClient + entering >= jobsOfClient) {
        throw this.#full(`${jobsOfClient} jobs of yours are waiting or at work`);
      }
      this.#entering.set(client, entering + 1);
      return {
        [Symbol.dispose]: () => {
          const left = this.#entering.get(client)! - 1;
          if (left === 0) this.#entering.delete(client);
          else this.#entering.set(client, left);
        },
      };
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
    this.#announce(id, "progress");
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
      this.#announce(id, "state");
    });
  }

  overBefore(time: number): Promise<Job[]> {
    return Promise.try(() =>
      this.#rows("SELECT * FROM jobs WHERE finishedAt < ?", time)
        .map((row) => this.#jobOf(row))
        .filter(isOver)
    );
  }

  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  listenOwn(listener: OwnListener): Disposable {
    this.#ownListeners.add(listener);
    return { [Symbol.dispose]: () => this.#ownListeners.delete(listener) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => {
      this.#listeners.clear();
      this.#ownListeners.clear();
      this.#database.close();
    });
  }

  #find(id: string): Job | null {
    const row = this.#row("SELECT * FROM jobs WHERE id = ?", id);
    return row && this.#jobOf(row);
  }

  /** Fails jobs whose lease ran out once more than they are begun at most. */
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

  #prepareSchema(folder: string): void {
    // IMMEDIATE: two processes that start together must not both make the tables.
    this.#database.exec("BEGIN IMMEDIATE");
    const { user_version: version } = this.#database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version === 0) this.#database.exec(SCHEMA);
    if (version === 1) this.#database.exec(MIGRATION_FROM_1);
    this.#database.exec("COMMIT");
    if (version <= SCHEMA_VERSION) return;
    throw new RangeError(
      `Cannot use the jobs in ${folder}: they are of version ${version}, this program knows ${SCHEMA_VERSION}; give --data another folder`,
    );
  }

  /** Changes the row of a claim that still holds. @returns it, or null where it does not. */
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

  #full(reason: string): QueueFullError {
    const { seconds } = this.#database.prepare(
      `SELECT avg(finishedAt - startedAt) / 1000 AS seconds FROM
         (SELECT * FROM jobs WHERE state = 'done' ORDER BY finishedAt DESC LIMIT 10)`,
    ).get() as { seconds: number | null };
    return new QueueFullError(reason, seconds);
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
    for (const listener of [...this.#ownListeners]) listener(job);
    this.#announce(row.id, "state");
    return job;
  }

  #announce(id: string, change: "progress" | "state"): void {
    for (const listener of [...this.#listeners]) listener(id, change);
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

  /** All rows, so that a changing statement has run to its end. */
  #rows(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values) as unknown as Row[];
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...values);
  }
}
