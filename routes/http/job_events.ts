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
import { isOver } from "../../lib/jobs/job.ts";
import type { JobQueue } from "../../lib/jobs/queue.ts";
import { jobView } from "./job_view.ts";

/** How often to look whether another process has changed the job. */
const POLL_MILLISECONDS = 1000;
/** Progress that a slow listener may be behind; older steps are left out. */
const MOST_BEHIND = 1000;

/** The events of a job, until it is over or removed, or `signal` is aborted. */
export async function* jobEvents(
  queue: JobQueue,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<SSEMessage> {
  const waiting: SSEMessage[] = [];
  let ended = false;
  let state = "";
  let progress = "";
  let wake: () => void = () => {};
  const look = () => {
    const job = queue.get(id);
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
  using _changes = queue.listen((changed) => {
    if (changed !== id) return;
    look();
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      look();
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
  }
}
