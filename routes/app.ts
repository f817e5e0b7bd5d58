/**
 * The HTTP application over a labeller. Everything it needs is given to it, so that tests drive it by
 * `app.request()` with an engine of their own. Nothing here reads a scan: the event loop stays free for the
 * next request.
 *
 * @module
 */
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { DEFAULT_LIMITS, type ServerOptions } from "../lib/serving/server.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";
import { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import { docsRoutes } from "./docs.ts";
import { healthRoutes } from "./health.ts";
import { observe, RequestMetrics } from "./http/observe.ts";
import { JobMetrics } from "./http/observe_jobs.ts";
import { notFound, onError } from "./http/problem.ts";
import { jobRoutes } from "./jobs.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { openApiRoutes } from "./openapi.ts";
import { endpoints } from "./openapi/document.ts";
import { segmentRoutes } from "./segment.ts";
import { sessionRoutes } from "./sessions.ts";
import { inferenceProtocolRoutes } from "./v2.ts";
import { viewerPage, viewerRoutes } from "./viewer.ts";

/** What an application is made of. */
export interface AppOptions extends Omit<ServerOptions, "data"> {
  /** Who may work when; shared with the worker of the queue. */
  semaphore?: FifoSemaphore;
  /** Jobs are offered where there is a queue. */
  queue?: JobQueue;
  /** Sessions are offered where there is a place for them. */
  sessions?: SessionStore;
  /** Aborted when the server stops: what would never end by itself does. */
  stopping?: AbortSignal;
}

/** Builds the application. */
export function createApp(options: AppOptions): Hono {
  const { labeller, queue, sessions } = options;
  const { semaphore = new FifoSemaphore(1, (options.limits ?? DEFAULT_LIMITS).places) } = options;
  const app = new Hono();
  app.onError(onError);
  app.notFound(notFound);
  const requests = new RequestMetrics();
  const limits = {
    ...options.limits ?? DEFAULT_LIMITS,
    onBytes: (bytes: number) => requests.received(bytes),
  };
  app.use(requestId(), observe(requests, options.log), secureHeaders());
  if (options.token !== undefined) app.use("/v1/*", bearerAuth({ token: options.token }));
  app.route("/viewer", viewerRoutes());
  app.get("/", viewerPage, (c) => c.json({ name: "ttt-kd", endpoints: endpoints() }));
  app.route("/openapi.json", openApiRoutes(options.token !== undefined));
  app.route("/docs", docsRoutes());
  app.route("/health", healthRoutes(labeller, queue));
  app.route("/v2", inferenceProtocolRoutes(labeller, queue));
  const jobs = queue && { queue, metrics: new JobMetrics(queue, options.log) };
  app.route(
    "/metrics",
    metricsRoutes({
      requests,
      semaphore,
      ...(jobs ? { jobs } : {}),
      ...(sessions ? { sessions } : {}),
    }),
  );
  app.route("/v1/models", modelRoutes(labeller));
  const { onProgress } = options;
  const work = { labeller, limits, semaphore, ...(onProgress ? { onProgress } : {}) };
  app.route("/v1/segment", segmentRoutes(work));
  if (sessions) app.route("/v1/sessions", sessionRoutes({ ...work, sessions }));
  if (queue) {
    const { stopping = new AbortController().signal } = options;
    app.route("/v1/jobs", jobRoutes({ labeller, queue, limits, stopping }));
  }
  return app;
}
