/**
 * Labels folders in threads of its own, so that the thread that serves HTTP never waits for a scan to be read, for a
 * gradient step, or for an answer to be written.
 *
 * One thread has the engine. When it dies or loses its device, another one replaces it: a new thread starts with a
 * driver and an ONNX Runtime that the loss has not touched. A second thread makes the answers, because reading a scan
 * again must neither wait for an adaptation nor delay one.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import { delay } from "@std/async/delay";
import { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import type { AnswerFile, AnswerKind } from "../files/answer.ts";
import { type MemoryBudget, UNLIMITED_MEMORY } from "../files/memory.ts";
import { type LabelContext, type Labeller, LabellerLostError } from "./labeller.ts";
import type { ModelChoice, OpenedModels } from "./labeller_calls.ts";
import { type LabellerThread, startThread } from "./labeller_thread.ts";

/** Options of the threads. */
export interface WorkerLabellerOptions {
  /** The module of the threads; tests use engines of their own. */
  module?: URL;
  /** The pause before an engine is opened again, in milliseconds, after this many losses in a row. */
  pauseAfter?: (losses: number) => number;
  /** After how many seconds without progress of a scan its thread is given up, because its driver hangs. */
  hangSeconds?: number;
  /** What scans and answers may hold; no limit by default. */
  memory?: MemoryBudget;
}

/** The default of `hangSeconds`: far longer than any step takes, even on a software adapter. */
export const HANG_SECONDS = 1800;

const MODULE = new URL("./labeller_worker.ts", import.meta.url);
/** In milliseconds. */
const LONGEST_PAUSE = 60_000;
/** How long a thread may take to close its engine, in milliseconds. */
const CLOSING_MILLISECONDS = 5000;

/** A labeller in threads of its own. */
export class WorkerLabeller implements Labeller, AsyncDisposable {
  readonly students: OpenedModels["students"];
  readonly adapterName: string;
  readonly #models: ModelChoice;
  readonly #options: Required<WorkerLabellerOptions>;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  /** The thread with the engine; null while another one is opened. */
  #thread: LabellerThread | null = null;
  #opened = Promise.withResolvers<void>();
  /** Losses in a row, without a labelled scan between them. */
  #losses = 0;
  /** The current pause before an engine is opened again, in milliseconds. */
  #pause = 0;
  #atWork = 0;
  /** The thread that makes answers; started by the first one. */
  #answering: LabellerThread | null = null;
  /** One answer at a time: each may hold a large scan in memory. */
  readonly #answerSemaphore = new FifoSemaphore();

  private constructor(
    thread: LabellerThread,
    opened: OpenedModels,
    models: ModelChoice,
    options: Required<WorkerLabellerOptions>,
  ) {
    ({ students: this.students, adapterName: this.adapterName } = opened);
    this.#models = models;
    this.#options = options;
    this.#kept = this.#keep(thread);
  }

  /**
   * Starts a thread and opens the models in it.
   *
   * @throws whatever `EngineSet.open()` throws.
   */
  static async open(
    models: ModelChoice,
    options: WorkerLabellerOptions = {},
  ): Promise<WorkerLabeller> {
    const settings = {
      module: MODULE,
      pauseAfter,
      hangSeconds: HANG_SECONDS,
      memory: UNLIMITED_MEMORY,
      ...options,
    };
    const { thread, opened } = await openThread(settings, models);
    return new WorkerLabeller(thread, opened, models, settings);
  }

  get memory(): MemoryBudget {
    return this.#options.memory;
  }

  async ready(): Promise<boolean> {
    if (this.#thread === null) return false;
    // A thread that is parsing a long file cannot answer, but is ready.
    if (this.#atWork > 0) return true;
    return await this.#thread.call("ready", null).catch(() => false);
  }

  async available(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#thread) return;
    const { promise } = this.#opened;
    await (signal ? abortable(promise, signal) : promise);
  }

  async label(folder: string, attempt: number, context: LabelContext = {}): Promise<void> {
    const { signal } = context;
    signal?.throwIfAborted();
    const thread = this.#thread;
    if (thread === null) {
      throw new LabellerLostError(
        "Cannot take scans now: the GPU is being opened again; come back in a moment",
        Math.max(1, Math.ceil(this.#pause / 1000)),
      );
    }
    this.#atWork++;
    using watch = watchOver(thread, this.#options.hangSeconds);
    const onProgress: LabelContext["onProgress"] = (progress) => {
      watch.heard();
      context.onProgress?.(progress);
    };
    try {
      await thread.call("label", { folder, attempt }, { ...context, onProgress });
    } finally {
      this.#atWork--;
      if (thread.isAlive) this.#losses = 0;
    }
  }

  async answer(
    folder: string,
    attempt: number,
    kind: AnswerKind,
    signal?: AbortSignal,
  ): Promise<AnswerFile> {
    using _permit = await this.#answerSemaphore.acquire(signal);
    this.#stopping.signal.throwIfAborted();
    if (!this.#answering?.isAlive) this.#answering = startThread(this.#options.module);
    const { memory } = this;
    return await this.#answering.call("answer", { folder, attempt, kind, memory });
  }

  /**
   * Closes the engine, unless its thread hangs, and leaves the threads to the end of the process, which has to be next: a
   * thread that ends takes its driver out of memory, and a process that exits meanwhile calls what is no longer there.
   */
  async close(): Promise<void> {
    this.#stopping.abort();
    if (this.#thread) await closeEngine(this.#thread);
  }

  /** Closes the engine, and stops the threads, whatever they are doing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.#answering?.[Symbol.dispose]();
    this.#thread?.[Symbol.dispose]();
    await this.#kept;
  }

  /** Replaces every thread that ends by another, until disposed of. */
  async #keep(first: LabellerThread): Promise<void> {
    const { signal } = this.#stopping;
    for (let thread: LabellerThread | null = first; thread; thread = await this.#replacement()) {
      this.#thread = thread;
      this.#opened.resolve();
      const reason = await thread.ended;
      this.#thread = null;
      this.#opened = Promise.withResolvers();
      if (signal.aborted) break;
      console.error(reason);
    }
  }

  /** Opens another thread, trying until it succeeds; returns null once disposed of. */
  async #replacement(): Promise<LabellerThread | null> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#pause = this.#options.pauseAfter(++this.#losses);
      await delay(this.#pause, { signal }).catch(() => {});
      if (signal.aborted) break;
      try {
        const { thread } = await openThread(this.#options, this.#models, signal);
        return thread;
      } catch (error) {
        if (!signal.aborted) console.error(error);
      }
    }
    return null;
  }
}

/** Stops a thread once it has reported nothing for some seconds, until disposed of. */
function watchOver(
  thread: LabellerThread,
  seconds: number,
): Disposable & { heard: () => void } {
  const start = () =>
    setTimeout(() => thread.stop(`hangs: it reported nothing for ${seconds} s`), seconds * 1000);
  let timer = start();
  return {
    heard() {
      clearTimeout(timer);
      timer = start();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Returns no pause after the first loss, then a second, twice as long after each further one, and a minute at most. */
function pauseAfter(losses: number): number {
  return losses === 1 ? 0 : Math.min(LONGEST_PAUSE, 1000 * 2 ** (losses - 2));
}

/** Has a thread close its engine, unless it hangs. */
async function closeEngine(thread: LabellerThread): Promise<void> {
  const closed = new AbortController();
  await Promise.race([
    thread.call("close", null).catch(() => {}),
    delay(CLOSING_MILLISECONDS, { signal: closed.signal }).catch(() => {}),
  ]);
  closed.abort();
}

async function openThread(
  { module, memory }: Pick<Required<WorkerLabellerOptions>, "module" | "memory">,
  models: ModelChoice,
  signal?: AbortSignal,
): Promise<{ thread: LabellerThread; opened: OpenedModels }> {
  using owned = new DisposableStack();
  const thread = owned.use(startThread(module));
  const abort = () => thread[Symbol.dispose]();
  signal?.addEventListener("abort", abort);
  try {
    const opened = await thread.call("open", { models, memory });
    owned.move();
    return { thread, opened };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
