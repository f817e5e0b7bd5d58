/**
 * What happens to a job, as it happens: server-sent events. A listener that comes late, or comes again,
 * first hears how the job stands.
 *
 * `state` events carry the job; `progress` events carry phase, step, steps and loss. The stream ends after the
 * state in which the job ends.
 *
 * @module
 */
import type { SSEMessage } from "hono/streaming";
import { isOver, type Job } from "../../lib/serving/queue/job.ts";
import { type JobQueue, QueueUnavailableError } from "../../lib/serving/queue/queue.ts";
import { jobView } from "./job_view.ts";

/** How often to look whether another process has changed the job. */
const POLL_MILLISECONDS = 1000;
/** Progress that a slow listener may be behind; older steps are left out. */
const MOST_BEHIND = 1000;

/**
 * The events of a job, until it is over or removed, or `signal` is aborted.
 *
 * @param job as it stood when it was asked for.
 */
export async function* jobEvents(
  queue: JobQueue,
  job: Job,
  signal: AbortSignal,
): AsyncGenerator<SSEMessage> {
  const { id } = job;
  const waiting: SSEMessage[] = [];
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
      waiting.push({ event: "state", data: JSON.stringify(jobView(job)) });
    } else if (progressNow !== progress) {
      waiting.push({ event: "progress", data: progressNow });
    }
    state = stateNow;
    progress = progressNow;
    if (waiting.length > MOST_BEHIND) waiting.shift();
  };
  take(job);
  let looked = Promise.resolve();
  /** Asks at once, so that no step is missed, and takes the answers in the order of the questions. */
  const look = () => {
    const answer = queue.get(id);
    looked = Promise.all([looked, answer]).then(([_, job]) => take(job)).catch((error) => {
      // A queue that is away is asked again.
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
      for (let next; (next = waiting.shift());) yield next;
      if (ended && waiting.length === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, POLL_MILLISECONDS);
      // What came while a message was on its way has woken nobody.
      if (waiting.length === 0 && !signal.aborted) await promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await looked.catch(() => {});
  }
}
