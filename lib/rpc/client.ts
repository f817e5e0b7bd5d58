/**
 * A worker as its caller sees it: calls that return or throw as if they ran in this thread. A worker that dies
 * fails the calls under way and says so.
 *
 * @module
 */
import { type ErrorClass, errorOf } from "./error_record.ts";
import type { CallMessage, CallTable, RpcReply, RpcRequest } from "./messages.ts";

/** Deno's own class: the WebGPU build of onnxruntime-web replaces the global one by Node's when it is loaded. */
const DenoWorker = Worker;

/** Options of a client. */
export interface RpcClientOptions {
  /** Error classes that are rebuilt here; see {@link errorOf}. */
  errors?: readonly ErrorClass[];
  /** Makes the error of calls that are cut off from what happened to the worker, such as "was stopped". */
  cutOff?: (what: string) => Error;
}

/** Options of one call. */
export interface CallOptions<Progress> {
  /** Aborts the call in the worker; the call then throws the signal's reason once the worker has answered. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A call under way. */
interface PendingCall<Calls extends CallTable<Calls>, Progress> {
  resolve: (value: Calls[keyof Calls]["returned"]) => void;
  reject: (error: Error) => void;
  onProgress: CallOptions<Progress>["onProgress"];
}

/** The caller's side of a worker that runs `hostCalls()` with the same table of calls. */
export class RpcClient<Calls extends CallTable<Calls>, Progress = never> implements Disposable {
  /** Resolves with the reason once the worker has ended, by itself or because it was stopped. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;
  readonly #options: Required<RpcClientOptions>;
  readonly #pending = new Map<number, PendingCall<Calls, Progress>>();
  readonly #resolveEnded: (error: Error) => void;
  #calls = 0;
  #end: Error | null = null;

  /**
   * Starts the worker.
   *
   * @param module the worker's module.
   */
  constructor(module: URL, { errors = [], cutOff = workerError }: RpcClientOptions = {}) {
    this.#options = { errors, cutOff };
    ({ promise: this.ended, resolve: this.#resolveEnded } = Promise.withResolvers());
    this.#worker = new DenoWorker(module, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<RpcReply<Calls, Progress>>) =>
      this.#receive(data);
    this.#worker.onerror = (event) => {
      // Otherwise the error would end the whole program.
      event.preventDefault();
      this.stop(`died (${event.message})`);
    };
  }

  /** Whether the worker takes calls. */
  get isAlive(): boolean {
    return this.#end === null;
  }

  /** How many calls are under way. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Calls the worker.
   *
   * @throws what the call threw there, the reason of the signal, or why the worker has ended.
   */
  async call<Name extends keyof Calls>(
    name: Name,
    given: Calls[Name]["given"],
    { signal, onProgress }: CallOptions<Progress> = {},
  ): Promise<Calls[Name]["returned"]> {
    signal?.throwIfAborted();
    if (this.#end) throw this.#end;
    const number = this.#calls++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[keyof Calls]["returned"]>();
    this.#pending.set(number, { resolve, reject, onProgress });
    const abort = () => this.#post({ kind: "abort", number });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#post({ kind: "call", number, name, given } as CallMessage<Calls>);
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(number);
    }
  }

  /**
   * Ends the worker, whatever it is doing; calls under way throw.
   *
   * @param what happened to the worker, for the error of these calls.
   */
  stop(what = "was stopped"): void {
    this.#stop(this.#options.cutOff(what));
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #post(request: RpcRequest<Calls>): void {
    this.#worker.postMessage(request);
  }

  #receive(reply: RpcReply<Calls, Progress>): void {
    if (reply.kind === "failed") return this.#stop(errorOf(reply.error, this.#options.errors));
    const call = this.#pending.get(reply.number);
    if (reply.kind === "progress") call?.onProgress?.(reply.progress);
    else if (reply.kind === "returned") call?.resolve(reply.value);
    else call?.reject(errorOf(reply.error, this.#options.errors));
  }

  #stop(reason: Error): void {
    if (this.#end) return;
    this.#end = reason;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#resolveEnded(reason);
  }
}

function workerError(what: string): Error {
  return new Error(`Cannot go on: the worker ${what}`);
}
