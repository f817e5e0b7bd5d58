/**
 * A server that stops: it takes no further work, and what waits for an answer has until the end of its time of grace.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";

/** The server stops; another one, or the same once it is started again, does the work. */
export class StoppingError extends Error {
  override name = "StoppingError";
  readonly retryAfterSeconds = 5;
  constructor() {
    super("Cannot take this: the server is stopping; send it again once the server is back");
  }
}

/** Refuses whatever begins work once a server stops. Jobs can still be looked at, fetched and deleted. */
export function refuseWhileStopping(stopping: AbortSignal): MiddlewareHandler {
  return async function refuseNewWork(c, next) {
    if (stopping.aborted && c.req.method === "POST") throw new StoppingError();
    await next();
  };
}
