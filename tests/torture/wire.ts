/**
 * Requests as bytes on a socket, so that they can come slowly, in parts, or as no HTTP at all.
 *
 * @module
 */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { formOf } from "./client.ts";
import type { Upload } from "./seeds.ts";

/** A request as it goes over the wire. */
export interface Wire {
  head: Uint8Array;
  body: Uint8Array;
}

/** A POST of a form, which asks the server to close the connection after its answer. */
export async function formWire(
  path: string,
  upload: Upload,
  options: Record<string, unknown>,
  change: (body: Uint8Array) => Uint8Array = (body) => body,
): Promise<Wire> {
  const form = new Response(formOf(upload, options));
  const type = form.headers.get("content-type")!;
  const body = change(await form.bytes());
  const head = new TextEncoder().encode(
    `POST ${path} HTTP/1.1\r\nhost: server\r\nconnection: close\r\naccept: application/json\r\n` +
      `content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  return { head, body };
}

/** Head and body, one after the other. */
export function bytesOf({ head, body }: Wire): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** How the bytes go out. */
export interface Delivery {
  /** Bytes at once; all if left out. */
  chunk?: number;
  /** Between two chunks. */
  pauseMilliseconds?: number;
  /** What the client does at the end: wait for the answer, say that nothing more comes, or vanish. */
  then: "wait" | "end" | "vanish";
}

/**
 * Sends bytes and reads what comes back until the server closes the connection, or the client vanished.
 *
 * @param milliseconds to wait for that, from the last byte sent.
 * @returns the answer, empty without one; null where the server still holds the connection.
 */
export async function deliver(
  url: string,
  bytes: Uint8Array,
  { chunk = bytes.length, pauseMilliseconds = 0, then }: Delivery,
  milliseconds: number,
): Promise<string | null> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let answer = "";
  const closed = new Promise<"closed">((resolve) => {
    // A server that has seen enough closes while bytes are on their way.
    socket.on("error", () => {});
    socket.on("close", () => resolve("closed"));
    socket.on("end", () => resolve("closed"));
    socket.on("data", (data: Uint8Array) => answer += new TextDecoder().decode(data));
  });
  try {
    for (let at = 0; at < bytes.length && socket.writable; at += Math.max(chunk, 1)) {
      if (at > 0 && pauseMilliseconds > 0) await sleep(pauseMilliseconds);
      const written = Promise.withResolvers<void>();
      socket.write(bytes.subarray(at, at + Math.max(chunk, 1)), () => written.resolve());
      await Promise.race([written.promise, closed]);
    }
    if (then === "vanish") {
      socket.resetAndDestroy();
      return "";
    }
    if (then === "end") socket.end();
    const waited = new AbortController();
    const end = await Promise.race([
      closed,
      sleep(milliseconds, "late", { signal: waited.signal }).catch(() => "late"),
    ]);
    waited.abort();
    return end === "closed" ? answer : null;
  } finally {
    socket.destroy();
  }
}
