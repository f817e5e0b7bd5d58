/**
 * `POST /v1/segment`: a scan in, as the raw body or as a form with its photographs and cameras; the same
 * file with labels out, or JSON.
 *
 * @module
 */
import { Hono } from "hono";
import { convertScan, readScan, type Scan, writeScan } from "../lib/scan/mod.ts";
import { readViews, type Views } from "../lib/scan/views.ts";
import { methodOf, OptionError, segmentOptions } from "../lib/ttt/options.ts";
import type { GpuTurns } from "../lib/ttt/turns.ts";
import type { Progress, Segmenter, SegmentResult } from "../lib/ttt/types.ts";
import { negotiate } from "./http/accept.ts";
import { RequestError } from "./http/problem.ts";
import { reportHeader } from "./http/report_header.ts";
import { readUpload, type Upload, type UploadLimits } from "./http/upload.ts";

const JSON_TYPE = "application/json";

/** Media types of the scan formats, the usual one first. */
const FILE_TYPES: Readonly<Record<Scan["format"], readonly string[]>> = {
  las: ["application/vnd.las"],
  ply: ["application/ply", "application/x-ply", "model/ply"],
};

/** What the route needs. */
export interface SegmentRouteOptions {
  engine: Segmenter;
  limits: UploadLimits;
  turns: GpuTurns;
  onProgress?: (scan: string, progress: Progress) => void;
}

/** Routes under `/v1/segment`. */
export function segmentRoutes({ engine, limits, turns, onProgress }: SegmentRouteOptions): Hono {
  return new Hono().post("/", async (c) => {
    const signal = c.req.raw.signal;
    using place = turns.enter();
    const upload = await readUpload(c.req.raw, limits);
    const { extraBytes, ...settings } = upload.options;
    const options = segmentOptions(settings, upload.images.length > 0);
    if (methodOf(options.method).online) {
      throw new OptionError(
        `Cannot use ${options.method} here: it learns from scan to scan, and requests share nothing; use ttt-kd`,
        "method",
      );
    }
    const withExtraBytes = flag(extraBytes, "extraBytes");
    const scan = await readScan(upload.scan.bytes, upload.scan.name);
    const type = negotiate(c.req.header("accept"), offersFor(scan));
    const { photos, cameras } = await viewsOf(upload);

    await place.turn(signal);
    const result = await engine.segment({
      scan,
      photos,
      cameras,
      options,
      signal,
      ...(onProgress ? { onProgress: (progress) => onProgress(scan.name, progress) } : {}),
    });
    if (type === JSON_TYPE) return c.json(jsonAnswer(engine, result));
    const format = FILE_TYPES.las.includes(type)
      ? "las"
      : FILE_TYPES.ply.includes(type)
      ? "ply"
      : scan.format;
    const bytes = writeScan(convertScan(scan, format), {
      labels: result.labels,
      confidence: result.confidence,
      asprs: engine.student.asprs,
      extraBytes: withExtraBytes,
    });
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      "content-type": type,
      "content-disposition": `attachment; filename="labelled.${format}"`,
      ...(scan.unpacked && format === "las" ? { "x-tttkd-converted": "laz to las" } : {}),
      "x-tttkd-report": reportHeader(result.report),
    });
  });
}

/** The media types that a scan can be answered in, the favourite first: its own format, JSON, the other. */
function offersFor(scan: Scan): string[] {
  const converted = [...FILE_TYPES.las, ...FILE_TYPES.ply];
  return [...FILE_TYPES[scan.format], "application/octet-stream", JSON_TYPE, ...converted];
}

/** Labels and confidences as plain arrays, the latter to four decimals. */
function jsonAnswer(engine: Segmenter, result: SegmentResult) {
  return {
    classes: engine.student.classes,
    labels: Array.from(result.labels),
    confidence: Array.from(result.confidence, (value) => Math.round(value * 1e4) / 1e4),
    report: result.report,
  };
}

async function viewsOf({ images, cameras }: Upload): Promise<Views> {
  if (cameras.length > 0) return await readViews(images, cameras);
  if (images.length === 0) return { photos: [], cameras: [] };
  throw new RequestError(
    422,
    "Cannot use images without cameras: send cameras.json as the part cameras",
    { field: "cameras" },
  );
}

function flag(value: unknown, field: string): boolean {
  if (value === undefined || value === false || value === "false") return false;
  if (value === true || value === "true") return true;
  throw new OptionError(
    `Cannot set ${field} to ${JSON.stringify(value)}: it is true or false`,
    field,
  );
}
