/**
 * The queue of jobs: an SQLite database and a folder for every job's files.
 *
 * The row is what counts. A job exists from the moment its row is committed, which is after its files were
 * put on the disk, and it is done from the moment its row says so, which is after its result was. Whatever a
 * killed process leaves without a row is rubbish, see `sweep.ts`.
 *
 * A worker holds a job by a lease that it renews while it lives. A lease that ran out is anybody's to take,
 * so a job survives its worker; whatever the former holder still writes is refused.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Progress } from "../ttt/types.ts";
import { isOver, type Job, type JobProblem, type JobState } from "./job.ts";

/** How many jobs may be queued or running. */
export interface QueueLimits {
  jobs: number;
  /** Of these, how many of one client. */
  jobsOfClient: number;
  /** How often a job may be begun before it is given up. */
  attempts: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = { jobs: 64, jobsOfClient: 16, attempts: 3 };

/** The queue takes no further job now. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}

/** A job in the hands of a worker. */
export interface Claim {
  readonly id: string;
  readonly worker: string;
  /** Which beginning of the job this is; names the folder of its result. */
  readonly turn: number;
}

/** What is known of a job that is handed in. */
export interface NewJob {
  id: string;
  client: string;
  scan: string;
  method: string;
}

/** Told of a job that has changed: by its worker's progress, or in its state. */
export type Listener = (id: string, change: "progress" | "state") => void;

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    state TEXT NOT NULL,
    scan TEXT NOT NULL,
    method TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Counts every beginning of every job; the client whose last one is longest ago is next.
    turn INTEGER,
    worker TEXT,
    leaseUntil INTEGER,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    finishedAt INTEGER,
    progress TEXT,
    problem TEXT
  ) STRICT;
  CREATE INDEX jobsByState ON jobs (state, client);
  CREATE INDEX jobsByClient ON jobs (client, turn);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Assumed of a job's length, in seconds, until one has ended. */
const GUESSED_SECONDS = 10;

type Row = Omit<Job, "progress" | "problem"> & {
  progress: string | null;
  problem: string | null;
};

/** Keeps jobs; several processes of one machine may open the same folder. */
export class JobQueue implements Disposable {
  /** Where the folders of jobs are, each under its id. */
  readonly files: string;
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  readonly #database: DatabaseSync;
  readonly #listeners = new Set<Listener>();
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

  /** The folder of a job's files. */
  folderOf(id: string): string {
    return join(this.files, id);
  }

  /**
   * Keeps a place for a job whose files are on their way; leave by `using`, whether or not it came.
   *
   * @throws {QueueFullError} when the queue, or this client's share of it, is full.
   */
  enter(client: string): Disposable {
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
  }

  /** Takes a job whose files are on the disk. It is safe once this returns. */
  submit({ id, client, scan, method }: NewJob): Job {
    this.#run(
      `INSERT INTO jobs (id, client, state, scan, method, createdAt)
       VALUES (?, ?, 'queued', ?, ?, ?)`,
      id,
      client,
      scan,
      method,
      this.#now(),
    );
    this.#announce(id, "state");
    return this.get(id)!;
  }

  /** A job, or null where there is none of this id. */
  get(id: string): Job | null {
    const row = this.#row("SELECT * FROM jobs WHERE id = ?", id);
    return row && this.#jobOf(row);
  }

  /** How many jobs there are of every state that has some. */
  counts(): Partial<Record<JobState, number>> {
    const rows = this.#database
      .prepare("SELECT state, count(*) AS count FROM jobs GROUP BY state")
      .all() as { state: JobState; count: number }[];
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  /**
   * Gives a worker the next job: the oldest of the client whose last turn is longest ago. Jobs whose lease
   * ran out are among them, or fail where they were begun too often.
   */
  claim(worker: string, leaseMilliseconds: number): Claim | null {
    const now = this.#now();
    const { attempts } = this.#limits;
    const problem: JobProblem = {
      status: 500,
      detail:
        `Cannot label the scan: the server broke off ${attempts} times while it was at work on it; send a smaller scan`,
    };
    const given = this.#rows(
      `UPDATE jobs SET state = 'failed', problem = ?, finishedAt = ?, worker = NULL, leaseUntil = NULL
       WHERE state = 'running' AND leaseUntil <= ? AND attempts >= ? RETURNING *`,
      JSON.stringify(problem),
      now,
      now,
      attempts,
    );
    for (const { id } of given) this.#announce(id, "state");
    const row = this.#row(
      `UPDATE jobs SET state = 'running', worker = ?, leaseUntil = ?, startedAt = ?, progress = NULL,
         attempts = attempts + 1, turn = (SELECT coalesce(max(turn), 0) + 1 FROM jobs)
       WHERE number = (
         SELECT number FROM jobs AS waiting
         WHERE state = 'queued' OR (state = 'running' AND leaseUntil <= ?)
         ORDER BY (SELECT coalesce(max(turn), 0) FROM jobs WHERE client = waiting.client), number
         LIMIT 1
       ) RETURNING *`,
      worker,
      now + leaseMilliseconds,
      now,
      now,
    );
    if (row === null) return null;
    this.#announce(row.id, "state");
    return { id: row.id, worker, turn: row.turn! };
  }

  /** Keeps a claim for longer. @returns false where it was lost: the job is cancelled, or another's. */
  renew(claim: Claim, leaseMilliseconds: number): boolean {
    const progress = this.#progress.get(claim.id);
    return this.#whileHeld(
      claim,
      "leaseUntil = ?, progress = coalesce(?, progress)",
      this.#now() + leaseMilliseconds,
      progress ? JSON.stringify(progress) : null,
    );
  }

  /** Says what the worker is doing. Cheap: it reaches the disk with the next renewal. */
  report({ id }: Claim, progress: Progress): void {
    this.#progress.set(id, progress);
    this.#announce(id, "progress");
  }

  /** The result is on the disk. @returns false where the claim was lost. */
  finish(claim: Claim): boolean {
    return this.#end(claim, "state = 'done', finishedAt = ?", this.#now());
  }

  /** The job cannot be done. @returns false where the claim was lost. */
  fail(claim: Claim, problem: JobProblem): boolean {
    return this.#end(
      claim,
      "state = 'failed', finishedAt = ?, problem = ?",
      this.#now(),
      JSON.stringify(problem),
    );
  }

  /** Puts a job back whose worker stops in good order; the attempt does not count. */
  release(claim: Claim): boolean {
    return this.#end(claim, "state = 'queued', attempts = attempts - 1");
  }

  /** Lets the lease of a job run out at once, as if its worker had died; the attempt counts. */
  abandon(claim: Claim): boolean {
    return this.#end(claim, "leaseUntil = ?", this.#now());
  }

  /** Cancels a job that is not over. @returns whether it was so. */
  cancel(id: string): boolean {
    const row = this.#row(
      `UPDATE jobs SET state = 'cancelled', finishedAt = ?, worker = NULL, leaseUntil = NULL
       WHERE id = ? AND state IN ('queued', 'running') RETURNING *`,
      this.#now(),
      id,
    );
    if (row) this.#announce(id, "state");
    return row !== null;
  }

  /** Forgets a job that is over; its files are the caller's to remove. */
  remove(id: string): void {
    this.#run("DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')", id);
    this.#announce(id, "state");
  }

  /** Jobs that were over before a moment. */
  overBefore(time: number): Job[] {
    return this.#rows("SELECT * FROM jobs WHERE finishedAt < ?", time)
      .map((row) => this.#jobOf(row))
      .filter(isOver);
  }

  /** Calls back for every change that this process makes, until disposed of. */
  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#database.close();
  }

  #prepareSchema(folder: string): void {
    // IMMEDIATE: two processes that start together must not both make the tables.
    this.#database.exec("BEGIN IMMEDIATE");
    const { user_version: version } = this.#database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version === 0) this.#database.exec(SCHEMA);
    this.#database.exec("COMMIT");
    if (version === 0 || version === SCHEMA_VERSION) return;
    throw new RangeError(
      `Cannot use the jobs in ${folder}: they are of version ${version}, this program knows ${SCHEMA_VERSION}; give --data another folder`,
    );
  }

  /** Changes the row of a claim that still holds. @returns whether it does. */
  #whileHeld({ id, worker, turn }: Claim, changes: string, ...values: SQLInputValue[]): boolean {
    const row = this.#row(
      `UPDATE jobs SET ${changes}
       WHERE id = ? AND worker = ? AND turn = ? AND state = 'running' RETURNING *`,
      ...values,
      id,
      worker,
      turn,
    );
    return row !== null;
  }

  #end(claim: Claim, changes: string, ...values: SQLInputValue[]): boolean {
    const progress = this.#progress.get(claim.id);
    const held = this.#whileHeld(
      claim,
      `${changes}, progress = coalesce(?, progress)`,
      ...values,
      progress ? JSON.stringify(progress) : null,
    );
    this.#progress.delete(claim.id);
    this.#announce(claim.id, "state");
    return held;
  }

  #full(reason: string): QueueFullError {
    const row = this.#database.prepare(
      `SELECT avg(finishedAt - startedAt) / 1000 AS seconds FROM
         (SELECT * FROM jobs WHERE state = 'done' ORDER BY finishedAt DESC LIMIT 10)`,
    ).get() as { seconds: number | null };
    return new QueueFullError(
      `Cannot take another job: ${reason}; come back when one is done, or cancel one`,
      Math.max(1, Math.ceil(row.seconds ?? GUESSED_SECONDS)),
    );
  }

  #count(condition: string, ...values: SQLInputValue[]): number {
    const row = this.#database
      .prepare(`SELECT count(*) AS count FROM jobs WHERE ${condition}`)
      .get(...values) as { count: number };
    return row.count;
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
      turn: row.turn,
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
