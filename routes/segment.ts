/**
 * `POST /v1/segment`: a scan in, as the raw body or as a form with its photographs and cameras; the same
 * file with labels out, or JSON. The client waits; who does not want to hands in a job.
 *
 * @module
 */
import { Hono } from "hono";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InputOptions, inputOptions, openScan, openViews } from "../lib/jobs/input.ts";
import { removeFolder } from "../lib/jobs/sweep.ts";
import type { Scan } from "../lib/scan/mod.ts";
import type { Views } from "../lib/scan/views.ts";
import type { GpuTurns } from "../lib/ttt/turns.ts";
import type { Progress, Segmenter } from "../lib/ttt/types.ts";
import { answer, answerType } from "./http/answer.ts";
import { receiveInput, type UploadLimits } from "./http/upload.ts";

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
    let type = "";
    const { scan, views, options } = await readRequest(
      c.req.raw,
      limits,
      (scan) => type = answerType(c, scan),
    );
    await place.turn(signal);
    const result = await engine.segment({
      scan,
      ...views,
      options: options.segment,
      signal,
      ...(onProgress ? { onProgress: (progress) => onProgress(scan.name, progress) } : {}),
    });
    return answer(c, type, scan, result, engine.student, options.extraBytes);
  });
}

/**
 * A request as the engine takes it; its files are gone from the disk again.
 *
 * @param check called with the scan before the photographs are decoded.
 */
async function readRequest(
  request: Request,
  limits: UploadLimits,
  check: (scan: Scan) => void,
): Promise<{ scan: Scan; views: Views; options: InputOptions }> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-upload-"));
  try {
    const input = await receiveInput(request, folder, limits);
    const options = inputOptions(input);
    const scan = await openScan(folder, input);
    check(scan);
    return { scan, views: await openViews(folder, input), options };
  } finally {
    await removeFolder(folder);
  }
}
