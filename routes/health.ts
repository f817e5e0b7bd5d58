/**
 * Liveness (the event loop answers) and readiness (models are loaded and the GPU answers).
 *
 * @module
 */
import { Hono } from "hono";
import type { Labeller } from "../lib/jobs/labeller.ts";
import { problemResponse } from "./http/problem.ts";

/** Routes under `/health`. */
export function healthRoutes(labeller: Labeller): Hono {
  return new Hono()
    .get("/live", (c) => c.json({ status: "live" }))
    .get("/ready", async (c) => await labeller.ready() ? c.json({ status: "ready" }) : notReady());
}

/** The answer where the GPU does not. */
export function notReady(): Response {
  return problemResponse(
    { status: 503, detail: "Cannot take scans: the GPU does not answer; run `deno task doctor`" },
    new Headers({ "retry-after": "5" }),
  );
}
