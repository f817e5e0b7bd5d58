/**
 * Binds the application to a socket.
 *
 * It goes through `node:http`, because `Deno.serve` (2.9.6) does not tell a handler that its client has disconnected
 * if the body came in a packet of its own: `request.signal` is never aborted, and the GPU would go on working for
 * nobody. Go back to it once the test of a disconnecting client in tests/routes/serving_test.ts passes with it.
 *
 * @module
 */
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "../lib/serving/server.ts";

/**
 * Starts to listen; port 0 takes a free one. Leaving by `await using` waits for requests in flight.
 *
 * @throws {Error} with a code such as `EADDRINUSE` where it cannot listen there.
 */
export async function listen(app: Hono, hostname: string, port: number): Promise<Server> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  let inFlight = 0;
  let idle = Promise.withResolvers<void>();
  idle.resolve();
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    if (inFlight++ === 0) idle = Promise.withResolvers();
    response.once("close", () => {
      if (--inFlight === 0) idle.resolve();
    });
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => error ? reject(error) : resolve());
      });
      await idle.promise;
      // Deno 2.9.6 takes some idle kept-alive connections for busy and would wait until their clients disconnect.
      (server as HttpServer).closeAllConnections();
      await closed;
    },
  };
}
