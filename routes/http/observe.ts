/**
 * What operators see of requests: a line of JSON for each answer, and metrics for Prometheus.
 *
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from "@prometheus-io/client";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { clientOf } from "./client.ts";

/** Takes a line of JSON. */
export type Log = (line: string) => void;

/** Buckets in seconds: from a check of health to a large scan with many steps. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300];

/** Metrics of requests: durations by method, route and status, and the bytes of uploads. */
export class RequestMetrics {
  readonly #durations: Histogram<"method" | "route" | "status">;
  readonly #inFlight: Gauge;
  readonly #uploadBytes: Counter;

  /** @param registry takes the metrics. */
  constructor(registry: Registry) {
    const registers = [registry];
    // Methods and routes are the server's, not the client's, so the number of series is bounded.
    this.#durations = new Histogram({
      name: "tttkd_http_request_duration_seconds",
      help: "Time from a request to the head of its answer.",
      labelNames: ["method", "route", "status"],
      buckets: BUCKETS,
      registers,
    });
    this.#inFlight = new Gauge({
      name: "tttkd_http_requests_in_flight",
      help: "Requests whose answer has not begun.",
      registers,
    });
    this.#uploadBytes = new Counter({
      name: "tttkd_upload_bytes_total",
      help: "Bytes received in scans, photographs and forms.",
      registers,
    });
  }

  /** Counts a request that has arrived. @returns a function to call once it is answered. */
  begin(): (method: string, route: string, status: number, seconds: number) => void {
    this.#inFlight.inc();
    return (method, route, status, seconds) => {
      this.#inFlight.dec();
      this.#durations.observe({ method, route, status }, seconds);
    };
  }

  /** Counts bytes of an upload. */
  received(bytes: number): void {
    this.#uploadBytes.inc(bytes);
  }
}

/** Measures every request, and logs it where there is a log. */
export function observe(metrics: RequestMetrics, log: Log | undefined): MiddlewareHandler {
  return async function observeRequest(c, next) {
    const start = performance.now();
    const answered = metrics.begin();
    await next();
    const milliseconds = performance.now() - start;
    const { method, path } = c.req;
    // Hono's requestId() sets the header on answers of handlers, but not on those of onError().
    c.header("x-request-id", c.get("requestId"));
    answered(method, routeOf(c), c.res.status, milliseconds / 1000);
    log?.(JSON.stringify({
      time: new Date().toISOString(),
      level: c.res.status >= 500 ? "error" : "info",
      event: "request",
      requestId: c.get("requestId"),
      client: clientOf(c),
      method,
      path,
      status: c.res.status,
      milliseconds: Math.round(milliseconds),
    }));
  };
}

/** The pattern of the route that answered, or `none` for requests that match no route. */
function routeOf(c: Context): string {
  const path = routePath(c, -1);
  return path.endsWith("*") ? "none" : path;
}
