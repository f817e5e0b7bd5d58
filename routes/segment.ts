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
import { inputOptions, openFormat, writeInput } from "../lib/serving/files/input.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import { removeFolder } from "../lib/serving/queue/sweep.ts";
import type { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import type { Progress } from "../lib/ttt/progress.ts";
import { answer, answerForm } from "./http/answer.ts";
import { receiveInput, type UploadLimits } from "./http/upload.ts";

/** What the route needs. */
export interface SegmentRouteOptions {
  labeller: Labeller;
  limits: UploadLimits;
  semaphore: FifoSemaphore;
  onProgress?: (scan: string, progress: Progress) => void;
}

/** A folder of one request holds one result. */
const ATTEMPT = 0;

/** Routes under `/v1/segment`. */
export function segmentRoutes(
  { labeller, limits, semaphore, onProgress }: SegmentRouteOptions,
): Hono {
  return new Hono().post("/", async (c) => {
    const { signal } = c.req.raw;
    using reservation = semaphore.reserve();
    const folder = await mkdtemp(join(tmpdir(), "tttkd-upload-"));
    try {
      const input = await receiveInput(c.req.raw, folder, limits);
      // What can be refused at once does not wait for a permit.
      inputOptions(input);
      const form = answerForm(c, await openFormat(folder, input));
      await writeInput(folder, input);
      await reservation.acquire(signal);
      await labeller.label(folder, ATTEMPT, {
        signal,
        ...(onProgress ? { onProgress: (progress) => onProgress(input.scan.name, progress) } : {}),
      });
      // The next scan need not wait until this one's answer is made.
      reservation.release();
      return await answer(c, labeller, folder, ATTEMPT, form);
    } finally {
      await removeFolder(folder);
    }
  });
}
