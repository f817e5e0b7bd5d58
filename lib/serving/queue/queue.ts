/**
 * The interface of a queue of jobs. There are two implementations: `sqlite_queue.ts` for one machine, and
 * `redis_queue.ts` for several that share the work. The same tests run over both.
 *
 * A queue keeps the record of a job. The job's files lie in a folder of their own, which is on the disk before the
 * queue gets the job. Files without a job are swept away, see `sweep.ts`.
 *
 * A worker holds a job by a lease that it renews while it lives. Once a lease has expired, any worker may take the
 * job, so a job survives its worker; whatever the former holder still reports is refused.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";
import type { Job, JobProblem, JobState } from "./job.ts";

/** The most jobs that may be queued or running, and the most attempts at one. */
export interface QueueLimits {
  jobs: number;
  /** The most of these jobs that one client may have. */
  jobsOfClient: number;
  /** After how many broken attempts a job fails. */
  attempts: number;
}

/** The limits of a server that is not told otherwise. */
export const DEFAULT_QUEUE_LIMITS: QueueLimits = { jobs: 64, jobsOfClient: 16, attempts: 3 };

/** The assumed duration of a job, in seconds, until one has ended. */
const GUESSED_SECONDS = 10;

/** The queue takes no further job at present. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
  readonly retryAfterSeconds: number;

  /** @param jobSeconds the mean duration of recent jobs; null where none has ended. */
  constructor(reason: string, jobSeconds: number | null) {
    super(`Cannot take another job: ${reason}; come back when one is done, or cancel one`);
    this.retryAfterSeconds = Math.max(1, Math.ceil(jobSeconds ?? GUESSED_SECONDS));
  }
}

/** The database of the queue does not answer at present. */
export class QueueUnavailableError extends Error {
  override name = "QueueUnavailableError";
  readonly retryAfterSeconds = 5;
}

/** Jobs cannot be kept at the place that was given: a wrong address, another folder, or a later version's data. */
export class QueuePlaceError extends Error {
  override name = "QueuePlaceError";
}

/** A job that a worker holds. */
export interface Claim {
  readonly id: string;
  /** The holder, by a name that the queue gave it. */
  readonly worker: string;
  /** Which attempt of the job this is, from 1. */
  readonly attempt: number;
}

/** A job that is handed in. */
export interface NewJob {
  id: string;
  client: string;
  scan: string;
  method: string;
  /** When it was handed in, in milliseconds since 1970. */
  createdAt: number;
}

/** Which jobs are listed. */
export interface JobSelection {
  /** Whose jobs. */
  client: string;
  /** Their states; all states where left out. */
  states?: readonly JobState[];
  /** The id of a job: those that were handed in before it. */
  before?: string;
  /** The most that are returned. */
  limit: number;
}

/** A function that hears of each change of a job: of its progress, or of its state. */
export type JobListener = (id: string, change: "progress" | "state") => void;

/** A function that gets each job whose state this process has changed, as it is after the change. */
export type OwnJobListener = (job: Job) => void;

/**
 * Keeps jobs. Every method that returns a promise rejects with {@link QueueUnavailableError} while the queue
 * cannot be reached.
 */
export interface JobQueue extends AsyncDisposable {
  /** The folder that holds the folders of jobs, each under the job's id. */
  readonly files: string;

  /** Returns the path of a job's folder. */
  folderOf(id: string): string;

  /** Returns why no job can be taken or done at present: a sentence with its mend; null where all is well. */
  trouble(): Promise<string | null>;

  /**
   * Reserves a place for a job whose files are on their way, until it is disposed of. Several processes that
   * take jobs at the same moment may exceed the limits by as many.
   *
   * @throws {QueueFullError} where the queue, or this client's share of it, is full.
   */
  enter(client: string): Promise<Disposable>;

  /**
   * Takes a job whose files are on the disk. Once this resolves, the job is not lost any more. A job that the queue has
   * already stays as it is.
   */
  submit(job: NewJob): Promise<Job>;

  /** Returns a job, or null where no job has this id. */
  get(id: string): Promise<Job | null>;

  /** Lists jobs of a client, the latest first; none where there is no job `before`. */
  list(selection: JobSelection): Promise<Job[]>;

  /** Counts the jobs of each state; states without jobs are left out. */
  counts(): Promise<Partial<Record<JobState, number>>>;

  /**
   * Gives a worker the next job. Clients share evenly, and the jobs of each come in order. Jobs whose lease has
   * expired are among them; those that have used up their attempts fail instead.
   *
   * @returns null where no job waits.
   */
  claim(worker: string, leaseMilliseconds: number): Promise<Claim | null>;

  /** Extends a claim. @returns false where it was lost: the job is cancelled, or another worker has it. */
  renew(claim: Claim, leaseMilliseconds: number): Promise<boolean>;

  /** Reports progress; cheap. The latest progress is stored with the next renewal or at the end. */
  report(claim: Claim, progress: Progress): void;

  /** Completes a job whose result is on the disk. @returns false where the claim was lost. */
  finish(claim: Claim): Promise<boolean>;

  /** Fails a job that cannot be done. @returns false where the claim was lost. */
  fail(claim: Claim, problem: JobProblem): Promise<boolean>;

  /** Puts a job back whose worker stops in good order; the attempt does not count. */
  release(claim: Claim): Promise<boolean>;

  /** Puts a job back as if its worker had died; the attempt counts. */
  abandon(claim: Claim): Promise<boolean>;

  /** Cancels a job that is not over. @returns whether there was one to cancel. */
  cancel(id: string): Promise<boolean>;

  /** Forgets a job that is over; the caller removes its files. */
  remove(id: string): Promise<void>;

  /** Returns the jobs that ended before a moment, in milliseconds since 1970. */
  overBefore(time: number): Promise<Job[]>;

  /** Calls back for every change that this process hears of, until disposed of. */
  listen(listener: JobListener): Disposable;

  /** Calls back with every job whose state this very process has changed, until disposed of. */
  listenOwn(listener: OwnJobListener): Disposable;
}

/** Returns the problem of a job whose attempts were all broken off. */
export function brokenOff(attempts: number): JobProblem {
  return {
    status: 500,
    detail:
      `Cannot label the scan: the server broke off ${attempts} times while working on it; send a smaller scan`,
  };
}
