/**
 * Jobs that a client asks for: one by its id, or a list of its own.
 *
 * @module
 */
import type { Context } from "hono";
import { type Job, JOB_STATES, type JobState } from "../../../lib/serving/queue/job.ts";
import type { JobQueue } from "../../../lib/serving/queue/queue.ts";
import { clientOf } from "../client.ts";
import { fullJobView } from "./job_view.ts";
import { RequestError } from "../problem.ts";
import { requireNames, wholeQuery } from "../query.ts";

/** Jobs of a page where the client does not say. */
export const PAGE = 50;
/** The most jobs of a page. */
export const MOST_OF_PAGE = 500;

/** @throws {RequestError} 404 where there is no such job. */
export async function findJob(queue: JobQueue, id: string): Promise<Job> {
  const job = await queue.get(id);
  if (job) return job;
  throw new RequestError(
    404,
    `Cannot find job ${id}: there is none with this id, or it has expired`,
  );
}

/** Answers with the client's own jobs: whoever knows an id may delete a job. */
export async function listJobs(c: Context, queue: JobQueue): Promise<Response> {
  requireNames(c, "the list of jobs", ["state", "limit", "before"]);
  const { state, before } = c.req.query();
  const states = state === undefined ? undefined : statesOf(state);
  const limit = wholeQuery(c, "limit", PAGE, MOST_OF_PAGE, "jobs of a page");
  if (before !== undefined) await findJob(queue, before);
  const found = await queue.list({
    client: clientOf(c),
    limit: limit + 1,
    ...(states ? { states } : {}),
    ...(before === undefined ? {} : { before }),
  });
  const page = found.slice(0, limit);
  const jobs = await Promise.all(page.map((job) => fullJobView(queue, job)));
  if (found.length <= limit) return c.json({ jobs, next: null });
  const next = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    limit: `${limit}`,
    before: page.at(-1)!.id,
  });
  return c.json({ jobs, next: `/v1/jobs?${next}` });
}

/** Reads states, separated by commas. @throws {RequestError} 422 naming one that there is not. */
function statesOf(text: string): JobState[] {
  return text.split(",").map((name) => {
    const state = JOB_STATES.find((state) => state === name);
    if (state) return state;
    throw new RequestError(
      422,
      `Cannot list jobs of the state ${JSON.stringify(name)}: there are ${JOB_STATES.join(", ")}`,
      { field: "state" },
    );
  });
}
