/**
 * `/v1/jobs`: scans that are labelled while their clients are away. An accepted job survives restarts of the server. It
 * can be followed, cancelled, and its result fetched until it expires.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { mkdir } from "node:fs/promises";
import { CLOUD_POINTS, MOST_CLOUD_POINTS } from "../lib/serving/files/cloud.ts";
import { syncFolder } from "../lib/serving/files/durable.ts";
import { admit } from "../lib/serving/files/admission.ts";
import { corrected, shareFiles } from "../lib/serving/files/corrected_input.ts";
import { type Input, openFormat, readInput, writeInput } from "../lib/serving/files/input.ts";
import { dropAccepted, writeAccepted } from "../lib/serving/queue/accepted_job.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import { isOver, type Job } from "../lib/serving/queue/job.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { removeFolder, removeJob } from "../lib/serving/queue/sweep.ts";
import { create as attachment } from "content-disposition";
import { classList, type LabelClasses, qgisStyle } from "../lib/scan/mod.ts";
import { readAnswerClasses } from "../lib/serving/files/answer.ts";
import { readSuggestions } from "../lib/serving/files/result.ts";
import { MOST_SUGGESTIONS, SUGGESTIONS } from "../lib/serving/files/suggestions.ts";
import { answer, type AnswerForm, answerForm, labelledStem } from "./http/answer.ts";
import { clientOf } from "./http/client.ts";
import { jobEvents } from "./http/jobs/job_events.ts";
import { findJob, listJobs } from "./http/jobs/job_list.ts";
import { fullJobView, jobPath, jobView } from "./http/jobs/job_view.ts";
import { receiveOptions } from "./http/options_body.ts";
import { problemResponse, RequestError } from "./http/problem.ts";
import type { SharedAnswers } from "./http/shared_answers.ts";
import { requireNames, wholeQuery } from "./http/query.ts";
import { receiveInput } from "./http/upload.ts";
import type { UploadLimits } from "./http/upload_limits.ts";

/** What the routes need. */
export interface JobRouteOptions {
  labeller: Labeller;
  answers: SharedAnswers;
  queue: JobQueue;
  limits: UploadLimits;
  /** Aborted when the server stops, so that streams of events end. */
  stopping: AbortSignal;
  /** Whether clients are told apart so well that one may list its jobs. */
  isPrivate: boolean;
  /** Milliseconds after which a stream of events has a comment. */
  quietMilliseconds?: number;
}

const QUIET_MILLISECONDS = 15_000;

/** Most bytes of corrections: some hundred thousand points. */
const CORRECTIONS_BYTES = 2 ** 20;

/** Routes under `/v1/jobs`. */
export function jobRoutes(
  {
    labeller,
    answers,
    queue,
    limits,
    stopping,
    isPrivate,
    quietMilliseconds = QUIET_MILLISECONDS,
  }: JobRouteOptions,
): Hono {
  const find = (c: Context) => findJob(queue, c.req.param("id")!);

  /** Answers with a file about the classes of a job's result, to lie beside it. */
  const aboutClasses = (
    type: string,
    name: string,
    text: (student: LabelClasses & { readonly id: string }) => string,
  ) =>
  async (c: Context) => {
    const job = await find(c);
    const refused = refusal(job);
    if (refused) return refused;
    const student = await readAnswerClasses(queue.folderOf(job.id), job.attempt!);
    const file = attachment(`${labelledStem(job.scan)}${name}`);
    return c.body(text(student), 200, { "content-type": type, "content-disposition": file });
  };

  /** Answers with the result of a job, in a form that is chosen once the job is known to have one. */
  const answerJob = async (c: Context, chooseForm: (folder: string) => Promise<AnswerForm>) => {
    const job = await find(c);
    const refused = refusal(job);
    if (refused) return refused;
    const folder = queue.folderOf(job.id);
    try {
      return await answer(c, answers, folder, job.attempt!, await chooseForm(folder));
    } catch (error) {
      // If the job was deleted meanwhile, the answer is 404.
      await find(c);
      throw error;
    }
  };

  return new Hono()
    .post("/", (c) => submitJob(c, queue, labeller, limits))
    .get("/", async (c) => {
      if (isPrivate) return await listJobs(c, queue);
      throw new RequestError(
        403,
        "Cannot list jobs: this server asks for no token, so that others may have your address and would see yours; start it with --token-file",
      );
    })
    .get("/:id", async (c) => c.json(await fullJobView(queue, await find(c))))
    .get("/:id/events", async (c) => {
      const job = await find(c);
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        const signal = AbortSignal.any([left.signal, stopping]);
        // A comment: proxies end a connection that is silent for a minute, and a job may wait for longer.
        const timer = setInterval(() => void stream.write(": waiting\n\n"), quietMilliseconds);
        try {
          for await (const event of jobEvents(queue, job, signal)) await stream.writeSSE(event);
        } finally {
          clearInterval(timer);
        }
      });
    })
    .get("/:id/result", (c) =>
      answerJob(
        c,
        async (folder) => answerForm(c, await openFormat(folder, await readInput(folder))),
      ))
    .get("/:id/cloud", (c) =>
      answerJob(c, () => {
        requireNames(c, "a cloud", ["points"]);
        const kind = { points: wholeQuery(c, "points", CLOUD_POINTS, MOST_CLOUD_POINTS, "points") };
        return Promise.resolve({ type: "application/octet-stream", kind });
      }))
    .get("/:id/suggestions", async (c) => {
      requireNames(c, "suggestions", ["count"]);
      const count = wholeQuery(c, "count", SUGGESTIONS, MOST_SUGGESTIONS, "suggestions");
      const job = await find(c);
      const refused = refusal(job);
      if (refused) return refused;
      const all = await readSuggestions(queue.folderOf(job.id), job.attempt!);
      return c.json({ suggestions: all.slice(0, count) });
    })
    .get("/:id/classes", aboutClasses("application/json", ".classes.json", classList))
    .get("/:id/style", aboutClasses("application/xml", ".qml", qgisStyle))
    .post("/:id/corrections", async (c) => {
      const job = await find(c);
      return refusal(job) ?? await submitCorrected(c, job, queue, labeller, limits);
    })
    .delete("/:id", async (c) => {
      const { id } = await find(c);
      await dropAccepted(queue.folderOf(id));
      if (!await queue.cancel(id)) await removeJob(queue, id);
      return c.body(null, 204);
    });
}

async function submitJob(
  c: Context,
  queue: JobQueue,
  labeller: Labeller,
  limits: UploadLimits,
): Promise<Response> {
  const client = clientOf(c);
  // Refused before it is sent; but only a job whose files are here takes a place.
  (await queue.enter(client))[Symbol.dispose]();
  const id = crypto.randomUUID();
  const folder = queue.folderOf(id);
  await mkdir(folder);
  try {
    const input = await limits.underWay
      .during(client, () => receiveInput(c.req.raw, folder, limits));
    return accepted(c, await accept(queue, id, client, input, labeller));
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** Hands in a job of the files of a job that is done, with corrections. */
async function submitCorrected(
  c: Context,
  job: Job,
  queue: JobQueue,
  labeller: Labeller,
  limits: UploadLimits,
): Promise<Response> {
  const given = await receiveOptions(c.req.raw, limits, CORRECTIONS_BYTES);
  const client = clientOf(c);
  const before = queue.folderOf(job.id);
  const input = corrected(await readInput(before), given);
  const id = crypto.randomUUID();
  const folder = queue.folderOf(id);
  await mkdir(folder);
  try {
    await shareFiles({ folder: before, attempt: job.attempt! }, folder, input);
    return accepted(c, await accept(queue, id, client, input, labeller));
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** Checks what lies in the folder of a job, and hands it in. */
async function accept(
  queue: JobQueue,
  id: string,
  client: string,
  input: Input,
  labeller: Labeller,
): Promise<Job> {
  const folder = queue.folderOf(id);
  const { segment: { method } } = await admit(folder, input, labeller);
  using _place = await queue.enter(client);
  await writeInput(folder, input);
  await syncFolder(queue.files);
  const job = { id, client, scan: input.scan.name, method, createdAt: Date.now() };
  await writeAccepted(folder, job);
  return await queue.submit(job);
}

function accepted(c: Context, job: Job): Response {
  return c.json(jobView(job), 202, { location: jobPath(job) });
}

/**
 * Returns the problem of a job that failed; null for a job with a result.
 *
 * @throws {RequestError} 409 for a job that has not finished, 410 for one that was cancelled.
 */
function refusal(job: Job): Response | null {
  const { id, state, problem } = job;
  if (!isOver(job)) {
    throw new RequestError(
      409,
      `Cannot give the result of job ${id}: it is ${state}; follow ${jobPath({ id })}/events`,
    );
  }
  if (problem) return problemResponse(problem);
  if (state === "done") return null;
  throw new RequestError(410, `Cannot give the result of job ${id}: it was cancelled`);
}
