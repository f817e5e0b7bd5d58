/**
 * `/v1/jobs`: scans that are labelled while their clients are away. A job that was accepted is done, whatever
 * happens to the server; it can be watched, stopped, and its result fetched until it is swept.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { mkdir } from "node:fs/promises";
import { CLOUD_POINTS, MOST_CLOUD_POINTS } from "../lib/serving/files/cloud.ts";
import { syncFolder } from "../lib/serving/files/durable.ts";
import { inputOptions, openFormat, readInput, writeInput } from "../lib/serving/files/input.ts";
import { isOver, type Job } from "../lib/serving/queue/job.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { removeFolder, removeJob } from "../lib/serving/queue/sweep.ts";
import { answer, answerForm } from "./http/answer.ts";
import { clientOf } from "./http/client.ts";
import { jobEvents } from "./http/job_events.ts";
import { jobPath, jobView } from "./http/job_view.ts";
import { problemResponse, RequestError } from "./http/problem.ts";
import { receiveInput, type UploadLimits } from "./http/upload.ts";

/** What the routes need. */
export interface JobRouteOptions {
  labeller: Labeller;
  queue: JobQueue;
  limits: UploadLimits;
  /** Aborted when the server stops: streams of events end. */
  stopping: AbortSignal;
}

/** Routes under `/v1/jobs`. */
export function jobRoutes({ labeller, queue, limits, stopping }: JobRouteOptions): Hono {
  const jobOf = async (c: Context): Promise<Job> => {
    const job = await queue.get(c.req.param("id")!);
    if (job) return job;
    throw new RequestError(
      404,
      `Cannot find job ${c.req.param("id")}: there is none of this id, or its time was over`,
    );
  };

  /** What `work` makes of a job that is done. One that was removed meanwhile was not broken, it is not there. */
  const whileThere = async <T>(c: Context, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      await jobOf(c);
      throw error;
    }
  };

  return new Hono()
    .post("/", async (c) => {
      const client = clientOf(c);
      using _place = await queue.enter(client);
      const id = crypto.randomUUID();
      const folder = queue.folderOf(id);
      await mkdir(folder);
      let job: Job;
      try {
        const input = await receiveInput(c.req.raw, folder, limits);
        const { segment } = inputOptions(input);
        await writeInput(folder, input);
        await syncFolder(queue.files);
        job = await queue.submit({ id, client, scan: input.scan.name, method: segment.method });
      } catch (error) {
        await removeFolder(folder);
        throw error;
      }
      return c.json(jobView(job), 202, { location: jobPath(job) });
    })
    .get("/:id", async (c) => c.json(jobView(await jobOf(c))))
    .get("/:id/events", async (c) => {
      const job = await jobOf(c);
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        const signal = AbortSignal.any([left.signal, stopping]);
        for await (const event of jobEvents(queue, job, signal)) await stream.writeSSE(event);
      });
    })
    .get("/:id/result", async (c) => {
      const job = await jobOf(c);
      const refused = refusal(job);
      if (refused) return refused;
      const folder = queue.folderOf(job.id);
      return await whileThere(c, async () => {
        const form = answerForm(c, await openFormat(folder, await readInput(folder)));
        return await answer(c, labeller, folder, job.attempt!, form);
      });
    })
    .get("/:id/cloud", async (c) => {
      const job = await jobOf(c);
      const refused = refusal(job);
      if (refused) return refused;
      const kind = { points: pointsOf(c.req.query("points")) };
      const form = { type: "application/octet-stream", kind };
      return await whileThere(
        c,
        () => answer(c, labeller, queue.folderOf(job.id), job.attempt!, form),
      );
    })
    .delete("/:id", async (c) => {
      const { id } = await jobOf(c);
      if (!await queue.cancel(id)) await removeJob(queue, id);
      return c.body(null, 204);
    });
}

/** Why a job has no result: thrown, or the problem that it ended with. Null where it has one. */
function refusal(job: Job): Response | null {
  if (!isOver(job)) throw notYet(job);
  if (job.problem) return problemResponse(job.problem);
  if (job.state === "done") return null;
  throw new RequestError(410, `Cannot give the result of job ${job.id}: it was cancelled`);
}

/** How many points of a cloud were asked for. */
function pointsOf(text = `${CLOUD_POINTS}`): number {
  const points = Number(text);
  if (Number.isInteger(points) && points >= 1 && points <= MOST_CLOUD_POINTS) return points;
  throw new RequestError(
    422,
    `Cannot show ${
      JSON.stringify(text)
    } points: give a whole number from 1 to ${MOST_CLOUD_POINTS}`,
    { field: "points" },
  );
}

function notYet({ id, state }: Job): RequestError {
  return new RequestError(
    409,
    `Cannot give the result of job ${id}: it is ${state}; follow ${jobPath({ id })}/events`,
  );
}
