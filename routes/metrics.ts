/**
 * `/metrics`: counts for Prometheus, in its text format.
 *
 * @module
 */
import { Hono } from "hono";
import type { JobQueue } from "../lib/jobs/queue.ts";
import type { RequestMetrics } from "./http/observe.ts";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** The route `/metrics`; jobs are among it where there is a queue. */
export function metricsRoutes(requests: RequestMetrics, queue: JobQueue | undefined): Hono {
  return new Hono().get("/", (c) => {
    const lines = [...requests.lines(), ...(queue ? jobLines(queue) : [])];
    const { rss } = Deno.memoryUsage();
    lines.push(
      "# HELP process_resident_memory_bytes Resident memory of the server.",
      "# TYPE process_resident_memory_bytes gauge",
      `process_resident_memory_bytes ${rss}`,
    );
    return c.text(lines.join("\n") + "\n", 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
}

function jobLines(queue: JobQueue): string[] {
  const counts = queue.counts();
  return [
    "# HELP tttkd_jobs Jobs that are kept, by state.",
    "# TYPE tttkd_jobs gauge",
    ...STATES.map((state) => `tttkd_jobs{state="${state}"} ${counts[state] ?? 0}`),
  ];
}
