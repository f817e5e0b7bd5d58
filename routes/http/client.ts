/**
 * Tells clients apart, so that limits hold for each of them and they share the GPU fairly. A client is the token that
 * it was let in by; where none is needed, its address. Nothing else that it says of itself counts.
 *
 * @module
 */
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { createHash, timingSafeEqual } from "node:crypto";
import { type BlockList, isIP } from "node:net";

declare module "hono" {
  interface ContextVariableMap {
    /** A name that reveals nothing about the client and is the same for all its requests. */
    client: string;
  }
}

/** Returns the name of the client. */
export function clientOf(c: Context): string {
  return c.get("client");
}

/**
 * Names clients by their addresses.
 *
 * @param proxies whose word on the client's address is taken.
 */
export function identifyByAddress(proxies: BlockList): MiddlewareHandler {
  return async function identifyClient(c, next) {
    c.set("client", nameOf("address", networkOf(addressOf(c, proxies))));
    await next();
  };
}

/** Asks for one of the tokens, and names clients by it. */
export function identifyByToken(tokens: readonly string[]): MiddlewareHandler {
  const digests = tokens.map(digestOf);
  return bearerAuth({
    verifyToken(token, c) {
      const given = digestOf(token);
      // All are compared, so that the time tells nothing.
      const known = digests.filter((digest) => timingSafeEqual(digest, given)).length > 0;
      if (known) c.set("client", nameOf("token", token));
      return known;
    },
  });
}

function nameOf(kind: "address" | "token", text: string): string {
  return createHash("sha256").update(`${kind}\n${text}`).digest("base64url").slice(0, 16);
}

function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

/**
 * The address that a request comes from: that of the connection, or where that belongs to a proxy, the last one in
 * `X-Forwarded-For` that does not. What stands before it was written by the client.
 */
function addressOf(c: Context, proxies: BlockList): string {
  // There is no address without a socket, as in `app.request()`.
  const peer = c.env?.incoming ? getConnInfo(c).remote.address ?? "" : "";
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map(withoutPort);
  let address = peer;
  while (isIn(proxies, address)) {
    const before = forwarded.pop();
    if (before === undefined || isIP(before) === 0) break;
    address = before;
  }
  return address;
}

function isIn(set: BlockList, address: string): boolean {
  const version = isIP(address);
  return version > 0 && set.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** An entry of `X-Forwarded-For` without the port that some proxies add. */
function withoutPort(entry: string): string {
  const text = entry.trim();
  return /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/** An IPv4 address as it is; of an IPv6 address, the /64 network, all of which one machine may use. */
function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("%")[0]!.toLowerCase().split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":");
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  return [...first, ...zeros, ...last].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
