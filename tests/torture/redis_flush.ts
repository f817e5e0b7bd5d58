/**
 * Redis is emptied while jobs wait: they are handed in again from their folders, and a server with another folder is
 * refused.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { HAS_REDIS, IN_MEMORY, RedisServer } from "../serving/queue/redis_server.ts";
import { smallScan, submitJob } from "./jobs.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const JOBS = 10;
const POINTS = 400;
const OPTIONS = { method: "dua", augmentations: 10 };
/** A lost job is found by the next sweep, once a minute. */
const LAST_MILLISECONDS = 300_000;

/** Runs the section; `count` is the number of jobs. */
export async function redisFlush({ count, seed, out }: Settings): Promise<Verdict> {
  if (!HAS_REDIS) return { ok: true, line: "left out: no redis-server here" };
  const wanted = count ?? JOBS;
  const folder = join(out, "redis");
  const other = join(out, "redis-other");
  for (const path of [folder, other]) await mkdir(path, { recursive: true });
  await using redis = await RedisServer.start(folder, IN_MEMORY);
  await using server = await ServerProcess.start(folder, ["--queue", redis.url]);
  const jobs: string[] = [];
  for (let number = 0; number < wanted; number++) {
    jobs.push((await submitJob(server.url, "a", smallScan(seed, number, POINTS), OPTIONS)).id);
  }
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  const start = performance.now();
  const waiting = new Set(jobs);
  while (waiting.size > 0 && performance.now() - start < LAST_MILLISECONDS) {
    await sleep(500);
    for (const id of waiting) {
      const answer = await fetch(`${server.url}/v1/jobs/${id}`);
      const job = await answer.json();
      if (answer.status === 200 && job.state === "done") waiting.delete(id);
    }
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  const refusal = await ServerProcess.start(other, ["--queue", redis.url]).then(
    async (started) => void await started[Symbol.asyncDispose](),
    (error) => error as Error,
  );
  const isRefused = /Cannot share the jobs of this queue/.test(refusal?.message ?? "");
  return {
    ok: waiting.size === 0 && isRefused,
    line: `FLUSHALL with ${wanted} accepted jobs: ${
      wanted - waiting.size
    } done after ${seconds} s; a server with another folder is ${isRefused ? "refused" : "let in"}`,
  };
}
