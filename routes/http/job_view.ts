/**
 * A job as its client sees it, in JSON.
 *
 * @module
 */
import type { Job } from "../../lib/serving/queue/job.ts";

/** Returns the path of a job. */
export function jobPath({ id }: Pick<Job, "id">): string {
  return `/v1/jobs/${id}`;
}

/** Returns the public members of a job; its client and its worker are not among them. */
export function jobView(job: Job) {
  const { id, state, scan, method, attempts, progress, problem } = job;
  const path = jobPath(job);
  return {
    id,
    state,
    scan,
    method,
    attempts,
    createdAt: timeOf(job.createdAt),
    startedAt: timeOf(job.startedAt),
    finishedAt: timeOf(job.finishedAt),
    progress,
    ...(problem ? { problem } : {}),
    links: {
      self: path,
      events: `${path}/events`,
      result: `${path}/result`,
      cloud: `${path}/cloud`,
    },
  };
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
