/**
 * The messages between a thread and its worker. Calls are numbered, so several may be under way. Everything in a
 * message is cloned.
 *
 * `comlink` was considered: it loses error classes, has no abort signals, and its calls never settle once their
 * worker has died.
 *
 * @module
 */
import type { ErrorRecord } from "./error_record.ts";

/** The calls that a worker answers, by name: the argument of each and what it returns. */
export type CallTable<Calls> = { [Name in keyof Calls]: { given: unknown; returned: unknown } };

/** A call by name, with its argument. */
export type CallMessage<Calls extends CallTable<Calls>> = {
  [Name in keyof Calls]: {
    kind: "call";
    number: number;
    name: Name;
    given: Calls[Name]["given"];
  };
}[keyof Calls];

/** A message to the worker. */
export type RpcRequest<Calls extends CallTable<Calls>> =
  | CallMessage<Calls>
  | { kind: "abort"; number: number };

/** A message from the worker. */
export type RpcReply<Calls extends CallTable<Calls>, Progress> =
  | { kind: "progress"; number: number; progress: Progress }
  | { kind: "returned"; number: number; value: Calls[keyof Calls]["returned"] }
  | { kind: "thrown"; number: number; error: ErrorRecord }
  /** The worker cannot answer any further call. */
  | { kind: "failed"; error: ErrorRecord };
