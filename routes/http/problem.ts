/**
 * Errors as RFC 9457 problem documents. This is the one place that maps error classes to statuses; the rest of the
 * program throws errors that say what is wrong and how to mend it.
 *
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { JobProblem } from "../../lib/serving/queue/job.ts";
import { diskErrorOf } from "../../lib/serving/files/disk.ts";
import { DamagedFileError } from "../../lib/serving/files/durable.ts";
import { MissingFilesError } from "../../lib/serving/files/input.ts";
import { LabellerLostError } from "../../lib/serving/labeller/labeller.ts";
import { MissingResultError } from "../../lib/serving/files/result.ts";
import { QueueFullError, QueueUnavailableError } from "../../lib/serving/queue/queue.ts";
import { GpuLostError, GpuUnavailableError } from "../../lib/gpu/mod.ts";
import { InputError, MemoryError } from "../../lib/scan/mod.ts";
import {
  SessionConflictError,
  SessionGoneError,
  SessionsFullError,
} from "../../lib/serving/sessions/session.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { BusyError } from "../../lib/concurrency/fifo_semaphore.ts";
import { StoppingError } from "./stopping.ts";

/** A request that cannot be served, with its status; only routes throw it. */
export class RequestError extends HTTPException {
  constructor(
    status: ContentfulStatusCode,
    message: string,
    readonly members: { file?: string; field?: string } = {},
  ) {
    super(status, { message });
  }
}

const CLIENT_GONE: JobProblem = { status: 499, detail: "The client closed the request" };

/** Answers with the problem that a handler threw. */
export function onError(error: Error, c: Context): Response {
  const gone = c.req.raw.signal.aborted;
  const disk = diskErrorOf(error);
  const problem = gone ? CLIENT_GONE : problemOf(error);
  if (problem.status === 500) console.error(error);
  const headers = new Headers();
  if (
    error instanceof BusyError || error instanceof QueueFullError ||
    error instanceof LabellerLostError || error instanceof QueueUnavailableError ||
    error instanceof SessionsFullError || error instanceof StoppingError
  ) {
    headers.set("retry-after", `${error.retryAfterSeconds}`);
  } else if (disk) {
    headers.set("retry-after", `${disk.retryAfterSeconds}`);
  } else if (isGpuGone(error)) {
    headers.set("retry-after", "5");
  }
  // Otherwise the connection would wait for the rest of the body.
  if (problem.status === 408) headers.set("connection", "close");
  if (error instanceof HTTPException) {
    const challenge = error.getResponse().headers.get("www-authenticate");
    if (challenge) headers.set("www-authenticate", challenge);
  }
  return problemResponse(problem, headers);
}

/** Answers a request that matches no route. */
export function notFound(c: Context): Response {
  return problemResponse({
    status: 404,
    detail: `Cannot ${c.req.method} ${c.req.path}: GET / lists the endpoints`,
  });
}

/** Returns a problem document; `error` repeats the detail for clients of the Open Inference Protocol. */
export function problemResponse(problem: JobProblem, headers: Headers = new Headers()): Response {
  const title = STATUS_CODES[problem.status] ?? "Client Closed Request";
  headers.set("content-type", "application/problem+json");
  return new Response(
    JSON.stringify({ type: "about:blank", title, ...problem, error: problem.detail }),
    { status: problem.status, headers },
  );
}

/** Returns why a job failed; null where this machine is at fault and another attempt may succeed. */
export function jobProblem(error: Error): JobProblem | null {
  if (isGpuGone(error) || error instanceof LabellerLostError) return null;
  if (error instanceof MissingFilesError || diskErrorOf(error)) return null;
  const problem = problemOf(error);
  if (problem.status === 500) console.error(error);
  return problem;
}

/** Returns the problem that an error is, with bounded texts: names and values of a client may be of any length. */
function problemOf(error: Error): JobProblem {
  const problem = fullProblemOf(error);
  const { detail, file, field } = problem;
  return {
    ...problem,
    detail: bounded(detail),
    ...(file === undefined ? {} : { file: bounded(file) }),
    ...(field === undefined ? {} : { field: bounded(field) }),
  };
}

/** Most characters of a text of a problem, and of a word in it. */
const TEXT_CHARACTERS = 4000;
const WORD_CHARACTERS = 200;

function bounded(text: string): string {
  const words = new RegExp(`(\\S{${WORD_CHARACTERS}})\\S+`, "g");
  const short = text.replace(words, "$1…");
  return short.length <= TEXT_CHARACTERS ? short : `${short.slice(0, TEXT_CHARACTERS)}…`;
}

function fullProblemOf(error: Error): JobProblem {
  const detail = error.message;
  if (error instanceof RequestError) return { status: error.status, detail, ...error.members };
  if (error instanceof HTTPException) {
    return {
      status: error.status,
      detail: detail || "Cannot serve this request without the server's bearer token",
    };
  }
  if (error instanceof InputError) {
    return {
      status: error instanceof MemoryError ? 413 : 422,
      detail,
      file: error.file,
      ...(error.offset === undefined ? {} : { offset: error.offset }),
      ...(error.field === undefined ? {} : { field: error.field }),
    };
  }
  if (error instanceof OptionError) return { status: 422, detail, field: error.field };
  if (error instanceof SessionGoneError) return { status: 404, detail };
  if (error instanceof SessionConflictError) return { status: 409, detail };
  if (error instanceof QueueFullError || error instanceof SessionsFullError) {
    return { status: 429, detail };
  }
  if (error instanceof MissingResultError || error instanceof DamagedFileError) {
    return { status: 410, detail };
  }
  const disk = diskErrorOf(error);
  if (disk) return { status: 507, detail: disk.message };
  if (
    error instanceof BusyError || error instanceof LabellerLostError ||
    error instanceof QueueUnavailableError || error instanceof StoppingError || isGpuGone(error)
  ) {
    return { status: 503, detail };
  }
  return { status: 500, detail: "Something failed inside the server; its log has the details" };
}

function isGpuGone(error: Error): boolean {
  return error instanceof GpuLostError || error instanceof GpuUnavailableError;
}
