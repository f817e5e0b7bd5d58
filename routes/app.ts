/**
 * The HTTP application over a labeller. It is given everything it needs, so that tests drive it by `app.request()` with
 * an engine of their own. No scan is read in this thread: the event loop stays free for the next request.
 *
 * @module
 */
import { Registry } from "@prometheus-io/client";
import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { addressSet, DEFAULT_ACCESS, isLoopback } from "../lib/serving/access.ts";
import { DEFAULT_LIMITS, type ServerOptions } from "../lib/serving/server.ts";
import { TEMPORARY_UPLOADS, type UploadPlace } from "../lib/serving/files/upload_folders.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";
import { FifoSemaphore } from "../lib/concurrency/fifo_semaphore.ts";
import { docsRoutes } from "./docs.ts";
import { healthRoutes } from "./health.ts";
import { identifyByAddress, identifyByToken } from "./http/client.ts";
import { observe, RequestMetrics } from "./http/observe.ts";
import { observeJobs } from "./http/jobs/observe_jobs.ts";
import { refuseForeign } from "./http/origin.ts";
import { notFound, onError } from "./http/problem.ts";
import { refuseWhileStopping } from "./http/stopping.ts";
import { SharedAnswers } from "./http/shared_answers.ts";
import { UploadsUnderWay } from "./http/uploads_under_way.ts";
import { jobRoutes } from "./jobs.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { openInferenceRoutes } from "./open_inference.ts";
import { openApiRoutes } from "./openapi.ts";
import { endpoints } from "./openapi/document.ts";
import { segmentRoutes } from "./segment.ts";
import { sessionRoutes } from "./sessions.ts";
import { viewerPage, viewerRoutes } from "./viewer.ts";

/** The parts of an application. */
export interface AppOptions extends Omit<ServerOptions, "data"> {
  /** The name or address that it is to listen on; by default one that only this machine reaches. */
  hostname?: string;
  /** Decides which scan has the GPU; shared with the worker of the queue. */
  semaphore?: FifoSemaphore;
  /** Keeps the jobs; without it, there is no `/v1/jobs`. */
  queue?: JobQueue;
  /** Keeps the sessions; without it, there is no `/v1/sessions`. */
  sessions?: SessionStore;
  /** Where uploads go whose clients wait for the answer. */
  uploads?: UploadPlace;
  /** Aborted when the server stops, so that it takes no further work, and streams of events end. */
  stopping?: AbortSignal;
  /** Aborted when it waits no longer for the scans at work. */
  leaving?: AbortSignal;
}

/** Builds the application. */
export function createApp(options: AppOptions): Hono {
  const { labeller, queue, sessions, hostname = "localhost" } = options;
  const { tokens, origins, proxies } = options.access ?? DEFAULT_ACCESS;
  const guarded = tokens.length > 0;
  const { semaphore = new FifoSemaphore(1, (options.limits ?? DEFAULT_LIMITS).places) } = options;
  const never = new AbortController().signal;
  const { stopping = never, leaving = never } = options;
  const app = new Hono();
  app.onError(onError);
  app.notFound(notFound);
  const registry = new Registry();
  const requests = new RequestMetrics(registry);
  const given = options.limits ?? DEFAULT_LIMITS;
  const limits = {
    ...given,
    underWay: new UploadsUnderWay(given.uploads, given.uploadsOfClient),
    onBytes: (bytes: number) => requests.received(bytes),
  };
  app.use(requestId(), identifyByAddress(addressSet(proxies)));
  // What is served by TLS is the proxy's to say: its hosts beside this one are not ours to bind.
  app.use(observe(requests, options.log), secureHeaders({ strictTransportSecurity: false }));
  app.use(refuseForeign({ hostname, origins, guarded }));
  if (guarded) app.use("/v1/*", identifyByToken(tokens));
  app.use("/v1/*", refuseWhileStopping(stopping));
  app.route("/viewer", viewerRoutes());
  app.get("/", viewerPage, (c) => c.json({ name: "ttt-kd", endpoints: endpoints() }));
  app.route("/openapi.json", openApiRoutes(guarded));
  app.route("/docs", docsRoutes());
  const { reserveBytes } = limits;
  const ready = { labeller, reserveBytes, stopping, ...(queue ? { queue } : {}) };
  app.route("/health", healthRoutes(ready));
  app.route("/v2", openInferenceRoutes(ready));
  if (queue) observeJobs(queue, registry, options.log);
  app.route(
    "/metrics",
    metricsRoutes({
      registry,
      semaphore,
      ...(queue ? { queue } : {}),
      ...(sessions ? { sessions } : {}),
    }),
  );
  app.route("/v1/models", modelRoutes(labeller));
  const { onProgress } = options;
  const answers = new SharedAnswers(labeller);
  const work = {
    labeller,
    answers,
    limits,
    semaphore,
    leaving,
    ...(onProgress ? { onProgress } : {}),
  };
  app.route(
    "/v1/segment",
    segmentRoutes({ ...work, uploads: options.uploads ?? TEMPORARY_UPLOADS }),
  );
  if (sessions) app.route("/v1/sessions", sessionRoutes({ ...work, sessions }));
  if (queue) {
    // Where a client is an address, that address must be one user's.
    const isPrivate = guarded ||
      (isLoopback(hostname) && origins.length === 0 && proxies.length === 0);
    app.route("/v1/jobs", jobRoutes({ labeller, answers, queue, limits, stopping, isPrivate }));
  }
  return app;
}
