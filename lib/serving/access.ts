/**
 * Who may use a server, and from where.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";

/** Who may use a server. */
export interface ServerAccess {
  /** The bearer tokens that everything under `/v1` asks for, one for each client; without any, none is needed. */
  tokens: readonly string[];
  /** Where browsers and programs reach the server by a name of its own, such as `https://scans.example.org`. */
  origins: readonly string[];
  /** Addresses of proxies, or networks as `10.0.0.0/8`, whose `X-Forwarded-For` says who the client is. */
  proxies: readonly string[];
}

/** The access to a server that is not told otherwise. */
export const DEFAULT_ACCESS: ServerAccess = { tokens: [], origins: [], proxies: [] };

/** What a bearer token may consist of (RFC 6750); no other text can be sent. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** Whether a request can carry this text as a bearer token. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Whether only this machine reaches what listens at a name or an address.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isLoopback } from "./access.ts";
 *
 * assert.ok(["localhost", "127.0.0.1", "::1", "[::1]"].every(isLoopback));
 * assert.ok(!["0.0.0.0", "::", "127.evil.example", "localhost.evil.example"].some(isLoopback));
 * ```
 */
export function isLoopback(host: string): boolean {
  const name = normalHost(host);
  return name !== null &&
    /^(127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\]|([^.]+\.)*localhost\.?)$/
      .test(name);
}

/** Whether a host is an address, not a name. Nobody can make browsers believe that an address belongs to them. */
export function isAddress(host: string): boolean {
  const name = normalHost(host);
  return name !== null && isIP(name.replace(/^\[|\]$/g, "")) > 0;
}

/**
 * The address at which a process reaches itself that listens at an address: loopback, where it listens at all of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ownAddress } from "./access.ts";
 *
 * assert.equal(ownAddress("0.0.0.0"), "127.0.0.1");
 * assert.equal(ownAddress("::"), "::1");
 * assert.equal(ownAddress("10.0.0.2"), "10.0.0.2");
 * ```
 */
export function ownAddress(address: string): string {
  const name = normalHost(address);
  return name === "0.0.0.0" ? "127.0.0.1" : name === "[::]" ? "::1" : address;
}

/** A host as URLs write it: in lower case, IPv6 in brackets and short; null for what is no host. */
function normalHost(host: string): string | null {
  const written = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (/[/?#@\\\s]/.test(written)) return null;
  try {
    return new URL(`http://${written}/`).hostname;
  } catch {
    return null;
  }
}

/**
 * The set of some addresses and networks.
 *
 * @throws {RangeError} naming the entry that is neither.
 */
export function addressSet(entries: readonly string[]): BlockList {
  const set = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix, ...rest] = entry.split("/");
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    const whole = prefix === undefined || /^\d+$/.test(prefix);
    if (version === 0 || rest.length > 0 || !whole || length > bits) {
      throw new RangeError(
        `'${entry}' is neither an address nor a network such as 10.0.0.0/8`,
      );
    }
    set.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  }
  return set;
}
