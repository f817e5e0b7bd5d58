/**
 * `/metrics`: counts for Prometheus, in its text format.
 *
 * @module
 */
import { Hono } from "hono";
import { statfs } from "node:fs/promises";
import process from "node:process";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";
import type { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import type { RequestMetrics } from "./http/observe.ts";
import type { JobMetrics } from "./http/observe_jobs.ts";
import { family, METRICS_TYPE } from "./http/prometheus.ts";

/** What is counted, and where. */
export interface MetricsRouteOptions {
  requests: RequestMetrics;
  semaphore: FifoSemaphore;
  /** Where there are jobs. */
  jobs?: { metrics: JobMetrics; queue: JobQueue };
  /** Where there are sessions. */
  sessions?: SessionStore;
}

/** The route `/metrics`. */
export function metricsRoutes({ requests, semaphore, jobs, sessions }: MetricsRouteOptions): Hono {
  return new Hono().get("/", async (c) => {
    const lines = [...requests.lines(), ...gpuLines(semaphore), ...processLines()];
    if (jobs) lines.push(...await jobs.metrics.lines(), ...await diskLines(jobs.queue.files));
    if (sessions) lines.push(...await sessionLines(sessions));
    return c.text(lines.join("\n") + "\n", 200, { "content-type": METRICS_TYPE });
  });
}

function gpuLines(semaphore: FifoSemaphore): string[] {
  return [
    ...family(
      "counter",
      "tttkd_gpu_busy_seconds_total",
      "Time during which a scan had its turn on the GPU.",
      [[{}, semaphore.busySeconds]],
    ),
    ...family(
      "gauge",
      "tttkd_gpu_scans_waiting",
      "Scans that are read and wait for their turn on the GPU.",
      [[{}, semaphore.waiting]],
    ),
  ];
}

async function sessionLines(sessions: SessionStore): Promise<string[]> {
  return family("gauge", "tttkd_sessions", "Sessions that are kept.", [
    [{}, await sessions.count()],
  ]);
}

async function diskLines(folder: string): Promise<string[]> {
  const { bavail, bsize } = await statfs(folder);
  return family(
    "gauge",
    "tttkd_data_free_bytes",
    "Space that is left on the disk of the jobs.",
    [[{}, bavail * bsize]],
  );
}

/** Under the names that Prometheus' own libraries give them. */
function processLines(): string[] {
  const { user, system } = process.cpuUsage();
  return [
    ...family(
      "counter",
      "process_cpu_seconds_total",
      "Time that the server's threads have computed.",
      [[{}, (user + system) / 1e6]],
    ),
    ...family("gauge", "process_resident_memory_bytes", "Resident memory of the server.", [
      [{}, Deno.memoryUsage().rss],
    ]),
    ...family("gauge", "process_start_time_seconds", "When the server started, since 1970.", [
      [{}, performance.timeOrigin / 1000],
    ]),
  ];
}
