/**
 * Liveness (the event loop answers) and readiness (models are loaded, the GPU and
 * the queue answer).
 *
 * @module
 */
import { Hono } from "hono";
import type { JobQueue } from "../lib/jobs/queue.ts";
import type { Segmenter } from "../lib/ttt/types.ts";
import { problemResponse } from "./http/problem.ts";

/** Routes under `/health`. */
export function healthRoutes(engine: Segmenter, queue?: JobQueue): Hono {
  return new Hono()
    .get("/live", (c) => c.json({ status: "live" }))
    .get("/ready", async (c) => {
      if (!await engine.ready()) {
        return notReady("Cannot take scans: the GPU does not answer; run `deno task doctor`");
      }
      if (queue && !await queue.ready()) {
        return notReady("Cannot take jobs: the queue does not answer; start its Redis again");
      }
      return c.json({ status: "ready" });
    });
}

function notReady(detail: string): Response {
  return problemResponse({ status: 503, detail }, new Headers({ "retry-after": "5" }));
}
