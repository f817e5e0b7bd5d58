/**
 * The HTTP application over an engine. Everything it needs is given to it, so that tests drive it by
 * `app.request()` with an engine of their own.
 *
 * @module
 */
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { DEFAULT_LIMITS, type ServerOptions } from "../lib/cli/host.ts";
import type { JobQueue } from "../lib/jobs/queue.ts";
import { GpuTurns } from "../lib/ttt/turns.ts";
import { healthRoutes } from "./health.ts";
import { observe, RequestMetrics } from "./http/observe.ts";
import { notFound, onError } from "./http/problem.ts";
import { jobRoutes } from "./jobs.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { segmentRoutes } from "./segment.ts";

/** What an application is made of. */
export interface AppOptions extends Omit<ServerOptions, "data"> {
  /** Who may work when; shared with the worker of the queue. */
  turns?: GpuTurns;
  /** Jobs are offered where there is a queue. */
  queue?: JobQueue;
  /** Aborted when the server stops: what would never end by itself does. */
  stopping?: AbortSignal;
}

/** Builds the application. */
export function createApp(options: AppOptions): Hono {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const app = new Hono();
  app.onError(onError);
  app.notFound(notFound);
  const metrics = new RequestMetrics();
  app.use(requestId(), observe(metrics, options.log), secureHeaders());
  if (options.token !== undefined) app.use("/v1/*", bearerAuth({ token: options.token }));
  app.get("/", (c) => c.json(INDEX));
  app.route("/health", healthRoutes(options.engine));
  app.route("/metrics", metricsRoutes(metrics, options.queue));
  app.route("/v1/models", modelRoutes(options.engine));
  app.route(
    "/v1/segment",
    segmentRoutes({
      engine: options.engine,
      limits,
      turns: options.turns ?? new GpuTurns(limits.places),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    }),
  );
  if (options.queue) {
    const { engine, queue, stopping = new AbortController().signal } = options;
    app.route("/v1/jobs", jobRoutes({ engine, queue, limits, stopping }));
  }
  return app;
}

const INDEX = {
  name: "ttt-kd",
  endpoints: {
    "GET /health/live": "the server answers",
    "GET /health/ready": "the models are loaded and the GPU answers",
    "GET /metrics": "counts for Prometheus",
    "GET /v1/models": "the cards of student and teacher",
    "POST /v1/segment": "a scan, with or without photographs, in; the same scan, labelled, out",
    "POST /v1/jobs": "the same in, a job out, where the server keeps jobs",
    "GET /v1/jobs/:id": "how a job stands",
    "GET /v1/jobs/:id/events": "the same as it happens: server-sent events",
    "GET /v1/jobs/:id/result": "the scan, labelled",
    "DELETE /v1/jobs/:id": "stops a job, or forgets one that is over",
  },
};
