/**
 * What a queue of jobs is. There are two: `sqlite_queue.ts` for one machine, `redis_queue.ts` for several
 * that share the work. The same tests run over both.
 *
 * A queue keeps what is known of a job; the job's files lie in a folder of its own, which is on the disk
 * before the queue hears of the job. Files without a job are rubbish, see `sweep.ts`.
 *
 * A worker holds a job by a lease that it renews while it lives. A lease that ran out is anybody's to take,
 * so a job survives its worker; whatever the former holder still says is refused.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";
import type { Job, JobProblem, JobState } from "./job.ts";

/** How many jobs may be queued or running. */
export interface QueueLimits {
  jobs: number;
  /** Of these, how many of one client. */
  jobsOfClient: number;
  /** How often a job may be begun before it is given up. */
  attempts: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = { jobs: 64, jobsOfClient: 16, attempts: 3 };

/** Assumed of a job's length, in seconds, until one has ended. */
const GUESSED_SECONDS = 10;

/** The queue takes no further job now. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
  readonly retryAfterSeconds: number;

  /** @param jobSeconds how long jobs took of late; null where none has ended. */
  constructor(reason: string, jobSeconds: number | null) {
    super(`Cannot take another job: ${reason}; come back when one is done, or cancel one`);
    this.retryAfterSeconds = Math.max(1, Math.ceil(jobSeconds ?? GUESSED_SECONDS));
  }
}

/** What keeps the queue does not answer now. */
export class QueueUnavailableError extends Error {
  override name = "QueueUnavailableError";
  readonly retryAfterSeconds = 5;
}

/** A job in the hands of a worker. */
export interface Claim {
  readonly id: string;
  /** Who holds it, in the words of the queue that gave it. */
  readonly worker: string;
  /** Which attempt of the job this is, from 1. */
  readonly attempt: number;
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

/** Told of a job as it was when this process had changed its state. */
export type OwnListener = (job: Job) => void;

/**
 * Keeps jobs. Every method that returns a promise rejects with {@link QueueUnavailableError} while the queue
 * cannot be reached.
 */
export interface JobQueue extends AsyncDisposable {
  /** Where the folders of jobs are, each under its id. */
  readonly files: string;

  /** The folder of a job's files. */
  folderOf(id: string): string;

  /** Whether the queue can be reached. */
  ready(): Promise<boolean>;

  /**
   * Keeps a place for a job whose files are on their way; leave by `using`, whether or not it came. Several
   * processes that take jobs in the same moment may go over the limits by as many.
   *
   * @throws {QueueFullError} when the queue, or this client's share of it, is full.
   */
  enter(client: string): Promise<Disposable>;

  /** Takes a job whose files are on the disk. It is safe once this resolves. */
  submit(job: NewJob): Promise<Job>;

  /** A job, or null where there is none of this id. */
  get(id: string): Promise<Job | null>;

  /** How many jobs there are of every state that has some. */
  counts(): Promise<Partial<Record<JobState, number>>>;

  /**
   * Gives a worker the next job: clients share evenly, and the jobs of each come in order. Jobs whose lease ran out are
   * among them, or fail where they were begun too often.
   */
  claim(worker: string, leaseMilliseconds: number): Promise<Claim | null>;

  /** Keeps a claim for longer. @returns false where it was lost: the job is cancelled, or another's. */
  renew(claim: Claim, leaseMilliseconds: number): Promise<boolean>;

  /** Says what the worker is doing; cheap. The last of it is kept with the next renewal or the end. */
  report(claim: Claim, progress: Progress): void;

  /** The result is on the disk. @returns false where the claim was lost. */
  finish(claim: Claim): Promise<boolean>;

  /** The job cannot be done. @returns false where the claim was lost. */
  fail(claim: Claim, problem: JobProblem): Promise<boolean>;

  /** Puts a job back whose worker stops in good order; the attempt does not count. */
  release(claim: Claim): Promise<boolean>;

  /** Puts a job back as if its worker had died; the attempt counts. */
  abandon(claim: Claim): Promise<boolean>;

  /** Cancels a job that is not over. @returns whether it was so. */
  cancel(id: string): Promise<boolean>;

  /** Forgets a job that is over; its files are the caller's to remove. */
  remove(id: string): Promise<void>;

  /** Jobs that were over before a moment. */
  overBefore(time: number): Promise<Job[]>;

  /** Calls back for every change that is known of in this process, until disposed of. */
  listen(listener: Listener): Disposable;

  /** Calls back with every job that this very process brought into another state, until disposed of. */
  listenOwn(listener: OwnListener): Disposable;
}

/** Why a job is given up that was begun and broken off so often. */
export function brokenOff(attempts: number): JobProblem {
  return {
    status: 500,
    detail:
      `Cannot label the scan: the server broke off ${attempts} times while it was at work on it; send a smaller scan`,
  };
}
