/**
 * The HTTP application over an engine. Everything it needs is given to it, so that tests drive it by
 * `app.request()` with an engine of their own.
 *
 * @module
 */
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { logger } from "hono/logger";
import { GpuTurns } from "../lib/ttt/turns.ts";
import type { Progress, Segmenter } from "../lib/ttt/types.ts";
import { healthRoutes } from "./health.ts";
import { notFound, onError } from "./http/problem.ts";
import type { UploadLimits } from "./http/upload.ts";
import { modelRoutes } from "./models.ts";
import { segmentRoutes } from "./segment.ts";

/** What one server allows. */
export interface ServerLimits extends UploadLimits {
  /** Scans that may be at work or waiting at once; further ones get 503. */
  places: number;
}

export const DEFAULT_LIMITS: ServerLimits = { bodyBytes: 2 ** 29, images: 256, places: 8 };

/** What {@link createApp} needs. */
export interface AppOptions {
  engine: Segmenter;
  limits?: ServerLimits;
  /** When given, everything under `/v1` asks for it as a bearer token. */
  token?: string;
  /** Takes a line for every request that was answered. */
  log?: (line: string) => void;
  /** Hears of every step of the work, with the name of the scan. */
  onProgress?: (scan: string, progress: Progress) => void;
}

/** Builds the application. */
export function createApp(options: AppOptions): Hono {
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
