/**
 * What operators see of requests: a line of JSON for each that was answered, and counts for Prometheus.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";

/** Counts requests by method, route and status. */
export class RequestMetrics {
  readonly #requests = new Map<string, { count: number; seconds: number }>();

  add(method: string, route: string, status: number, seconds: number): void {
    // Methods and routes are ours, not the client's: their number is bounded.
    const labels = `method="${method}",route="${route}",status="${status}"`;
    const entry = this.#requests.get(labels) ?? { count: 0, seconds: 0 };
    entry.count++;
    entry.seconds += seconds;
    this.#requests.set(labels, entry);
  }

  /** Lines of the Prometheus text format. */
  lines(): string[] {
    const lines = [
      "# HELP tttkd_request_duration_seconds Time from a request to the head of its answer.",
      "# TYPE tttkd_request_duration_seconds summary",
    ];
    for (const [labels, { count, seconds }] of this.#requests) {
      lines.push(`tttkd_request_duration_seconds_count{${labels}} ${count}`);
      lines.push(`tttkd_request_duration_seconds_sum{${labels}} ${seconds}`);
    }
    return lines;
  }
}

/** Counts every request, and logs it where there is a log. */
export function observe(
  metrics: RequestMetrics,
  log: ((line: string) => void) | undefined,
): MiddlewareHandler {
  return async function observeRequest(c, next) {
    const start = performance.now();
    await next();
    const milliseconds = performance.now() - start;
    const { method, path } = c.req;
    // Hono's requestId() gives it to answers of handlers alone, not to those of onError().
    c.header("x-request-id", c.get("requestId"));
    metrics.add(method, routeOf(c), c.res.status, milliseconds / 1000);
    log?.(JSON.stringify({
      time: new Date().toISOString(),
      level: c.res.status >= 500 ? "error" : "info",
      requestId: c.get("requestId"),
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
