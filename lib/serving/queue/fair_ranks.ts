/**
 * The order of jobs on Redis: ranks that serve as BullMQ's priorities. BullMQ's groups, which share between clients,
 * are not part of its open edition; priorities are.
 *
 * A job gets its rank when it is handed in, by the start tags of fair queueing (Goyal, Vin and Cheng, "Start-time
 * Fair Queueing", 1996) for jobs of equal length: the jobs of a client are two ranks apart, and the first job of a
 * client that has none waiting comes just before the round that is being worked off. So a new client is next, and
 * has one job in a round like every other, as in `sqlite_queue.ts`. The two orders differ where things change after
 * a rank was given: the jobs behind a cancelled one keep their ranks, and a job that is put back is next at once.
 *
 * @module
 */
import type { Redis } from "ioredis";
import { LARGEST_PRIORITY } from "./bullmq_internals.ts";

/** From this rank on, counting restarts as soon as no job waits. Half a million rounds fit below it. */
const RESTART_RANK = 2 ** 20;

/** The member of the set for the job that started last; names of clients are longer. */
const LATEST_START = "*";

/** KEYS: ranks, keys of waiting jobs; ARGV: client. Drops members that no longer matter. */
const NEXT_RANK = `
  local now = tonumber(redis.call('ZSCORE', KEYS[1], '${LATEST_START}') or 3)
  if now > ${RESTART_RANK} and redis.call('EXISTS', KEYS[2], KEYS[3]) == 0 then
    redis.call('DEL', KEYS[1])
    now = 3
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 3)
  local last = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1)
  local rank = math.min(math.max(now - 1, last + 2), ${LARGEST_PRIORITY})
  redis.call('ZADD', KEYS[1], rank, ARGV[1])
  return rank
`;

/** Gives out ranks; jobs of smaller ranks come first. */
export class FairRanks {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #waitingKeys: [string, string];

  /**
   * @param key the key of the sorted set of clients' ranks.
   * @param waitingKeys BullMQ's keys of waiting jobs.
   */
  constructor(redis: Redis, key: string, waitingKeys: [string, string]) {
    this.#redis = redis;
    this.#key = key;
    this.#waitingKeys = waitingKeys;
  }

  /** Gives out the rank of a client's new job, from 1. */
  async next(client: string): Promise<number> {
    const keys = [this.#key, ...this.#waitingKeys];
    return await this.#redis.eval(NEXT_RANK, keys.length, ...keys, client) as number;
  }

  /** Notes that a job of this rank has started. */
  async started(rank: number): Promise<void> {
    await this.#redis.zadd(this.#key, "GT", rank, LATEST_START);
  }
}
