/**
 * Does the jobs of a queue, one after the other, and keeps its claim on each by renewing the lease.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";
import type { JobProblem } from "./job.ts";
import { type Claim, type JobQueue, QueueUnavailableError } from "./queue.ts";

/** What one job needs to be done; its result has to be on the disk when it resolves. */
export type JobWork = (claim: Claim, context: JobContext) => Promise<void>;

/** What the work is given along. */
export interface JobContext {
  /** Aborted when the job is cancelled, was lost to another worker, or the server stops. */
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** How a worker works. */
export interface WorkerOptions {
  work: JobWork;
  /** What a client is told of an error; null where another attempt may go better. */
  describe: (error: Error) => JobProblem | null;
  /** How long a job stays this worker's without a word from it. */
  leaseMilliseconds?: number;
  /** How often to look for jobs whose leases ran out, or which another process took. */
  pollMilliseconds?: number;
}

const LEASE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 1000;

/** The job is no longer this worker's. */
class ClaimLostError extends Error {
  override name = "ClaimLostError";
}

/** The worker stops before the job is done. */
class StoppingError extends Error {
  override name = "StoppingError";
}

/** Works from its making until it is stopped. */
export class JobWorker {
  readonly #queue: JobQueue;
  readonly #options: Required<WorkerOptions>;
  readonly #id: string = crypto.randomUUID();
  readonly #ended: Promise<void>;
  #stopping = false;
  #wake: () => void = () => {};
  /** Of the job at work. */
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
   * Takes no further job, and resolves when the one at work is done, or is back in the queue.
   *
   * @param graceMilliseconds how long the job at work may take to get done.
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
      // Listens before it asks: what comes in between is not missed.
      using news = this.#news();
      try {
        if (await this.#workOnce()) continue;
      } catch (error) {
        // A full disk, or a database that another process locked: the lease runs out, and the job is back.
        complain(error);
      }
      await news.arrived;
    }
  }

  /** Does the next job. @returns false where there was none. */
  async #workOnce(): Promise<boolean> {
    const { leaseMilliseconds, work } = this.#options;
    const claim = await this.#queue.claim(this.#id, leaseMilliseconds);
    if (claim === null) return false;
    if (this.#stopping) {
      await this.#queue.release(claim);
      return false;
    }
    let failure: Error | null = null;
    {
      await using hold = this.#hold(claim);
      this.#current = hold.control;
      const { signal } = hold.control;
      const onProgress = (progress: Progress) => this.#queue.report(claim, progress);
      try {
        await work(claim, { signal, onProgress });
      } catch (error) {
        // Whatever an abort broke on its way is not the reason.
        failure = signal.aborted ? signal.reason : error;
      } finally {
        this.#current = null;
      }
    }
    if (failure === null) await this.#queue.finish(claim);
    else await this.#giveUp(claim, failure);
    return true;
  }

  /** Renews the lease until disposed of; aborts `control` where the claim was lost. */
  #hold(claim: Claim): AsyncDisposable & { control: AbortController } {
    const { leaseMilliseconds } = this.#options;
    const control = new AbortController();
    const renew = async () => {
      try {
        if (await this.#queue.renew(claim, leaseMilliseconds)) return;
        control.abort(new ClaimLostError("the job was cancelled, or another worker has it"));
      } catch (error) {
        // The next beat may go better; if none does, the lease runs out.
        complain(error);
      }
    };
    const beats = new Set<Promise<void>>();
    const beat = () => {
      const renewed = renew().finally(() => beats.delete(renewed));
      beats.add(renewed);
    };
    const heartbeat = setInterval(beat, leaseMilliseconds / 3);
    const changes = this.#queue.listen((id, change) => {
      if (id === claim.id && change === "state") beat();
    });
    return {
      control,
      async [Symbol.asyncDispose]() {
        clearInterval(heartbeat);
        changes[Symbol.dispose]();
        await Promise.all(beats);
      },
    };
  }

  async #giveUp(claim: Claim, error: Error): Promise<void> {
    if (error instanceof ClaimLostError) return;
    if (error instanceof StoppingError) return void await this.#queue.release(claim);
    const problem = this.#options.describe(error);
    if (problem) return void await this.#queue.fail(claim, problem);
    console.error(`job ${claim.id} goes back into the queue: ${error.message}`);
    await this.#queue.abandon(claim);
    await this.#pause();
  }

  /** Leaves a job that failed here to a worker on which it may go better. */
  async #pause(): Promise<void> {
    if (this.#stopping) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.pollMilliseconds);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Resolves when there may be something to do. */
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
}

/** Says what went wrong; a queue that does not answer says so itself. */
function complain(error: unknown): void {
  if (!(error instanceof QueueUnavailableError)) console.error(error);
}
