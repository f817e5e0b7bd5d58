/**
 * Jobs in the form in which BullMQ keeps them, and their translation into ours.
 *
 * @module
 */
import type { Job as BullJob } from "bullmq";
import { omit } from "@std/collections/omit";
import type { Progress } from "../../ttt/progress.ts";
import type { Job, JobState } from "./job.ts";

/** The data that BullMQ keeps for us with a job. */
export interface JobData {
  client: string;
  scan: string;
  method: string;
  /** The number of starts that do not count as attempts. */
  released: number;
}

/** Progress with the attempt that made it; that of an earlier attempt no longer counts. */
export type AttemptProgress = Progress & { attempt: number };

/** A job of BullMQ's. */
export type Bull = BullJob<JobData, null, string>;

/** Returns BullMQ's id of a job. BullMQ keeps data beside jobs under names that job ids must not equal. */
export function bullId(id: string): string {
  return `job-${id}`;
}

/** Returns our id of a job of BullMQ's: the inverse of {@link bullId}. */
export function idOf(bull: string): string {
  return bull.slice("job-".length);
}

/** Our states by BullMQ's. */
export const STATES: Readonly<Record<string, JobState>> = {
  waiting: "queued",
  prioritized: "queued",
  active: "running",
  completed: "done",
  failed: "failed",
};

/** Returns the number of attempts that count against the limit. */
export function attemptsOf(bull: Bull): number {
  return bull.attemptsStarted - bull.data.released;
}

/** Translates a job of BullMQ's that is in a given state. */
export function jobOf(bull: Bull, state: JobState): Job {
  const { client, scan, method } = bull.data;
  const attempt = bull.attemptsStarted || null;
  return {
    id: idOf(bull.id!),
    client,
    state,
    scan,
    method,
    attempts: attemptsOf(bull),
    attempt,
    createdAt: bull.timestamp,
    startedAt: bull.processedOn ?? null,
    finishedAt: bull.finishedOn ?? null,
    progress: progressOf(bull.progress, attempt),
    problem: state === "failed" ? JSON.parse(bull.failedReason) : null,
  };
}

function progressOf(kept: unknown, attempt: number | null): Progress | null {
  // BullMQ's progress is 0 until some is reported.
  if (typeof kept !== "object" || kept === null) return null;
  const progress = kept as AttemptProgress;
  return progress.attempt === attempt ? omit(progress, ["attempt"]) : null;
}
