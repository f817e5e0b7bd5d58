/**
 * Opens a whole server: application, queue, sessions and worker, which start and stop in the right order.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DEFAULT_LIMITS,
  type Server,
  type ServerData,
  type ServerOptions,
} from "../lib/serving/server.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import { KeptAges } from "../lib/serving/files/clock.ts";
import { UploadFolders } from "../lib/serving/files/upload_folders.ts";
import { openQueue } from "../lib/serving/queue/open_queue.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { segmentationWork } from "../lib/serving/queue/segmentation.ts";
import { sweep } from "../lib/serving/queue/sweep.ts";
import { JobWorker } from "../lib/serving/queue/worker.ts";
import { SessionStore } from "../lib/serving/sessions/store.ts";
import { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import { createApp } from "./app.ts";
import { jobProblem } from "./http/problem.ts";
import { StoppingError } from "./http/stopping.ts";
import { listen } from "./listen.ts";

const SWEEP_MILLISECONDS = 60_000;
const HOUR = 3600_000;

/**
 * Opens a server; port 0 takes a free one.
 *
 * @throws {Error} with a code such as `EADDRINUSE` where it cannot listen there.
 */
export async function openServer(
  { data, ...options }: ServerOptions,
  hostname: string,
  port: number,
): Promise<Server> {
  const { places, stallSeconds, graceSeconds } = options.limits ?? DEFAULT_LIMITS;
  const semaphore = new FifoSemaphore(1, places);
  const stopping = new AbortController();
  const leaving = new AbortController();
  await using owned = new AsyncDisposableStack();
  // Beside jobs and sessions, so that one disk has all that clients send.
  const place = data ? join(data.folder, "uploads") : tmpdir();
  const uploads = owned.use(await UploadFolders.open(place));
  const queue = data && owned.use(await openQueue(data));
  const ages = data && new KeptAges(data.folder);
  await ages?.look();
  const sessions = data && await SessionStore.open(data.folder, data.sessions, ages);
  const app = createApp({
    ...options,
    hostname,
    semaphore,
    uploads,
    stopping: stopping.signal,
    leaving: leaving.signal,
    ...(queue ? { queue } : {}),
    ...(sessions ? { sessions } : {}),
  });
  const server = await listen(app, hostname, port, { stallSeconds, leaving: leaving.signal });
  const { url, failed } = server;
  const worker = data && queue && startWork(queue, options.labeller, semaphore);
  owned.defer(async () => {
    const timer = setTimeout(() => leaving.abort(new StoppingError()), graceSeconds * 1000);
    // The job at work and the scans of clients that wait have the same time.
    await Promise.all([worker?.stop(graceSeconds * 1000), server[Symbol.asyncDispose]()]);
    clearTimeout(timer);
  });
  if (data && queue && sessions && ages) owned.use(startSweeping(queue, data, sessions, ages));
  owned.defer(() => stopping.abort());
  const kept = owned.move();
  return { url, failed, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Starts a worker on the queue. */
function startWork(queue: JobQueue, labeller: Labeller, semaphore: FifoSemaphore): JobWorker {
  return new JobWorker(queue, {
    work: segmentationWork(queue, labeller, semaphore),
    describe: jobProblem,
  });
}

/** Deletes expired jobs and sessions, now and once a minute. */
function startSweeping(
  queue: JobQueue,
  { keepHours }: ServerData,
  sessions: SessionStore,
  ages: KeptAges,
): AsyncDisposable {
  let sweeping: Promise<unknown> | null = null;
  const sweepAll = async () => {
    const jump = await ages.look();
    if (jump !== 0) {
      console.error(
        `the clock was set by ${
          Math.round(jump / 1000)
        } s; what is kept expires as if it had not been`,
      );
    }
    await Promise.all(
      [sweep(queue, keepHours * HOUR, ages), sessions.sweep()]
        .map((swept) => swept.catch((error) => console.error(error))),
    );
  };
  const sweepOnce = () => {
    sweeping ??= sweepAll().finally(() => sweeping = null);
  };
  sweepOnce();
  const timer = setInterval(sweepOnce, SWEEP_MILLISECONDS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
