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

/** Progress is of one turn; that of an earlier one no longer counts. */
export type TurnProgress = Progress & { turn: number };

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
  const turn = bull.attemptsStarted || null;
  return {
    id: idOf(bull.id!),
    client,
    state,
    scan,
    method,
    attempts: attemptsOf(bull),
    turn,
    createdAt: bull.timestamp,
    startedAt: bull.processedOn ?? null,
    finishedAt: bull.finishedOn ?? null,
    progress: progressOf(bull.progress, turn),
    problem: state === "failed" ? JSON.parse(bull.failedReason) : null,
  };
}

function progressOf(kept: unknown, turn: number | null): Progress | null {
  // Zero until there is some.
  if (typeof kept !== "object" || kept === null) return null;
  const { turn: itsTurn, ...progress } = kept as TurnProgress;
  return itsTurn === turn ? progress : null;
}
