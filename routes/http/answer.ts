/**
 * Which answer a client wants, and the answer on its way: its own file, the other format, arrays for NumPy, or
 * JSON.
 *
 * @module
 */
import type { Context } from "hono";
import { rm } from "node:fs/promises";
import type { AnswerKind } from "../../lib/serving/files/answer.ts";
import type { Labeller } from "../../lib/serving/labeller/labeller.ts";
import type { Scan } from "../../lib/scan/mod.ts";
import { negotiate } from "./accept.ts";
import { reportHeader } from "./report_header.ts";

/** The scan's own format, whatever it is. */
const BYTES_TYPE = "application/octet-stream";

/** What is made for a media type, the usual type of a kind first; parameters have to be asked for, so they come last. */
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
  /** Its media type. */
  type: string;
  kind: AnswerKind;
}

/**
 * Chooses the form of an answer.
 *
 * @param format the scan's own.
 * @throws {RequestError} 406, naming what this scan can be answered as.
 */
export function answerForm(c: Context, format: Scan["format"]): AnswerForm {
  const type = negotiate(c.req.raw, offersFor(format));
  return { type, kind: KINDS.get(type) ?? format };
}

/** Has an answer made of the result in a folder, and sends it. Its file is gone once this resolves. */
export async function answer(
  c: Context,
  labeller: Labeller,
  folder: string,
  attempt: number,
  { type, kind }: AnswerForm,
): Promise<Response> {
  const made = await labeller.answer(folder, attempt, kind, c.req.raw.signal);
  const headers = {
    "content-type": type,
    "content-length": `${made.bytes}`,
    ...(kind === "json" ? {} : {
      "content-disposition": `attachment; filename="${fileName(kind)}"`,
      "x-tttkd-report": reportHeader(made.report),
    }),
    ...(made.unpacked ? { "x-tttkd-converted": "laz to las" } : {}),
  };
  try {
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    // An open file outlives its name, so nothing stays behind, however the client leaves.
    const { readable } = await Deno.open(made.path);
    return c.body(readable, 200, headers);
  } finally {
    // A job that is removed meanwhile takes its answers along.
    await rm(made.path, { force: true });
  }
}

/** The media types that a scan can be answered in, the favourite first: its own format, JSON, the others. */
function offersFor(format: Scan["format"]): string[] {
  const types = [...KINDS.keys()];
  const own = types.filter((type) => KINDS.get(type) === format);
  return [...new Set([...own, BYTES_TYPE, "application/json", ...types])];
}

function fileName(kind: AnswerKind): string {
  if (typeof kind === "object") return "cloud.bin";
  return kind === "las" || kind === "ply" ? `labelled.${kind}` : `${kind}.npy`;
}
