/**
 * What a job is to everybody who looks at it: the queue that keeps it, the worker that does it, the route
 * that shows it.
 *
 * @module
 */
import type { Progress } from "../../ttt/progress.ts";

/** `queued` and `running` jobs come to one of the other states, and stay there. */
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

/** Why a job failed, as its client reads it: the members of a problem document. */
export interface JobProblem {
  status: number;
  detail: string;
  file?: string;
  offset?: number;
  field?: string;
}

/** One scan to label, some time. Times are milliseconds since 1970. */
export interface Job {
  /** A random UUID: who does not know it does not find the job. */
  readonly id: string;
  /** Who handed it in; clients share the GPU evenly. */
  readonly client: string;
  readonly state: JobState;
  /** The client's name for its scan. */
  readonly scan: string;
  readonly method: string;
  /** How many attempts count against the limit: all but those that ended with an orderly stop of the server. */
  readonly attempts: number;
  /** The number of its latest attempt, from 1; null before the first. It names the folder of the result. */
  readonly attempt: number | null;
  readonly createdAt: number;
  /** When it was begun last. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The last that its worker said of it. */
  readonly progress: Progress | null;
  readonly problem: JobProblem | null;
}

/** Whether a job has come to its end. */
export function isOver({ state }: Pick<Job, "state">): boolean {
  return state !== "queued" && state !== "running";
}
