/**
 * Labels folders in threads of its own, so that the thread that serves HTTP never waits for a scan to be read,
 * for a gradient step or for an answer to be written.
 *
 * One thread has the engine. When it dies, or its device is lost, another one takes its place: a new thread
 * begins with a driver and an ONNX Runtime that know nothing of the loss. A second thread makes the answers,
 * because reading a scan again must neither wait for an adaptation nor hold one up.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import { delay } from "@std/async/delay";
import { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import type { Answer, AnswerKind } from "../files/answer.ts";
import { type LabelContext, type Labeller, LabellerLostError } from "./labeller.ts";
import type { ModelChoice, OpenedModels } from "./labeller_protocol.ts";
import { LabellerThread } from "./labeller_thread.ts";

/** How the threads are run. */
export interface WorkerLabellerOptions {
  /** The module of the threads; tests have engines of their own. */
  module?: URL;
  /** Milliseconds before an engine is opened again, after so many losses without a scan labelled between. */
  pauseAfter?: (losses: number) => number;
  /** Seconds without a word of a scan at work after which its thread is given up: its driver hangs. */
  hangSeconds?: number;
}

/** Far longer than any step takes, on a software adapter too. */
export const HANG_SECONDS = 1800;

const MODULE = new URL("./labeller_worker.ts", import.meta.url);
const LONGEST_PAUSE = 60_000;

/** A {@link Labeller} in threads of its own. */
export class WorkerLabeller implements Labeller, AsyncDisposable {
  readonly student: OpenedModels["student"];
  readonly teacher: OpenedModels["teacher"];
  readonly adapterName: string;
  readonly #models: ModelChoice;
  readonly #options: Required<WorkerLabellerOptions>;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  /** The thread with the engine; null while another one opens. */
  #thread: LabellerThread | null = null;
  #opened = Promise.withResolvers<void>();
  #losses = 0;
  #pause = 0;
  #atWork = 0;
  /** The thread that makes answers, from the first answer on. */
  #answering: LabellerThread | null = null;
  /** One answer at a time: each may hold a large scan in memory. */
  readonly #answerSemaphore = new FifoSemaphore();

  private constructor(
    thread: LabellerThread,
    opened: OpenedModels,
    models: ModelChoice,
    options: Required<WorkerLabellerOptions>,
  ) {
    ({ student: this.student, teacher: this.teacher, adapterName: this.adapterName } = opened);
    this.#models = models;
    this.#options = options;
    this.#kept = this.#keep(thread);
  }

  /**
   * Starts a thread and opens the models in it.
   *
   * @throws what `Engine.open()` throws.
   */
  static async open(
    models: ModelChoice,
    options: WorkerLabellerOptions = {},
  ): Promise<WorkerLabeller> {
    const settings = { module: MODULE, pauseAfter, hangSeconds: HANG_SECONDS, ...options };
    const { thread, opened } = await openThread(settings.module, models);
    return new WorkerLabeller(thread, opened, models, settings);
  }

  async ready(): Promise<boolean> {
    if (this.#thread === null) return false;
    // A thread at work may be in the middle of a long parse; that it works is the answer.
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
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
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
  ): Promise<Answer> {
    using _permit = await this.#answerSemaphore.acquire(signal);
    this.#stopping.signal.throwIfAborted();
    if (!this.#answering?.isAlive) this.#answering = new LabellerThread(this.#options.module);
    const { classes, asprs } = this.student;
    return await this.#answering.call("answer", {
      folder,
      attempt,
      kind,
      classes: { classes, asprs },
    });
  }

  /** Ends the threads, whatever they are doing. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#answering?.[Symbol.dispose]();
    this.#thread?.[Symbol.dispose]();
    await this.#kept;
  }

  /** Keeps an engine open until disposed of. */
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

  /** Another thread, as soon as one can be had; null once disposed of. */
  async #replacement(): Promise<LabellerThread | null> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#pause = this.#options.pauseAfter(++this.#losses);
      await delay(this.#pause, { signal }).catch(() => {});
      if (signal.aborted) break;
      try {
        const { thread } = await openThread(this.#options.module, this.#models, signal);
        return thread;
      } catch (error) {
        if (!signal.aborted) console.error(error);
      }
    }
    return null;
  }
}

/** Stops a thread of which nothing is heard for so long, until disposed of. */
function watchOver(
  thread: LabellerThread,
  seconds: number,
): Disposable & { heard: () => void } {
  const begin = () =>
    setTimeout(() => thread.stop(`hangs: no word in ${seconds} s`), seconds * 1000);
  let timer = begin();
  return {
    heard() {
      clearTimeout(timer);
      timer = begin();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** At once after the first loss, then after a second, and twice as long every further time, to a minute. */
function pauseAfter(losses: number): number {
  return losses === 1 ? 0 : Math.min(LONGEST_PAUSE, 1000 * 2 ** (losses - 2));
}

async function openThread(
  module: URL,
  models: ModelChoice,
  signal?: AbortSignal,
): Promise<{ thread: LabellerThread; opened: OpenedModels }> {
  using owned = new DisposableStack();
  const thread = owned.use(new LabellerThread(module));
  const abort = () => thread[Symbol.dispose]();
  signal?.addEventListener("abort", abort);
  try {
    const opened = await thread.call("open", models);
    owned.move();
    return { thread, opened };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
