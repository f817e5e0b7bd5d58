/**
 * `/metrics`: counts for Prometheus, in its text format.
 *
 * @module
 */
import { Hono } from "hono";
import { type JobQueue, QueueUnavailableError } from "../lib/jobs/queue.ts";
import type { RequestMetrics } from "./http/observe.ts";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** The route `/metrics`; jobs are among it where there is a queue. */
export function metricsRoutes(requests: RequestMetrics, queue: JobQueue | undefined): Hono {
  return new Hono().get("/", async (c) => {
    const lines = [...requests.lines(), ...(queue ? await jobLines(queue) : [])];
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

/** A queue that does not answer is no reason not to tell the rest. */
async function jobLines(queue: JobQueue): Promise<string[]> {
  let counts: Awaited<ReturnType<JobQueue["counts"]>> | null = null;
  try {
    counts = await queue.counts();
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error;
  }
  return [
    "# HELP tttkd_queue_up Whether the queue answers.",
    "# TYPE tttkd_queue_up gauge",
    `tttkd_queue_up ${counts ? 1 : 0}`,
    ...(counts
      ? [
        "# HELP tttkd_jobs Jobs that are kept, by state.",
        "# TYPE tttkd_jobs gauge",
        ...STATES.map((state) => `tttkd_jobs{state="${state}"} ${counts[state] ?? 0}`),
      ]
      : []),
  ];
}
