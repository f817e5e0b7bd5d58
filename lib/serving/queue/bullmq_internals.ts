/**
 * Everything that this program knows of BullMQ beyond its documentation. It was read in the sources of the version
 * below; a test fails when `deno.json` names another one, so that whoever updates BullMQ reads them again.
 *
 * @module
 */
import { ErrorCode, PRIORITY_LIMIT, type Queue } from "bullmq";

/** The version of BullMQ whose sources were read. */
export const READ_VERSION = "6.7.0";

/** The largest priority of a job; larger values are refused, and jobs of equal priority come in order of arrival. */
export const LARGEST_PRIORITY: number = PRIORITY_LIMIT;

/**
 * Codes by which a script of BullMQ says that a job is not held any more: it is gone, nobody holds it, it is not at
 * work, or another worker holds it. They stand in the field `code` of the error (`classes/finished-errors.ts`).
 */
const LOST_CODES: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/**
 * Runs an action that only the holder of a job may run.
 *
 * @returns false where the action does, or where BullMQ says that the job is not held any more.
 */
export async function whileHeld(action: () => Promise<unknown>): Promise<boolean> {
  try {
    return await action() !== false;
  } catch (error) {
    if (error instanceof Error && "code" in error && LOST_CODES.has(error.code)) return false;
    throw error;
  }
}

/** Returns the key of a job's lease, which holds the name of its holder (`scripts/moveToActive`). */
export function lockKey(queue: Pick<Queue, "toKey">, jobId: string): string {
  return `${queue.toKey(jobId)}:lock`;
}

/** Returns the key of the stream of a queue's events (`classes/queue-keys.ts`). */
export function eventsKey(prefix: string, name: string): string {
  return `${prefix}:${name}:events`;
}

/** Returns the keys of the jobs that wait: with a priority, and without (`classes/queue-keys.ts`). */
export function waitingKeys(queue: Pick<Queue, "toKey">): [string, string] {
  return [queue.toKey("prioritized"), queue.toKey("wait")];
}
