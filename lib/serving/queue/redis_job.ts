/**
 * A job as BullMQ keeps it, and what it says of ours.
 *
 * @module
 */
import type { Job as BullJob } from "bullmq";
import type { Progress } from "../../ttt/progress.ts";
import type { Job, JobState } from "./job.ts";

/** What BullMQ keeps of a job beside its own. */
export interface JobData {
  client: string;
  scan: string;
  method: string;
  /** Beginnings that do not count as attempts. */
  released: number;
}

/** Progress of one attempt; that of an earlier attempt no longer counts. */
export type AttemptProgress = Progress & { attempt: number };

/** A job as BullMQ hands it out. */
export type Bull = BullJob<JobData, null, string>;

/** BullMQ keeps its own things beside jobs, under names that jobs must not have. */
export const bullId = (id: string) => `job-${id}`;
/** The other way round. */
export const idOf = (bull: string) => bull.slice("job-".length);

/** Our states by BullMQ's. */
export const STATES: Readonly<Record<string, JobState>> = {
  waiting: "queued",
  prioritized: "queued",
  active: "running",
  completed: "done",
  failed: "failed",
};

/** Beginnings that count. */
export function attemptsOf(bull: Bull): number {
  return bull.attemptsStarted - bull.data.released;
}

/** What BullMQ keeps of a job, as the job that it is in a state. */
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
  // Zero until there is some.
  if (typeof kept !== "object" || kept === null) return null;
  const { attempt: itsAttempt, ...progress } = kept as AttemptProgress;
  return itsAttempt === attempt ? progress : null;
}
