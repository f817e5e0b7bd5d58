/**
 * `/health`: liveness (the event loop answers) and readiness (the models are loaded, and GPU and queue answer).
 *
 * @module
 */
import { taskCommand } from "../lib/terminal/task_command.ts";
import { Hono } from "hono";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { problemResponse } from "./http/problem.ts";

/** Routes under `/health`. */
export function healthRoutes(labeller: Labeller, queue?: JobQueue): Hono {
  return new Hono()
    .get("/live", (c) => c.json({ status: "live" }))
    .get("/ready", async (c) => await notReady(labeller, queue) ?? c.json({ status: "ready" }));
}

/** Returns a problem where the GPU or the queue does not answer; null where both do. */
export async function notReady(labeller: Labeller, queue?: JobQueue): Promise<Response | null> {
  const retry = new Headers({ "retry-after": "5" });
  if (!await labeller.ready()) {
    const detail = `Cannot take scans: the GPU does not answer; run \`${taskCommand("doctor")}\``;
    return problemResponse({ status: 503, detail }, retry);
  }
  if (queue && !await queue.ready()) {
    const detail = "Cannot take jobs: the queue does not answer; start its Redis again";
    return problemResponse({ status: 503, detail }, retry);
  }
  return null;
}
