/**
 * `/metrics`, for Prometheus: the metrics of a registry, with gauges and counters that are read at every scrape.
 *
 * `@prometheus-io/client` is the name of `prom-client` since it moved to the Prometheus project. Its default metrics are
 * left out: under Deno 2.9.6, those of Node's event loop are zero or no numbers. The metrics of the process that
 * Prometheus recommends for every program are defined here.
 *
 * @module
 */
import { Counter, Gauge, type Registry } from "@prometheus-io/client";
import { Hono } from "hono";
import process from "node:process";
import { freeBytes } from "../lib/serving/files/disk.ts";
import type { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";

/** What the metrics are read from. */
export interface MetricsRouteOptions {
  /** The registry of this server: several servers may share a process. */
  registry: Registry;
  semaphore: FifoSemaphore;
  /** Present where there are jobs. */
  queue?: JobQueue;
  /** Present where there are sessions. */
  sessions?: SessionStore;
}

/** The route `/metrics`. */
export function metricsRoutes(options: MetricsRouteOptions): Hono {
  const { registry, semaphore, queue, sessions } = options;
  gpuMetrics(registry, semaphore);
  processMetrics(registry);
  if (queue) {
    gauge(
      registry,
      "tttkd_data_free_bytes",
      "Free space on the disk of the jobs.",
      () => freeBytes(queue.files),
    );
  }
  if (sessions) {
    gauge(registry, "tttkd_sessions", "Sessions that are kept.", () => sessions.count());
  }
  return new Hono().get("/", async (c) => {
    return c.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
}

function gpuMetrics(registry: Registry, semaphore: FifoSemaphore): void {
  counter(
    registry,
    "tttkd_gpu_busy_seconds_total",
    "Time during which a scan held the GPU.",
    () => semaphore.busySeconds,
  );
  gauge(
    registry,
    "tttkd_gpu_scans_waiting",
    "Scans that are uploaded and wait for the GPU.",
    () => semaphore.waiting,
  );
}

/** The names are those that Prometheus recommends for every program. */
function processMetrics(registry: Registry): void {
  counter(registry, "process_cpu_seconds_total", "CPU time of the server's threads.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge(
    registry,
    "process_resident_memory_bytes",
    "Resident memory of the server.",
    () => Deno.memoryUsage().rss,
  );
  gauge(
    registry,
    "process_start_time_seconds",
    "When the server started, in seconds since 1970.",
    () => performance.timeOrigin / 1000,
  );
}

/** Registers a gauge whose value is read at every scrape. */
function gauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await read());
    },
  });
}

/** Registers a counter whose total is read at every scrape. */
function counter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
