/**
 * A client that sends requests and checks the answers against what the server promises.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Upload } from "./seeds.ts";

/** The answer to an upload. */
export interface UploadAnswer {
  /** Status of the response, or of the job's problem. */
  status: number;
  /** Number of labels; 0 for a refusal. */
  labels: number;
}

/** A promise that the server did not keep. */
export class ServerFault extends Error {
  override name = "ServerFault";
}

/** The members of a job that are needed here. */
export interface JobView {
  id: string;
  state: string;
  attempts: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  problem?: { status: number; detail: string };
}

/** Messages of the runtime and of libraries. They tell where a program failed, not what is wrong with a file. */
const RAW = new RegExp(
  [
    "is not (a function|iterable|defined)",
    "Cannot (read propert|convert|destructure|mix BigInt)",
    "Invalid (typed array|array|string|array buffer) length",
    "outside the bounds|out of bounds|out of memory|allocation failed",
    "Maximum call stack|unreachable|\\[object |undefined|\\bat \\S+\\.[jt]s",
  ].join("|"),
);
const POLL_MILLISECONDS = 50;
/** Uploads take connections of their own: one that is used again may just have been closed by the server as idle. */
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

/** Returns the form of an upload. */
export function formOf(upload: Upload, options: Record<string, unknown> | File): FormData {
  const form = new FormData();
  const add = (part: string, { name, bytes }: { name: string; bytes: Uint8Array }) =>
    form.append(part, new File([bytes as Uint8Array<ArrayBuffer>], name));
  add("scan", upload.scan);
  for (const image of upload.images) add("images", image);
  for (const cameras of upload.cameras) add("cameras", cameras);
  form.append("options", options instanceof File ? options : JSON.stringify(options));
  return form;
}

/**
 * Sends one upload and checks the answer: labels, or a problem that names its cause; 503 and 429 have to say when to
 * come back.
 *
 * @param milliseconds by which the whole answer has to be there.
 * @throws {ServerFault}
 */
export function sendScan(
  url: string,
  upload: Upload,
  options: Record<string, unknown>,
  milliseconds: number,
  headers: Record<string, string> = {},
): Promise<UploadAnswer> {
  return sendForm(url, formOf(upload, options), milliseconds, headers);
}

/** Sends a form as {@link sendScan} does. */
export async function sendForm(
  url: string,
  form: FormData,
  milliseconds: number,
  headers: Record<string, string> = {},
): Promise<UploadAnswer> {
  const signal = AbortSignal.timeout(milliseconds);
  const response = await answered(() =>
    fetch(`${url}/v1/segment`, {
      method: "POST",
      body: form,
      headers: { accept: "application/json", ...headers },
      signal,
      client,
    })
  );
  const text = await answered(() => response.text());
  if (response.status === 200) return { status: 200, labels: labelsIn(text) };
  requireProblem(response, text);
  return { status: response.status, labels: 0 };
}

/**
 * Submits an upload as a job and waits for its end.
 *
 * @throws {ServerFault}
 */
export function sendJob(
  url: string,
  upload: Upload,
  options: Record<string, unknown>,
  milliseconds: number,
): Promise<UploadAnswer> {
  return submitForm(url, formOf(upload, options), milliseconds);
}

/** Submits a form as {@link sendJob} does. */
export async function submitForm(
  url: string,
  form: FormData,
  milliseconds: number,
): Promise<UploadAnswer> {
  const signal = AbortSignal.timeout(milliseconds);
  const response = await answered(() =>
    fetch(`${url}/v1/jobs`, { method: "POST", body: form, signal, client })
  );
  const text = await answered(() => response.text());
  if (response.status !== 202) {
    requireProblem(response, text);
    return { status: response.status, labels: 0 };
  }
  const job = await endOf(url, JSON.parse(text).id, signal);
  if (job.state === "failed") requireCause(job.problem!);
  else if (job.state !== "done") throw new ServerFault(`the job ended as ${job.state}`);
  const result = await answered(() =>
    fetch(`${url}/v1/jobs/${job.id}/result`, { headers: { accept: "application/json" }, signal })
  );
  const body = await answered(() => result.text());
  await (await fetch(`${url}/v1/jobs/${job.id}`, { method: "DELETE" })).body?.cancel();
  if (job.state === "done") return { status: 200, labels: labelsIn(body) };
  requireProblem(result, body);
  return { status: job.problem!.status, labels: 0 };
}

/** Waits until a job has ended, and returns it. */
export async function endOf(url: string, id: string, signal: AbortSignal): Promise<JobView> {
  for (;;) {
    const job = await answered(async (): Promise<JobView> =>
      await (await fetch(`${url}/v1/jobs/${id}`, { signal })).json()
    );
    if (job.state !== "queued" && job.state !== "running") return job;
    await answered(() => sleep(POLL_MILLISECONDS, undefined, { signal }));
  }
}

/** Checks that the server is live and ready. @throws {ServerFault} */
export async function requireHealth(url: string, milliseconds: number): Promise<void> {
  const signal = AbortSignal.timeout(milliseconds);
  for (const path of ["live", "ready"]) {
    const response = await answered(() => fetch(`${url}/health/${path}`, { signal }));
    await response.body?.cancel();
    if (response.status !== 200) throw new ServerFault(`health/${path} answers ${response.status}`);
  }
}

/** Checks a refusal against RFC 9457 and the rules of the server. @throws {ServerFault} */
export function requireProblem(response: Response, text: string): void {
  const { status, headers } = response;
  const show = `status ${status}: ${text.slice(0, 300)}`;
  if (headers.get("content-type") !== "application/problem+json") {
    throw new ServerFault(`it is not a problem document; ${show}`);
  }
  const problem = JSON.parse(text);
  if (problem.status !== status) throw new ServerFault(`its document has another status; ${show}`);
  if ((status === 503 || status === 429) && !headers.has("retry-after")) {
    throw new ServerFault(`it does not say when to come back; ${show}`);
  }
  requireCause(problem);
}

/** Checks that a problem blames the client and names the cause. @throws {ServerFault} */
function requireCause({ status, detail }: { status: number; detail: string }): void {
  const show = `status ${status}: ${String(detail).slice(0, 300)}`;
  if (!(status >= 400 && status < 500) && status !== 503) throw new ServerFault(show);
  if (typeof detail !== "string" || !/^Cannot \S/.test(detail)) {
    throw new ServerFault(`it names no cause; ${show}`);
  }
  if (RAW.test(detail)) throw new ServerFault(`it shows a message of the runtime; ${show}`);
}

/** Counts the labels of a JSON answer and checks their confidences. @throws {ServerFault} */
function labelsIn(text: string): number {
  const { labels, confidence } = JSON.parse(text) as {
    labels: unknown[];
    confidence: (number | null)[];
  };
  if (labels.length === 0 || labels.length !== confidence.length) {
    throw new ServerFault(`it has ${labels.length} labels and ${confidence.length} confidences`);
  }
  const bad = confidence.findIndex((value) => !(value !== null && value >= 0 && value <= 1));
  if (bad >= 0) throw new ServerFault(`confidence ${bad} is ${confidence[bad]}`);
  return labels.length;
}

/** Makes a request. A connection that ends and a deadline that passes are faults of the server. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const timeout = (cause as Error).name === "TimeoutError" ||
      (cause as Error).name === "AbortError";
    throw new ServerFault(timeout ? "no answer in time" : `no answer: ${reasonOf(cause as Error)}`);
  }
}

/** The innermost message of an error. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? reasonOf(cause) : message;
}
