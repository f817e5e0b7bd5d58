/**
 * The connection to Redis. Opening it fails with one clear line, and it comes back by itself after it was lost.
 *
 * While it is lost, commands fail at once and are not kept for later: a client whose job is accepted can rely on
 * that, and a client that cannot be served is told so.
 *
 * @module
 */
import { Redis } from "ioredis";
import { QueuePlaceError, QueueUnavailableError } from "./queue.ts";

/** The first version with `ZADD … GT`, and the one that BullMQ recommends. */
const OLDEST_VERSION = "6.2";

const CONNECT_MILLISECONDS = 5000;
/** How long a command may go unanswered: longer than BullMQ's longest blocking read, 10 s. */
const SILENCE_MILLISECONDS = 15_000;
/** The longest pause between two attempts to connect. */
const MOST_RETRY_MILLISECONDS = 2000;

/** Returns an address without its user and password, for messages. */
export function shownAddress(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Connects, and checks the settings of the server.
 *
 * @param warn takes a line about each setting with which accepted jobs can be lost.
 * @throws {QueuePlaceError} where the address is not one of Redis, or its Redis is too old.
 * @throws {QueueUnavailableError} where no server answers there, or it refuses.
 */
export async function connect(url: string, warn: (line: string) => void): Promise<Redis> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    // The address is not shown: it may hold a password.
    throw new QueuePlaceError(
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
    // Rejects commands that are under way when the connection is lost. BullMQ accepts this value or endless waiting.
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => connected ? Math.min(times * 200, MOST_RETRY_MILLISECONDS) : null,
  });
  let reason = "it does not answer";
  const note = (error: Error & { code?: string }) => reason = error.message || error.code || reason;
  redis.on("error", note);
  try {
    await redis.connect();
    // ioredis does not say that the database of an address does not exist; this second SELECT does.
    await redis.select(redis.options.db ?? 0);
    checkSettings(settingsIn(await redis.info()), shownAddress(url), warn);
    connected = true;
  } catch (error) {
    await disconnect(redis);
    if (error instanceof QueuePlaceError) throw error;
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

/** Reports when the connection is lost and when it is back, until disposed of. */
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
  // Without a listener ioredis would print what `onClose` reports.
  const onError = () => {};
  redis.on("close", onClose).on("ready", onReady).on("error", onError);
  return {
    [Symbol.dispose]() {
      redis.off("close", onClose).off("ready", onReady);
    },
  };
}

/** Disconnects. */
export function disconnect(redis: Redis): Promise<void> {
  if (redis.status === "end") return Promise.resolve();
  return new Promise((resolve) => {
    redis.once("end", resolve);
    redis.disconnect();
  });
}

/**
 * Translates the error of a command: into a {@link QueueUnavailableError} where the queue cannot be used at present,
 * otherwise into itself.
 */
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

/** Parses the `name:value` lines of an answer to INFO. */
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
    throw new QueuePlaceError(
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
