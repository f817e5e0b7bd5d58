/**
 * Ends connections whose clients do not read: each holds an open file, and memory for what was sent.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** How often to look, within the time that a client has. */
const LOOKS = 4;

/** The progress of an answer. */
interface Sent {
  bytes: number;
  at: number;
}

/**
 * Ends the connection of every answer of which nothing can be sent for some seconds, until disposed of. An answer that
 * is still being made may take its time.
 */
export function endSlowReaders(server: Server, seconds: number): Disposable {
  const sent = new Map<ServerResponse, Sent>();
  const onRequest = (_request: IncomingMessage, response: ServerResponse) => {
    sent.set(response, { bytes: 0, at: performance.now() });
    response.once("close", () => sent.delete(response));
  };
  server.on("request", onRequest);
  const look = () => {
    const now = performance.now();
    for (const [response, last] of sent) {
      const bytes = response.socket?.bytesWritten ?? 0;
      if (!response.writableNeedDrain || bytes !== last.bytes) {
        sent.set(response, { bytes, at: now });
      } else if (now - last.at >= seconds * 1000) {
        response.socket?.destroy();
      }
    }
  };
  const timer = setInterval(look, seconds * 1000 / LOOKS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      server.off("request", onRequest);
    },
  };
}
