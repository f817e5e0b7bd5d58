/**
 * The HTTP application over an engine. Everything it needs is given to it, so that tests drive it by
 * `app.request()` with an engine of their own.
 *
 * @module
 */
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { logger } from "hono/logger";
import { DEFAULT_LIMITS, type ServerOptions } from "../lib/cli/host.ts";
import { GpuTurns } from "../lib/ttt/turns.ts";
import { healthRoutes } from "./health.ts";
import { notFound, onError } from "./http/problem.ts";
import { modelRoutes } from "./models.ts";
import { segmentRoutes } from "./segment.ts";

/** Builds the application. */
export function createApp(options: ServerOptions): Hono {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const app = new Hono();
  app.onError(onError);
  app.notFound(notFound);
  const { log } = options;
  if (log) app.use(logger((line) => log(line)));
  if (options.token !== undefined) app.use("/v1/*", bearerAuth({ token: options.token }));
  app.get("/", (c) => c.json(INDEX));
  app.route("/health", healthRoutes(options.engine));
  app.route("/v1/models", modelRoutes(options.engine));
  app.route(
    "/v1/segment",
    segmentRoutes({
      engine: options.engine,
      limits,
      turns: new GpuTurns(limits.places),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    }),
  );
  return app;
}

const INDEX = {
  name: "ttt-kd",
  endpoints: {
    "GET /health/live": "the server answers",
    "GET /health/ready": "the models are loaded and the GPU answers",
    "GET /v1/models": "the cards of student and teacher",
    "POST /v1/segment": "a scan, with or without photographs, in; the same scan, labelled, out",
  },
};
