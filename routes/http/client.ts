/**
 * Tells clients apart, so that they share the GPU fairly: by token and address together. Behind a proxy, all clients
 * with the same token count as one.
 *
 * @module
 */
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { createHash } from "node:crypto";

/** Returns a name that reveals nothing about the client and is the same for all its requests. */
export function clientOf(c: Context): string {
  const token = c.req.header("authorization") ?? "";
  return createHash("sha256").update(`${token}\n${addressOf(c)}`).digest("base64url").slice(0, 16);
}

function addressOf(c: Context): string {
  // There is no address without a socket, as in `app.request()`.
  return c.env?.incoming ? getConnInfo(c).remote.address ?? "" : "";
}
