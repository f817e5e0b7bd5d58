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
  /** Whose turn it takes; clients share the GPU evenly. */
  readonly client: string;
  readonly state: JobState;
  /** The client's name for its scan. */
  readonly scan: string;
  readonly method: string;
  /** How often it was begun, ends of the server in good order not counted. */
  readonly attempts: number;
  /** Its last beginning, by a number that no other of its beginnings has; names the folder of its result. */
  readonly turn: number | null;
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
