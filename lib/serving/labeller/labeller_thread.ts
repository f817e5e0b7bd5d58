/**
 * A labelling thread as its caller sees it: calls that return or throw, as if they were made here. A thread
 * that dies fails the calls under way and says so.
 *
 * @module
 */
import { errorOf } from "./error_record.ts";
import { type LabelContext, LabellerLostError } from "./labeller.ts";
import type { Call, Calls, Question, Reply } from "./labeller_protocol.ts";

interface Pending {
  resolve: (value: Calls[keyof Calls]["returned"]) => void;
  reject: (error: Error) => void;
  onProgress: LabelContext["onProgress"];
}

/** Seconds after which a client may try again: a thread is back sooner. */
const RETRY_AFTER_SECONDS = 5;

/** A worker that runs `hostLabeller()`. */
export class LabellerThread implements Disposable {
  /** Resolves with the reason when the thread has ended, by itself or by disposal. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #resolveEnded: (error: Error) => void;
  #calls = 0;
  #end: Error | null = null;

  /** @param module the worker's module. */
  constructor(module: URL) {
    ({ promise: this.ended, resolve: this.#resolveEnded } = Promise.withResolvers());
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    this.#worker.onerror = (event) => {
      // Else it would end the whole program.
      event.preventDefault();
      this.#stop(
        new LabellerLostError(
          `Cannot go on: the labelling thread died (${event.message}); send the scan again`,
          RETRY_AFTER_SECONDS,
        ),
      );
    };
  }

  /** Whether it takes calls. */
  get isAlive(): boolean {
    return this.#end === null;
  }

  /**
   * Calls the thread. An abort is passed on; the call is over when the thread says so.
   *
   * @throws what the call threw there, or why the thread has ended.
   */
  async call<N extends keyof Calls>(
    name: N,
    given: Calls[N]["given"],
    { signal, onProgress }: LabelContext = {},
  ): Promise<Calls[N]["returned"]> {
    signal?.throwIfAborted();
    if (this.#end) throw this.#end;
    const number = this.#calls++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[keyof Calls]["returned"]>();
    this.#pending.set(number, { resolve, reject, onProgress });
    const abort = () => this.#post({ kind: "abort", number });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#post({ kind: "call", number, name, given } as Call);
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(number);
    }
  }

  /** Ends the thread, whatever it is doing; calls under way throw a {@link LabellerLostError}. */
  stop(why: string): void {
    this.#stop(
      new LabellerLostError(
        `Cannot go on: the labelling thread ${why}; send the scan again`,
        RETRY_AFTER_SECONDS,
      ),
    );
  }

  [Symbol.dispose](): void {
    this.stop("was stopped");
  }

  #post(question: Question): void {
    this.#worker.postMessage(question);
  }

  #take(reply: Reply): void {
    if (reply.kind === "lost") return this.#stop(errorOf(reply.error));
    const pending = this.#pending.get(reply.number);
    if (reply.kind === "progress") pending?.onProgress?.(reply.progress);
    else if (reply.kind === "returned") pending?.resolve(reply.value);
    else pending?.reject(errorOf(reply.error));
  }

  #stop(reason: Error): void {
    if (this.#end) return;
    this.#end = reason;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#resolveEnded(reason);
  }
}
