/**
 * `/v1/jobs`: scans that are labelled while their clients are away. A job that was accepted is done, whatever
 * happens to the server; it can be watched, stopped, and its result fetched until it is swept.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { mkdir } from "node:fs/promises";
import { syncFolder } from "../lib/jobs/durable.ts";
import { inputOptions, openScan, readInput, writeInput } from "../lib/jobs/input.ts";
import { isOver, type Job } from "../lib/jobs/job.ts";
import type { JobQueue } from "../lib/jobs/queue.ts";
import { readResult } from "../lib/jobs/result.ts";
import { removeFolder, removeJob } from "../lib/jobs/sweep.ts";
import type { Segmenter } from "../lib/ttt/types.ts";
import { answer, answerType } from "./http/answer.ts";
import { clientOf } from "./http/client.ts";
import { jobEvents } from "./http/job_events.ts";
import { jobPath, jobView } from "./http/job_view.ts";
import { problemResponse, RequestError } from "./http/problem.ts";
import { receiveInput, type UploadLimits } from "./http/upload.ts";

/** What the routes need. */
export interface JobRouteOptions {
  engine: Segmenter;
  queue: JobQueue;
  limits: UploadLimits;
  /** Aborted when the server stops: streams of events end. */
  stopping: AbortSignal;
}

/** Routes under `/v1/jobs`. */
export function jobRoutes({ engine, queue, limits, stopping }: JobRouteOptions): Hono {
  const jobOf = (c: Context): Job => {
    const job = queue.get(c.req.param("id")!);
    if (job) return job;
    throw new RequestError(
      404,
      `Cannot find job ${c.req.param("id")}: there is none of this id, or its time was over`,
    );
  };

  return new Hono()
    .post("/", async (c) => {
      const client = clientOf(c);
      using _place = queue.enter(client);
      const id = crypto.randomUUID();
      const folder = queue.folderOf(id);
      await mkdir(folder);
      let job: Job;
      try {
        const input = await receiveInput(c.req.raw, folder, limits);
        const { segment } = inputOptions(input);
        await writeInput(folder, input);
        await syncFolder(queue.files);
        job = queue.submit({ id, client, scan: input.scan.name, method: segment.method });
      } catch (error) {
        await removeFolder(folder);
        throw error;
      }
      return c.json(jobView(job), 202, { location: jobPath(job) });
    })
    .get("/:id", (c) => c.json(jobView(jobOf(c))))
    .get("/:id/events", (c) => {
      const { id } = jobOf(c);
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        const signal = AbortSignal.any([left.signal, stopping]);
        for await (const event of jobEvents(queue, id, signal)) await stream.writeSSE(event);
      });
    })
    .get("/:id/result", async (c) => {
      const job = jobOf(c);
      if (!isOver(job)) throw notYet(job);
      if (job.problem) return problemResponse(job.problem);
      if (job.state === "cancelled") {
        throw new RequestError(410, `Cannot give the result of job ${job.id}: it was cancelled`);
      }
      const folder = queue.folderOf(job.id);
      const input = await readInput(folder);
      const scan = await openScan(folder, input);
      const type = answerType(c, scan);
      const result = await readResult(folder, job.turn!);
      return answer(c, type, scan, result, engine.student, inputOptions(input).extraBytes);
    })
    .delete("/:id", async (c) => {
      const { id } = jobOf(c);
      if (!queue.cancel(id)) await removeJob(queue, id);
      return c.body(null, 204);
    });
}

function notYet({ id, state }: Job): RequestError {
  return new RequestError(
    409,
    `Cannot give the result of job ${id}: it is ${state}; follow ${jobPath({ id })}/events`,
  );
}
