/**
 * The inside of a worker: answers the calls of an {@link RpcClient}.
 *
 * @module
 */
import { errorRecord } from "./error_record.ts";
import type { CallMessage, CallTable, RpcReply, RpcRequest } from "./messages.ts";

/** What a handler gets beside the argument of its call. */
export interface CallContext<Progress> {
  /** Aborted when the caller aborts the call. */
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** What answers each call. */
export type Handlers<Calls extends CallTable<Calls>, Progress> = {
  [Name in keyof Calls]: (
    given: Calls[Name]["given"],
    context: CallContext<Progress>,
  ) => Calls[Name]["returned"] | Promise<Calls[Name]["returned"]>;
};

/** The scope of a worker. Its types clash with those of a window, which the project is checked with. */
interface WorkerScope<Calls extends CallTable<Calls>, Progress> {
  onmessage: (event: MessageEvent<RpcRequest<Calls>>) => void;
  postMessage: (reply: RpcReply<Calls, Progress>) => void;
}

/**
 * Answers calls from now on. Calls may overlap.
 *
 * @returns a function that tells the caller that no further call can be answered, and why.
 */
export function hostCalls<Calls extends CallTable<Calls>, Progress = never>(
  handlers: Handlers<Calls, Progress>,
): (error: Error) => void {
  const scope = self as unknown as WorkerScope<Calls, Progress>;
  const controls = new Map<number, AbortController>();
  const answer = async ({ number, name, given }: CallMessage<Calls>) => {
    const control = new AbortController();
    controls.set(number, control);
    try {
      const value = await handlers[name](given, {
        signal: control.signal,
        onProgress: (progress) => scope.postMessage({ kind: "progress", number, progress }),
      });
      scope.postMessage({ kind: "returned", number, value });
    } catch (error) {
      scope.postMessage({ kind: "thrown", number, error: errorRecord(error) });
    } finally {
      controls.delete(number);
    }
  };
  scope.onmessage = ({ data: request }) => {
    if (request.kind === "abort") controls.get(request.number)?.abort();
    else answer(request);
  };
  return (error) => scope.postMessage({ kind: "failed", error: errorRecord(error) });
}
