/**
 * What operators see of jobs: a line of JSON for every change of state, and metrics for Prometheus. Changes that other
 * processes make to the same queue are reported by those processes.
 *
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from "@prometheus-io/client";
import { isOver, type Job } from "../../../lib/serving/queue/job.ts";
import { type JobQueue, QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
import type { Log } from "../observe.ts";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** Buckets in seconds: from a small scan on an idle GPU to a queue that takes the night. */
const BUCKETS = [1, 5, 15, 60, 300, 900, 3600, 14_400];

/**
 * Measures the jobs of a queue, and logs them where there is a log, for as long as the queue is open.
 *
 * @param registry takes the metrics.
 */
export function observeJobs(queue: JobQueue, registry: Registry, log: Log | undefined): void {
  const count = jobMetrics(registry);
  queueMetrics(queue, registry);
  queue.listenOwn((job) => {
    count(job);
    log?.(lineOf(job));
  });
}

/** Metrics of jobs that this process has changed. @returns a function to call with every change. */
function jobMetrics(registry: Registry): (job: Job) => void {
  const registers = [registry];
  const ended = new Counter({
    name: "tttkd_jobs_ended_total",
    help: "Jobs that have ended, by final state.",
    labelNames: ["state"],
    registers,
  });
  for (const state of STATES.filter((state) => isOver({ state }))) ended.inc({ state }, 0);
  const waits = new Histogram({
    name: "tttkd_job_wait_seconds",
    help: "Time from the submission of jobs to their first attempt.",
    buckets: BUCKETS,
    registers,
  });
  const durations = new Histogram({
    name: "tttkd_job_duration_seconds",
    help: "Time from the last attempt at jobs to their end.",
    buckets: BUCKETS,
    registers,
  });
  return ({ state, attempts, createdAt, startedAt, finishedAt }) => {
    if (state === "running" && attempts === 1) waits.observe((startedAt! - createdAt) / 1000);
    if (finishedAt === null) return;
    ended.inc({ state });
    if (startedAt !== null) durations.observe((finishedAt - startedAt) / 1000);
  };
}

/** Metrics that are asked of the queue whenever they are scraped. */
function queueMetrics(queue: JobQueue, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: "tttkd_queue_up",
    help: "Whether the queue answers.",
    registers,
    async collect() {
      this.set(await queue.trouble() === null ? 1 : 0);
    },
  });
  new Gauge({
    name: "tttkd_jobs",
    help: "Jobs that are kept, by state; `queued` is the depth of the queue.",
    labelNames: ["state"],
    registers,
    async collect() {
      // Without a queue there are no figures, rather than no metrics at all.
      this.reset();
      try {
        const counts = await queue.counts();
        for (const state of STATES) this.set({ state }, counts[state] ?? 0);
      } catch (error) {
        if (!(error instanceof QueueUnavailableError)) throw error;
      }
    },
  });
}

/** A line of the log; `milliseconds` is the time since the job was accepted. */
function lineOf(job: Job): string {
  const { id, client, state, scan, method, attempts, createdAt, problem } = job;
  const changedAt = job.finishedAt ?? (state === "running" ? job.startedAt! : Date.now());
  return JSON.stringify({
    time: new Date().toISOString(),
    level: problem && problem.status >= 500 ? "error" : "info",
    event: "job",
    job: id,
    client,
    state,
    scan,
    method,
    attempts,
    milliseconds: changedAt - createdAt,
    ...(problem ? { status: problem.status, detail: problem.detail } : {}),
  });
}
