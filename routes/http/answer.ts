/**
 * The labels of a scan as the client wants them: its own file, the other format, or JSON.
 *
 * @module
 */
import type { Context } from "hono";
import type { JobResult } from "../../lib/jobs/result.ts";
import type { StudentCard } from "../../lib/nn/card.ts";
import { convertScan, type Scan, writeScan } from "../../lib/scan/mod.ts";
import { negotiate } from "./accept.ts";
import { reportHeader } from "./report_header.ts";

const JSON_TYPE = "application/json";

/** Media types of the scan formats, the usual one first. */
const FILE_TYPES: Readonly<Record<Scan["format"], readonly string[]>> = {
  las: ["application/vnd.las"],
  ply: ["application/ply", "application/x-ply", "model/ply"],
};

/**
 * Chooses the media type of an answer.
 *
 * @throws {RequestError} 406, naming what this scan can be answered as.
 */
export function answerType(c: Context, scan: Scan): string {
  return negotiate(c.req.header("accept"), offersFor(scan));
}

/** Answers in a type that {@link answerType} chose. */
export function answer(
  c: Context,
  type: string,
  scan: Scan,
  result: JobResult,
  student: StudentCard,
  extraBytes: boolean,
): Response {
  if (type === JSON_TYPE) return c.json(jsonAnswer(student, result));
  const format = FILE_TYPES.las.includes(type)
    ? "las"
    : FILE_TYPES.ply.includes(type)
    ? "ply"
    : scan.format;
  const bytes = writeScan(convertScan(scan, format), {
    labels: result.labels,
    confidence: result.confidence,
    asprs: student.asprs,
    extraBytes,
  });
  return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
    "content-type": type,
    "content-disposition": `attachment; filename="labelled.${format}"`,
    ...(scan.unpacked && format === "las" ? { "x-tttkd-converted": "laz to las" } : {}),
    "x-tttkd-report": reportHeader(result.report),
  });
}

/** The media types that a scan can be answered in, the favourite first: its own format, JSON, the other. */
function offersFor(scan: Scan): string[] {
  const converted = [...FILE_TYPES.las, ...FILE_TYPES.ply];
  return [...FILE_TYPES[scan.format], "application/octet-stream", JSON_TYPE, ...converted];
}

/** Labels and confidences as plain arrays, the latter to four decimals. */
function jsonAnswer({ classes }: StudentCard, { labels, confidence, report }: JobResult) {
  return {
    classes,
    labels: Array.from(labels),
    confidence: Array.from(confidence, (value) => Math.round(value * 1e4) / 1e4),
    report,
  };
}
