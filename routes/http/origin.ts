/**
 * Keeps web pages of others away. A browser lets any page send requests to any server, and one that made its own name
 * point to this machine (DNS rebinding) even read the answers. So a request has to be for a host that is this server,
 * and where a browser says which page sent it, for a page of this server.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { isAddress, isLoopback } from "../../lib/serving/access.ts";
import { RequestError } from "./problem.ts";

/** By which names a server is reached. */
export interface OwnNames {
  /** The name or address that it listens on. */
  hostname: string;
  /** Its origins beside that, such as `https://scans.example.org`. */
  origins: readonly string[];
  /** Whether it asks for a token, which a page that rebinds a name cannot know. */
  guarded: boolean;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** What browsers say of requests that no page of others has caused. */
const OWN_SITES: ReadonlySet<string> = new Set(["same-origin", "none"]);
const MOST_QUOTED = 100;

/** Refuses requests for other hosts, and requests from pages of others that change or read something. */
export function refuseForeign(names: OwnNames): MiddlewareHandler {
  return async function refuseForeignPages(c, next) {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    if (!isOwnHost(host, names)) {
      throw new RequestError(
        403,
        `Cannot serve host ${
          quoted(host)
        }: this server is not known by that name; start it with --origin http://NAME:PORT, as clients write it`,
        { field: "host" },
      );
    }
    const concerned = !SAFE_METHODS.has(c.req.method) || /^\/v1(\/|$)/.test(c.req.path);
    const page = concerned ? foreignPage(c, host, names) : null;
    if (page !== null) {
      throw new RequestError(
        403,
        `Cannot serve a page of ${page}: it is not this server; where a proxy shows this server there, start it with --origin`,
        { field: "origin" },
      );
    }
    await next();
  };
}

function isOwnHost(host: string, { hostname, origins, guarded }: OwnNames): boolean {
  if (origins.some((origin) => isHostOf(host, origin))) return true;
  const name = /^(.*?)(:\d*)?$/.exec(host)![1]!;
  if (isLoopback(hostname)) return isLoopback(name);
  return guarded || isLoopback(name) || isAddress(name);
}

/** Whether a header `Host` names the host of an origin. */
function isHostOf(host: string, origin: string): boolean {
  const { protocol, host: expected } = new URL(origin);
  return URL.parse(`${protocol}//${host}`)?.host === expected;
}

/** Says whose page has caused a request; null where it is none, or one of this server's own. */
function foreignPage(c: Context, host: string, { origins }: OwnNames): string | null {
  const origin = c.req.header("origin");
  if (origin === undefined) {
    const site = c.req.header("sec-fetch-site");
    return site === undefined || OWN_SITES.has(site) ? null : "another site";
  }
  const sent = URL.parse(origin);
  // The scheme may differ: a proxy may have taken TLS off.
  const own = sent !== null && /^https?:$/.test(sent.protocol) &&
    (isHostOf(host, origin) || origins.includes(sent.origin));
  return own ? null : quoted(origin);
}

function quoted(text: string): string {
  const shown = text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
  return JSON.stringify(shown);
}
