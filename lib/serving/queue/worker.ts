/**
 * Does the jobs of a queue, one after the other, and renews the lease of the job at work.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";
import { diskErrorOf } from "../files/disk.ts";
import type { JobProblem } from "./job.ts";
import { type Claim, type JobQueue, QueueUnavailableError } from "./queue.ts";

/** Does one job. Its result has to be on the disk when this resolves. */
export type JobWork = (claim: Claim, context: JobContext) => Promise<void>;

/** What the work gets beside its claim. */
export interface JobContext {
  /** Aborted when the job is cancelled or lost to another worker, or when the server stops. */
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Options of a worker. */
export interface WorkerOptions {
  work: JobWork;
  /** Translates an error for the client; null where another attempt may succeed. */
  describe: (error: Error) => JobProblem | null;
  /** How long a job stays this worker's without a renewal. */
  leaseMilliseconds?: number;
  /** How often to look for expired leases and for jobs that another process took in. */
  pollMilliseconds?: number;
}

const LEASE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 1000;
/** The longest wait for a disk, in polls. */
const LONGEST_DISK_PAUSE_POLLS = 32;

/** The job is no longer this worker's. */
class ClaimLostError extends Error {
  override name = "ClaimLostError";
}

/** The worker stops before the job is done. */
class StoppingError extends Error {
  override name = "StoppingError";
}

/** Works from its construction until it is stopped. */
export class JobWorker {
  readonly #queue: JobQueue;
  readonly #options: Required<WorkerOptions>;
  readonly #id: string = crypto.randomUUID();
  readonly #ended: Promise<void>;
  /** The last trouble that was logged, so that one that lasts is logged once. */
  #trouble: string | null = null;
  /** Failures of the disk in a row. */
  #diskFailures = 0;
  #stopping = false;
  #wake: () => void = () => {};
  /** Aborts the job at work; null where there is none. */
  #current: AbortController | null = null;

  constructor(queue: JobQueue, options: WorkerOptions) {
    this.#queue = queue;
    this.#options = {
      leaseMilliseconds: LEASE_MILLISECONDS,
      pollMilliseconds: POLL_MILLISECONDS,
      ...options,
    };
    this.#ended = this.#loop();
  }

  /**
   * Takes no further job, and resolves once the job at work is done or back in the queue.
   *
   * @param graceMilliseconds how long the job at work may still take.
   */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const timer = setTimeout(
      () => this.#current?.abort(new StoppingError("the server stops")),
      graceMilliseconds,
    );
    try {
      await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      // Listens before it asks, so that it misses no job that comes in between.
      using news = this.#news();
      try {
        if (await this.#workOnce()) continue;
      } catch (error) {
        // Such as a full disk, or a database that another process locks: the lease expires, and the job is back.
        this.#log(error);
      }
      await news.arrived;
    }
  }

  /** Does the next job. @returns false where none waits. */
  async #workOnce(): Promise<boolean> {
    const { leaseMilliseconds, work } = this.#options;
    const claim = await this.#queue.claim(this.#id, leaseMilliseconds);
    if (claim === null) return false;
    if (this.#stopping) {
      await this.#queue.release(claim);
      return false;
    }
    let failure: Error | null = null;
    let pause: number;
    {
      await using hold = this.#hold(claim);
      this.#current = hold.control;
      const { signal } = hold.control;
      const onProgress = (progress: Progress) => this.#queue.report(claim, progress);
      try {
        await work(claim, { signal, onProgress });
      } catch (error) {
        // After an abort the work may throw anything; the reason of the abort is what counts.
        failure = signal.aborted ? signal.reason : error;
      } finally {
        this.#current = null;
      }
      const end = this.#endOf(claim, failure);
      await this.#record(end.record);
      pause = end.pause;
    }
    if (pause > 0) await this.#pause(pause);
    return true;
  }

  /**
   * Records the end of a claim, as soon as the disk or the queue takes it. The lease is held meanwhile: what was done is
   * not done again.
   */
  async #record(record: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        return void await record();
      } catch (error) {
        const passes = error instanceof QueueUnavailableError || diskErrorOf(error) !== null;
        if (!passes || this.#stopping) throw error;
        this.#log(error);
        await this.#pause(this.#options.pollMilliseconds);
      }
    }
  }

  /** Renews the lease until disposed of, and aborts `control` once the claim is lost. */
  #hold(claim: Claim): AsyncDisposable & { control: AbortController } {
    const { leaseMilliseconds } = this.#options;
    const control = new AbortController();
    const renew = async () => {
      try {
        if (await this.#queue.renew(claim, leaseMilliseconds)) return;
        control.abort(new ClaimLostError("the job was cancelled, or another worker has it"));
      } catch (error) {
        // The next renewal may succeed; if none does, the lease expires.
        this.#log(error);
      }
    };
    const renewals = new Set<Promise<void>>();
    const startRenewal = () => {
      const renewal = renew().finally(() => renewals.delete(renewal));
      renewals.add(renewal);
    };
    const heartbeat = setInterval(startRenewal, leaseMilliseconds / 3);
    const changes = this.#queue.listen((id, change) => {
      if (id === claim.id && change === "state") startRenewal();
    });
    return {
      control,
      async [Symbol.asyncDispose]() {
        clearInterval(heartbeat);
        changes[Symbol.dispose]();
        await Promise.all(renewals);
      },
    };
  }

  /** Returns how a claim ends, and how long to wait after it, so that another worker can take the job. */
  #endOf(claim: Claim, failure: Error | null): { record: () => Promise<unknown>; pause: number } {
    const { describe, pollMilliseconds } = this.#options;
    const queue = this.#queue;
    const disk = diskErrorOf(failure);
    if (disk) {
      this.#log(disk);
      // Nobody's attempt: it is done once there is room. Each wait is twice as long, since the work is lost each time.
      const polls = Math.min(2 ** this.#diskFailures++, LONGEST_DISK_PAUSE_POLLS);
      return { record: () => queue.release(claim), pause: polls * pollMilliseconds };
    }
    this.#trouble = null;
    this.#diskFailures = 0;
    if (failure === null) return { record: () => queue.finish(claim), pause: 0 };
    if (failure instanceof ClaimLostError) return { record: () => Promise.resolve(), pause: 0 };
    if (failure instanceof StoppingError) return { record: () => queue.release(claim), pause: 0 };
    const problem = describe(failure);
    if (problem) return { record: () => queue.fail(claim, problem), pause: 0 };
    console.error(`job ${claim.id} goes back into the queue: ${failure.message}`);
    return { record: () => queue.abandon(claim), pause: pollMilliseconds };
  }

  /** Waits, unless the worker stops. */
  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopping) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Listens for jobs: `arrived` resolves once there may be one, at the latest after the poll interval. */
  #news(): Disposable & { arrived: Promise<void> } {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.pollMilliseconds);
    const changes = this.#queue.listen((_id, change) => change === "state" && resolve());
    this.#wake = resolve;
    return {
      arrived,
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        changes[Symbol.dispose]();
      },
    };
  }

  /** Logs an error once while it lasts, unless Redis does not answer, which its queue reports. */
  #log(error: unknown): void {
    const known = diskErrorOf(error) ?? (error instanceof QueueUnavailableError ? error : null);
    const line = known?.message ?? `${error}`;
    if (line === this.#trouble) return;
    this.#trouble = line;
    console.error(known ? line : error);
  }
}
