/**
 * `/health`: liveness (the event loop answers) and readiness (the models are loaded, GPU and
 * queue answer, the disk takes uploads, and the server does not stop).
 *
 * @module
 */
import { taskCommand } from "../lib/terminal/task_command.ts";
import { Hono } from "hono";
import { DiskError, requireRoom } from "../lib/serving/files/disk.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { problemResponse } from "./http/problem.ts";

/** Routes under `/health`. */
export function healthRoutes(parts: ReadyParts): Hono {
  return new Hono()
    .get("/live", (c) => c.json({ status: "live" }))
    .get("/ready", async (c) => await notReady(parts) ?? c.json({ status: "ready" }));
}

/** What has to be ready. */
export interface ReadyParts {
  labeller: Labeller;
  queue?: JobQueue;
  /** Bytes of the disk below which no upload is taken. */
  reserveBytes: number;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
}

/** Returns a problem where the GPU or the queue does not answer, the disk has no room, or the server stops; null where all is well. */
export async function notReady(
  { labeller, queue, reserveBytes, stopping }: ReadyParts,
): Promise<Response | null> {
  const retry = new Headers({ "retry-after": "5" });
  if (stopping.aborted) {
    return problemResponse(
      { status: 503, detail: "Cannot take scans: the server is stopping" },
      retry,
    );
  }
  if (!await labeller.ready()) {
    const detail = `Cannot take scans: the GPU does not answer; run \`${taskCommand("doctor")}\``;
    return problemResponse({ status: 503, detail }, retry);
  }
  const detail = queue && (await queue.trouble() ?? await lackOfRoom(queue.files, reserveBytes));
  return detail ? problemResponse({ status: 503, detail }, retry) : null;
}

async function lackOfRoom(folder: string, reserveBytes: number): Promise<string | null> {
  try {
    await requireRoom(folder, 0, reserveBytes);
    return null;
  } catch (error) {
    if (error instanceof DiskError) return error.message;
    throw error;
  }
}
