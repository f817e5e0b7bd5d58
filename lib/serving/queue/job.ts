/**
 * A job as the queue that keeps it, the worker that does it and the route that shows it see it.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";

/** The states of a job. `queued` and `running` jobs end in one of the other states and stay there. */
export const JOB_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** The state of a job. */
export type JobState = typeof JOB_STATES[number];

/** Why a job failed, for its client: the members of a problem document. */
export interface JobProblem {
  status: number;
  detail: string;
  file?: string;
  offset?: number;
  field?: string;
}

/** A scan that waits to be labelled, is being labelled, or was. Times are milliseconds since 1970. */
export interface Job {
  /** A random UUID, so that only those who were told it find the job. */
  readonly id: string;
  /** The client that handed the job in; clients share the GPU evenly. */
  readonly client: string;
  readonly state: JobState;
  /** The client's name for its scan. */
  readonly scan: string;
  readonly method: string;
  /** The number of attempts that count against the limit: all but those that an orderly stop of a server ended. */
  readonly attempts: number;
  /** The number of its latest attempt, from 1; null before the first. It names the folder of the result. */
  readonly attempt: number | null;
  readonly createdAt: number;
  /** When its latest attempt started. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The latest progress that its worker reported. */
  readonly progress: Progress | null;
  readonly problem: JobProblem | null;
}

/** Whether a job has reached a final state. */
export function isOver({ state }: Pick<Job, "state">): boolean {
  return state !== "queued" && state !== "running";
}
