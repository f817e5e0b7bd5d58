/**
 * Chooses the form of an answer and sends it: the client's own file, the other format, an array for NumPy, or JSON.
 *
 * @module
 */
import { ifNoneMatch } from "@std/http/etag";
import { create as attachment } from "content-disposition";
import type { Context } from "hono";
import { basename } from "node:path";
import type { AnswerKind } from "../../lib/serving/files/answer.ts";
import { answerExtension, SCAN_FORMATS, type ScanFormat } from "../../lib/scan/mod.ts";
import { negotiate } from "./accept.ts";
import { reportHeader } from "./report_header.ts";
import { requestedRange } from "./file_body.ts";
import { problemResponse } from "./problem.ts";
import type { SharedAnswer, SharedAnswers } from "./shared_answers.ts";

/** The media type for the scan's own format, whatever it is. */
const BYTES_TYPE = "application/octet-stream";

/** What is made for a media type: the usual type of a kind first, types with parameters last (see `negotiate`). */
const KINDS: ReadonlyMap<string, AnswerKind> = new Map<string, AnswerKind>([
  ["application/vnd.las", "las"],
  ["application/ply", "ply"],
  ["application/x-ply", "ply"],
  ["model/ply", "ply"],
  ["application/x-pcd", "pcd"],
  ["text/csv", "csv"],
  ["application/json", "json"],
  ["application/x-npy", "labels"],
  ["application/x-npy;array=confidence", "confidence"],
  ["application/x-npy;array=probabilities", "probabilities"],
  ["application/x-npy;array=instances", "instances"],
]);

/** The kinds that are arrays of NumPy. */
const ARRAYS: readonly AnswerKind[] = ["labels", "confidence", "probabilities", "instances"];

/** The form of an answer. */
export interface AnswerForm {
  /** The media type. */
  type: string;
  kind: AnswerKind;
}

/**
 * Chooses the form of an answer.
 *
 * @param format of the scan.
 * @throws {RequestError} 406, naming the media types that this scan can be answered in.
 */
export function answerForm(c: Context, format: ScanFormat): AnswerForm {
  const type = negotiate(c.req.raw, offersFor(format));
  return { type, kind: KINDS.get(type) ?? format };
}

/** Makes an answer from the result in a folder and sends it. Its file has no name any more by the time this resolves. */
export async function answer(
  c: Context,
  answers: SharedAnswers,
  folder: string,
  attempt: number,
  { type, kind }: AnswerForm,
): Promise<Response> {
  const made = await answers.take(folder, attempt, kind, c.req.raw.signal);
  const disposition = attachment(fileName(made.report.scan.name, kind));
  const headers = {
    "content-type": type,
    "content-length": `${made.bytes}`,
    ...(kind === "json" ? {} : {
      "content-disposition": disposition,
      "x-tttkd-report": reportHeader(made.report, disposition.length),
    }),
    ...(made.converted ? { "x-tttkd-converted": made.converted } : {}),
  };
  return c.req.method === "POST"
    ? c.body(made.body(), 200, headers)
    : await selected(c, made, headers);
}

/** Sends what a client that fetches a result wants of it: all, a range, its headers, or that it has it already. */
async function selected(
  c: Context,
  made: SharedAnswer,
  headers: Record<string, string>,
): Promise<Response> {
  const { bytes, digest } = made;
  const etag = `"${digest}"`;
  const validators = { etag, "accept-ranges": "bytes", vary: "Accept" };
  const asked = c.req.raw.headers;
  if (!ifNoneMatch(asked.get("if-none-match"), etag)) {
    await made.release();
    return c.body(null, 304, validators);
  }
  if (c.req.method === "HEAD") {
    await made.release();
    return c.body(null, 200, { ...headers, ...validators });
  }
  const range = requestedRange(asked, bytes, etag);
  if (range === null) return c.body(made.body(), 200, { ...headers, ...validators });
  if (range === "unsatisfiable") {
    await made.release();
    const detail = `Cannot send ${asked.get("range")}: the result has ${bytes} bytes`;
    const size = new Headers({ "content-range": `bytes */${bytes}` });
    return problemResponse({ status: 416, detail, field: "range" }, size);
  }
  return c.body(made.body(range), 206, {
    ...headers,
    ...validators,
    "content-length": `${range.end - range.start}`,
    "content-range": `bytes ${range.start}-${range.end - 1}/${bytes}`,
  });
}

/** The media types that a scan can be answered in, by preference: its own format, JSON, the others. */
function offersFor(format: ScanFormat): string[] {
  const types = [...KINDS.keys()];
  const own = types.filter((type) => KINDS.get(type) === format);
  const others = types.filter((type) => isFor(KINDS.get(type)!, format));
  return [...new Set([...own, BYTES_TYPE, "application/json", ...others])];
}

/** Whether a scan can be answered so: all become LAS and PLY, and its other formats are for scans that have them. */
function isFor(kind: AnswerKind, format: ScanFormat): boolean {
  return kind === format || kind === "las" || kind === "ply" ||
    !(SCAN_FORMATS as readonly AnswerKind[]).includes(kind);
}

/** The name of an answer's file after that of the scan: `room_labelled.las`, `room_labelled.confidence.npy`. */
function fileName(scan: string, kind: AnswerKind): string {
  const stem = labelledStem(scan);
  if (typeof kind === "object") return `${stem}.cloud.bin`;
  if (ARRAYS.includes(kind)) {
    return `${stem}.${kind}.npy`;
  }
  const format = SCAN_FORMATS.find((format) => format === kind);
  return stem + (format ? answerExtension(format, scan) : `.${kind}`);
}

/** What the names of all files of an answer begin with. @param scan the client's name for it */
export function labelledStem(scan: string): string {
  const name = basename(scan.replaceAll("\\", "/")).replace(/\.\w+$/, "");
  return `${name || "scan"}_labelled`;
}
