/**
 * What operators see of jobs: a line of JSON for every state that one comes to, and counts for Prometheus. Changes
 * that other processes make to the same queue are theirs to tell.
 *
 * @module
 */
import { isOver, type Job, type JobState } from "../../lib/serving/queue/job.ts";
import { type JobQueue, QueueUnavailableError } from "../../lib/serving/queue/queue.ts";
import type { Log } from "./observe.ts";
import { family, Histogram } from "./prometheus.ts";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** Seconds: from a small scan on an idle GPU to a night's queue. */
const SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14_400];

/** Counts the jobs of a queue, and logs them where there is a log, for as long as the queue is open. */
export class JobMetrics {
  readonly #queue: JobQueue;
  readonly #log: Log | undefined;
  readonly #ended = new Map<string, number>();
  readonly #waits = new Histogram(
    "tttkd_job_wait_seconds",
    "Time that jobs waited for their first beginning.",
    SECONDS,
  );
  readonly #durations = new Histogram(
    "tttkd_job_duration_seconds",
    "Time from the last beginning of jobs to their end.",
    SECONDS,
  );

  constructor(queue: JobQueue, log: Log | undefined) {
    this.#queue = queue;
    this.#log = log;
    queue.listenOwn((job) => {
      this.#count(job);
      this.#log?.(lineOf(job));
    });
  }

  /** Lines of the Prometheus text format. */
  async lines(): Promise<string[]> {
    const counts = await this.#counts();
    const over = STATES.filter((state) => isOver({ state }));
    return [
      ...family("gauge", "tttkd_queue_up", "Whether the queue answers.", [[{}, counts ? 1 : 0]]),
      ...(counts
        ? family(
          "gauge",
          "tttkd_jobs",
          "Jobs that are kept, by state; those queued are the depth of the queue.",
          STATES.map((state) => [{ state }, counts[state] ?? 0]),
        )
        : []),
      ...family(
        "counter",
        "tttkd_jobs_ended_total",
        "Jobs that came to their end, by the state in which they did.",
        over.map((state) => [{ state }, this.#ended.get(state) ?? 0]),
      ),
      ...this.#waits.lines(),
      ...this.#durations.lines(),
    ];
  }

  /** How many jobs there are by state; null where the queue does not answer, which is no reason not to tell the rest. */
  async #counts(): Promise<Partial<Record<JobState, number>> | null> {
    try {
      return await this.#queue.counts();
    } catch (error) {
      if (error instanceof QueueUnavailableError) return null;
      throw error;
    }
  }

  #count({ state, attempts, createdAt, startedAt, finishedAt }: Job): void {
    if (state === "running" && attempts === 1) {
      this.#waits.observe({}, (startedAt! - createdAt) / 1000);
    }
    if (finishedAt === null) return;
    this.#ended.set(state, (this.#ended.get(state) ?? 0) + 1);
    if (startedAt !== null) this.#durations.observe({}, (finishedAt - startedAt) / 1000);
  }
}

/** `milliseconds` is what has passed since the job was accepted. */
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
