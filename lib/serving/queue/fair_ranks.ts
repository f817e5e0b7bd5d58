/**
 * Whose turn it is on Redis, as BullMQ's priorities. Its groups would share between clients but are not free;
 * a priority is what its open part has.
 *
 * A job gets its rank when it is handed in, after the start tags of fair queueing (Goyal, Vin and Cheng,
 * "Start-time Fair Queueing", 1996) for jobs of one length: a client's jobs are two ranks apart, and who has
 * none waiting comes just before the round that is being worked off. So whoever comes is next, and has one job
 * in a round like everybody else, as in `sqlite_queue.ts`. The order differs from that one's where things change
 * after the rank was given: the jobs behind a cancelled one keep their ranks, and a job that is put back is next
 * at once.
 *
 * @module
 */
import type { Redis } from "ioredis";

/** BullMQ takes no larger priority; beyond it the order is that of arrival. */
const LAST_RANK = 2 ** 21 - 1;
/** Where counting starts again, once nothing waits. Half a million rounds fit before. */
const RESTART_RANK = 2 ** 20;

/** Member of the set for the job begun last; clients have longer names. */
const NOW = "*";

/** KEYS: ranks, waiting job keys; ARGV: client. Members that no longer matter are dropped. */
const NEXT_RANK = `
  local now = tonumber(redis.call('ZSCORE', KEYS[1], '${NOW}') or 3)
  if now > ${RESTART_RANK} and redis.call('EXISTS', KEYS[2], KEYS[3]) == 0 then
    redis.call('DEL', KEYS[1])
    now = 3
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 3)
  local last = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1)
  local rank = math.min(math.max(now - 1, last + 2), ${LAST_RANK})
  redis.call('ZADD', KEYS[1], rank, ARGV[1])
  return rank
`;

/** Gives ranks; smaller ones are next. */
export class FairRanks {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #waitingKeys: [string, string];

  /**
   * @param key where the ranks of clients are kept.
   * @param waitingKeys BullMQ's keys of jobs that wait.
   */
  constructor(redis: Redis, key: string, waitingKeys: [string, string]) {
    this.#redis = redis;
    this.#key = key;
    this.#waitingKeys = waitingKeys;
  }

  /** The rank of a client's new job, from 1. */
  async next(client: string): Promise<number> {
    const keys = [this.#key, ...this.#waitingKeys];
    return await this.#redis.eval(NEXT_RANK, keys.length, ...keys, client) as number;
  }

  /** A job of this rank is begun. */
  async begun(rank: number): Promise<void> {
    await this.#redis.zadd(this.#key, "GT", rank, NOW);
  }
}
