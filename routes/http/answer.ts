/**
 * Chooses the form of an answer and sends it: the client's own file, the other format, an array for NumPy, or JSON.
 *
 * @module
 */
import type { Context } from "hono";
import type { AnswerKind } from "../../lib/serving/files/answer.ts";
import type { Scan } from "../../lib/scan/mod.ts";
import { negotiate } from "./accept.ts";
import { reportHeader } from "./report_header.ts";
import type { SharedAnswers } from "./shared_answers.ts";

/** The media type for the scan's own format, whatever it is. */
const BYTES_TYPE = "application/octet-stream";

/** What is made for a media type: the usual type of a kind first, types with parameters last (see `negotiate`). */
const KINDS: ReadonlyMap<string, AnswerKind> = new Map<string, AnswerKind>([
  ["application/vnd.las", "las"],
  ["application/ply", "ply"],
  ["application/x-ply", "ply"],
  ["model/ply", "ply"],
  ["application/json", "json"],
  ["application/x-npy", "labels"],
  ["application/x-npy;array=confidence", "confidence"],
]);

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
export function answerForm(c: Context, format: Scan["format"]): AnswerForm {
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
  const headers = {
    "content-type": type,
    "content-length": `${made.bytes}`,
    ...(kind === "json" ? {} : {
      "content-disposition": `attachment; filename="${fileName(kind)}"`,
      "x-tttkd-report": reportHeader(made.report),
    }),
    ...(made.unpacked ? { "x-tttkd-converted": "laz to las" } : {}),
  };
  if (c.req.method !== "HEAD") return c.body(made.body(), 200, headers);
  await made.release();
  return c.body(null, 200, headers);
}

/** The media types that a scan can be answered in, by preference: its own format, JSON, the others. */
function offersFor(format: Scan["format"]): string[] {
  const types = [...KINDS.keys()];
  const own = types.filter((type) => KINDS.get(type) === format);
  return [...new Set([...own, BYTES_TYPE, "application/json", ...types])];
}

function fileName(kind: AnswerKind): string {
  if (typeof kind === "object") return "cloud.bin";
  return kind === "las" || kind === "ply" ? `labelled.${kind}` : `${kind}.npy`;
}
