/**
 * What operators see of requests: a line of JSON for each that was answered, and counts for Prometheus.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { clientOf } from "./client.ts";
import { family, Histogram } from "./prometheus.ts";

/** Takes a line of JSON. */
export type Log = (line: string) => void;

/** Seconds: from what the event loop answers to a large scan with many steps. */
const SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300];

/** Counts requests by method, route and status, and the bytes that they bring. */
export class RequestMetrics {
  // Methods and routes are ours, not the client's: their number is bounded.
  readonly #durations = new Histogram(
    "tttkd_http_request_duration_seconds",
    "Time from a request to the head of its answer.",
    SECONDS,
  );
  #inFlight = 0;
  #uploadBytes = 0;

  /** A request has come. @returns to be called when it is answered. */
  begin(): (method: string, route: string, status: number, seconds: number) => void {
    this.#inFlight++;
    return (method, route, status, seconds) => {
      this.#inFlight--;
      this.#durations.observe({ method, route, status: `${status}` }, seconds);
    };
  }

  /** Bytes of an upload have come. */
  received(bytes: number): void {
    this.#uploadBytes += bytes;
  }

  /** Lines of the Prometheus text format. */
  lines(): string[] {
    return [
      ...this.#durations.lines(),
      ...family(
        "gauge",
        "tttkd_http_requests_in_flight",
        "Requests whose answer has not begun.",
        [[{}, this.#inFlight]],
      ),
      ...family(
        "counter",
        "tttkd_upload_bytes_total",
        "Bytes of scans, photographs and forms that were received.",
        [[{}, this.#uploadBytes]],
      ),
    ];
  }
}

/** Counts every request, and logs it where there is a log. */
export function observe(metrics: RequestMetrics, log: Log | undefined): MiddlewareHandler {
  return async function observeRequest(c, next) {
    const start = performance.now();
    const answered = metrics.begin();
    await next();
    const milliseconds = performance.now() - start;
    const { method, path } = c.req;
    // Hono's requestId() gives it to answers of handlers alone, not to those of onError().
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

/** The pattern of the route that answered; what no route has is one. */
function routeOf(c: Context): string {
  const path = routePath(c, -1);
  return path.endsWith("*") ? "none" : path;
}
