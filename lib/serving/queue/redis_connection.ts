/**
 * The connection to Redis: opened with one clear line where that fails, and back by itself after it was lost.
 *
 * While it is lost, commands fail at once and are not kept for later: a client that is told "accepted" can rely
 * on it, and one that cannot be served is told so.
 *
 * @module
 */
import { Redis } from "ioredis";
import { QueueUnavailableError } from "./queue.ts";

/** `ZADD … GT`, and what BullMQ recommends. */
const OLDEST_VERSION = "6.2";

const CONNECT_MILLISECONDS = 5000;
/** Silence after a command; longer than BullMQ's longest blocking read, 10 s. */
const SILENCE_MILLISECONDS = 15_000;
const MOST_RETRY_MILLISECONDS = 2000;

/** An address without its user and password, for people to read. */
export function shownAddress(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Connects, and looks whether the settings there keep what they are given.
 *
 * @param warn takes a line on settings with which accepted jobs can be lost.
 * @throws {RangeError} where the address is none of Redis, or its Redis is too old.
 * @throws {QueueUnavailableError} where nobody answers there, or refuses.
 */
export async function connect(url: string, warn: (line: string) => void): Promise<Redis> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    // Not shown: it may hold a password.
    throw new RangeError(
      "Cannot use the address of the queue: it has to be redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]",
    );
  }
  let connected = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
    keepAlive: SILENCE_MILLISECONDS,
    enableOfflineQueue: false,
    // Rejects commands on their way when the connection is lost. BullMQ allows this or waiting for ever.
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => connected ? Math.min(times * 200, MOST_RETRY_MILLISECONDS) : null,
  });
  let reason = "it does not answer";
  const note = (error: Error & { code?: string }) => reason = error.message || error.code || reason;
  redis.on("error", note);
  try {
    await redis.connect();
    // Asked again, because a database that is not there is passed over in silence for the first one.
    await redis.select(redis.options.db ?? 0);
    checkSettings(settingsIn(await redis.info()), shownAddress(url), warn);
    connected = true;
  } catch (error) {
    await disconnect(redis);
    if (error instanceof RangeError) throw error;
    if (reason === "it does not answer") note(error as Error);
    throw new QueueUnavailableError(
      `Cannot reach the queue at ${
        shownAddress(url)
      }: ${reason}; start redis-server there, or leave out --queue`,
    );
  }
  redis.off("error", note);
  return redis;
}

/** Says when the connection is lost and when it is back, until disposed of. */
export function watch(redis: Redis, address: string, say: (line: string) => void): Disposable {
  let lost = false;
  const onClose = () => {
    if (!lost) say(`the queue at ${address} is lost; its jobs wait for it to come back`);
    lost = true;
  };
  const onReady = () => {
    if (lost) say(`the queue at ${address} is back`);
    lost = false;
  };
  // Without a listener it would print what `onClose` says.
  const onError = () => {};
  redis.on("close", onClose).on("ready", onReady).on("error", onError);
  return {
    [Symbol.dispose]() {
      redis.off("close", onClose).off("ready", onReady);
    },
  };
}

/** Disconnects, and resolves when that is done. */
export function disconnect(redis: Redis): Promise<void> {
  if (redis.status === "end") return Promise.resolve();
  return new Promise((resolve) => {
    redis.once("end", resolve);
    redis.disconnect();
  });
}

/** What an error of a command means to who gave it: that the queue is away, or the error itself. */
export function errorOf(error: unknown, redis: Redis, address: string): unknown {
  if (!(error instanceof Error) || error instanceof QueueUnavailableError) return error;
  const refused = error.name === "ReplyError" &&
    /^(OOM|MISCONF|READONLY|LOADING|MASTERDOWN|NOREPLICAS|BUSY) /.test(error.message);
  const lost = redis.status !== "ready" ||
    ["AbortError", "MaxRetriesPerRequestError"].includes(error.name) ||
    /Connection is closed|Stream isn't writeable/.test(error.message);
  if (!refused && !lost) return error;
  const reason = refused ? error.message : "it does not answer";
  return new QueueUnavailableError(
    `Cannot use the queue at ${address}: ${reason}; try again once it is back`,
    { cause: error },
  );
}

/** `name:value` lines, as INFO answers. */
function settingsIn(info: string): Map<string, string> {
  return new Map(
    info.split("\r\n").filter((line) => line.includes(":")).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

function checkSettings(
  settings: Map<string, string>,
  address: string,
  warn: (line: string) => void,
): void {
  const version = settings.get("redis_version") ?? "0";
  if (version.localeCompare(OLDEST_VERSION, "en", { numeric: true }) < 0) {
    throw new RangeError(
      `Cannot use the queue at ${address}: it is Redis ${version}; update it to ${OLDEST_VERSION} or later`,
    );
  }
  const policy = settings.get("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    warn(
      `Redis at ${address} forgets jobs when its memory is full (maxmemory-policy ${policy}): set maxmemory-policy noeviction`,
    );
  }
  if (settings.get("aof_enabled") === "0") {
    warn(`Redis at ${address} forgets the last jobs when it dies: set appendonly yes`);
  }
}
