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
import type { AddressInfo, Socket } from "node:net";
import { DEFAULT_LIMITS, type Server } from "../lib/serving/server.ts";
import { acceptorOf, keepAccepting } from "./accepting.ts";
import { endSlowReaders } from "./slow_readers.ts";

/** Seconds within which the head of a request has to be there, however it trickles in. */
const HEAD_SECONDS = 30;
/** Seconds for the answers to requests that a server which leaves has ended. */
const LAST_ANSWERS_SECONDS = 2;

/** The times that connections have. */
export interface ListenOptions {
  /** Seconds after which a connection ends of whose answer nothing can be sent. */
  stallSeconds?: number;
  /** Seconds within which the head of a request has to be there. */
  headSeconds?: number;
  /** Aborted when a server that stops waits no longer: whoever was not answered soon after is cut off. */
  leaving?: AbortSignal;
}

/**
 * Starts to listen; port 0 takes a free one. Leaving by `await using` waits for requests in flight, and for what is done
 * behind a client that has disconnected, such as the removal of its files.
 *
 * @throws {Error} with a code such as `EADDRINUSE` where it cannot listen there.
 */
export async function listen(
  app: Hono,
  hostname: string,
  port: number,
  { stallSeconds = DEFAULT_LIMITS.stallSeconds, headSeconds = HEAD_SECONDS, leaving }:
    ListenOptions = {},
): Promise<Server> {
  // The time of bodies is limited where they are read; Node's own limit would cut any upload of five minutes.
  const serverOptions = { requestTimeout: 0, headersTimeout: 0 };
  const handling = new Set<Promise<unknown>>();
  const fetch: typeof app.fetch = (...request) => {
    const handled = Promise.try(() => app.fetch(...request));
    handling.add(handled);
    return handled.finally(() => handling.delete(handled));
  };
  const server = createAdaptorServer({ fetch, serverOptions }) as HttpServer;
  endSilentConnections(server, headSeconds);
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
  const answered = async () => {
    await idle.promise;
    await Promise.allSettled(handling);
  };
  const failed = Promise.withResolvers<string>();
  const slow = endSlowReaders(server, stallSeconds);
  const accepting = keepAccepting(acceptorOf(server), { onDeaf: failed.resolve });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      await accepting[Symbol.asyncDispose]();
      using cut = endOfPatience(leaving);
      // As long as it waits, it still listens, and says to whoever asks that it stops.
      await Promise.race([answered(), cut.promise]);
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => error ? reject(error) : resolve());
      });
      await Promise.race([answered(), cut.promise]);
      slow[Symbol.dispose]();
      // Deno 2.9.6 takes some idle kept-alive connections for busy and would wait until their clients disconnect.
      server.closeAllConnections();
      await closed;
      // The files of those that were cut off are removed.
      using end = endOfPatience(leaving);
      await Promise.race([answered(), end.promise]);
    },
  };
}

/** Resolves some time after a server has ended the requests in flight; never without a signal. */
function endOfPatience(leaving: AbortSignal | undefined): Disposable & { promise: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => timer = setTimeout(resolve, LAST_ANSWERS_SECONDS * 1000);
  if (leaving?.aborted) begin();
  leaving?.addEventListener("abort", begin, { once: true });
  return {
    promise,
    [Symbol.dispose]() {
      leaving?.removeEventListener("abort", begin);
      clearTimeout(timer);
    },
  };
}

/** Ends connections that bring no head of a request in time. Deno 2.9.6 does not, whatever `headersTimeout` says. */
function endSilentConnections(server: HttpServer, seconds: number): void {
  const timers = new Map<Socket, ReturnType<typeof setTimeout>>();
  const forget = (socket: Socket) => {
    clearTimeout(timers.get(socket));
    timers.delete(socket);
  };
  const awaitHead = (socket: Socket) => {
    forget(socket);
    if (!socket.destroyed) timers.set(socket, setTimeout(() => socket.destroy(), seconds * 1000));
  };
  server.on("connection", (socket: Socket) => {
    socket.once("close", () => forget(socket));
    awaitHead(socket);
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    forget(socket);
    response.once("close", () => awaitHead(socket));
  });
}
