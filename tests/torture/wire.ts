/**
 * Requests as bytes on a socket, so that they can be slow, incomplete, or not HTTP at all.
 *
 * @module
 */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { formOf } from "./client.ts";
import type { Upload } from "./seeds.ts";

/** The bytes of a request. */
export interface Wire {
  head: Uint8Array;
  body: Uint8Array;
}

/** Makes the POST of a form that asks the server to close the connection after the answer. */
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
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: application/json\r\n` +
      `content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  return { head, body };
}

/** Joins head and body. */
export function bytesOf({ head, body }: Wire): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** How the bytes are sent. */
export interface Delivery {
  /** Bytes of a chunk; by default all. */
  chunk?: number;
  /** Pause between two chunks. */
  pauseMilliseconds?: number;
  /** What the client does at the end: wait for the answer, end its side of the connection, or vanish. */
  then: "wait" | "end" | "vanish";
}

/**
 * Sends bytes and reads the answer until the server closes the connection or the client vanishes.
 *
 * @param milliseconds to wait after the last byte.
 * @returns the answer, which may be empty; null where the server still holds the connection.
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
    // The server may close the connection while bytes are still being sent.
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
