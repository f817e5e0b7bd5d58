/**
 * A job as its client sees it, in JSON.
 *
 * @module
 */
import type { ScanReport } from "../../../lib/segment/report/report.ts";
import { MissingResultError, readReport } from "../../../lib/serving/files/result.ts";
import type { JobQueue } from "../../../lib/serving/queue/queue.ts";
import type { Job } from "../../../lib/serving/queue/job.ts";

/** Returns the path of a job. */
export function jobPath({ id }: Pick<Job, "id">): string {
  return `/v1/jobs/${id}`;
}

/**
 * Returns the public members of a job; its client and its worker are not among them.
 *
 * @param report says by which method it was labelled, and what is doubtful; before there is one, the job says what is
 *   expected and known.
 */
export function jobView(job: Job, report?: Pick<ScanReport, "method" | "warnings">) {
  const { id, state, scan, attempts, progress, problem } = job;
  const { method } = report ?? job;
  const warnings = (report ?? progress)?.warnings;
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
    ...(warnings ? { warnings } : {}),
    links: {
      self: path,
      events: `${path}/events`,
      result: `${path}/result`,
      cloud: `${path}/cloud`,
      classes: `${path}/classes`,
      style: `${path}/style`,
    },
  };
}

/** Returns the public members of a job, with those of its report once it is done. */
export async function fullJobView(queue: Pick<JobQueue, "folderOf">, job: Job) {
  if (job.state !== "done") return jobView(job);
  try {
    return jobView(job, await readReport(queue.folderOf(job.id), job.attempt!));
  } catch (error) {
    // Somebody has removed the result, or is removing the job; the route of the result says so.
    if (!(error instanceof MissingResultError)) throw error;
    return jobView(job);
  }
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
