/**
 * Follows a job by server-sent events. The first event is the present state, so that a client may connect late, or
 * connect again.
 *
 * `state` events carry the job; `progress` events carry phase, step, steps and loss. The stream ends after the final
 * state.
 *
 * @module
 */
import type { SSEMessage } from "hono/streaming";
import { isOver, type Job } from "../../../lib/serving/queue/job.ts";
import { type JobQueue, QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
import { fullJobView } from "./job_view.ts";

/** Interval at which to look for changes by other processes. */
const POLL_MILLISECONDS = 1000;
/** Most events that wait for a slow client; the oldest are dropped. */
const MOST_WAITING = 1000;

/**
 * Yields the events of a job until it ends, it is deleted, or `signal` is aborted.
 *
 * @param job in its present state.
 */
export async function* jobEvents(
  queue: JobQueue,
  job: Job,
  signal: AbortSignal,
): AsyncGenerator<SSEMessage> {
  const { id } = job;
  const waiting: (Job | SSEMessage)[] = [];
  let ended = false;
  let state = "";
  let progress = "";
  let wake: () => void = () => {};
  const take = (job: Job | null) => {
    ended = job === null || isOver(job);
    if (job === null) return;
    const stateNow = `${job.state} ${job.attempts}`;
    const progressNow = JSON.stringify(job.progress);
    if (stateNow !== state) {
      waiting.push(job);
    } else if (progressNow !== progress) {
      waiting.push({ event: "progress", data: progressNow });
    }
    state = stateNow;
    progress = progressNow;
    if (waiting.length > MOST_WAITING) waiting.shift();
  };
  take(job);
  let looked = Promise.resolve();
  /** Reads the job at once, so that no step is missed. Reads may overlap; their results are taken in order. */
  const look = () => {
    const answer = queue.get(id);
    looked = Promise.all([looked, answer]).then(([_, job]) => take(job)).catch((error) => {
      // A queue that does not answer is asked again.
      if (!(error instanceof QueueUnavailableError)) throw error;
    });
    return looked;
  };
  using _changes = queue.listen((changed) => {
    if (changed !== id) return;
    look().then(() => wake(), () => wake());
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      await look();
      for (let next; (next = waiting.shift());) {
        yield "data" in next
          ? next
          : { event: "state", data: JSON.stringify(await fullJobView(queue, next)) };
      }
      if (ended && waiting.length === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, POLL_MILLISECONDS);
      // There was nobody to wake for an event that came while a message was being sent.
      if (waiting.length === 0 && !signal.aborted) await promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await looked.catch(() => {});
  }
}
