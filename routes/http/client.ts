/**
 * Who a client is, for sharing the GPU fairly: its token and its address together. Behind a proxy that adds no
 * tokens of its own, all clients are one.
 *
 * @module
 */
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { createHash } from "node:crypto";

/** A name that says nothing about the client, but is the same for all its requests. */
export function clientOf(c: Context): string {
  const token = c.req.header("authorization") ?? "";
  return createHash("sha256").update(`${token}\n${addressOf(c)}`).digest("base64url").slice(0, 16);
}

function addressOf(c: Context): string {
  // Without a socket, as in `app.request()`, there is no address.
  return c.env?.incoming ? getConnInfo(c).remote.address ?? "" : "";
}
