/** What is special to the queue of several machines: it outlives one of them, and refuses wrong places. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobQueue } from "../../../lib/serving/queue/queue.ts";
import { RedisQueue } from "../../../lib/serving/queue/redis_queue.ts";
import { readResult } from "../../../lib/serving/files/result.ts";
import { openRedisQueue } from "./queue_kinds.ts";
import { DURABLE, testWithRedis as test, withRedis } from "./redis_server.ts";
import { LEASE, LIMITS, submit, until, withFolder } from "./support.ts";
import { WorkerProcess } from "./worker_process.ts";

/** Reads which jobs BullMQ saw completed, each as often as it did. */
async function completions(url: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const events = await redis.xrange("ttt-kd:jobs:events", "-", "+");
    return events.map(([_, fields]) =>
      Object.fromEntries(fields.flatMap((name, i) => i % 2 ? [] : [[name, fields[i + 1]!]]))
    ).filter(({ event }) => event === "completed").map(({ jobId }) => jobId!);
  } finally {
    redis.disconnect();
  }
}

test("RedisQueue shares jobs between processes, and another one does the jobs of a killed one", async () => {
  await withRedis(async (server, folder) => {
    await using queue = await openRedisQueue(server.url, folder);
    const scans = new Map(
      Array.from({ length: 8 }, (_, i) => [`scan-${i}`, Uint8Array.of(i, i + 1, 2 * i)]),
    );
    for (const [id, scan] of scans) {
      await mkdir(queue.folderOf(id));
      await writeFile(join(queue.folderOf(id), "scan"), scan);
    }
    const handIn = (id: string) =>
      queue.submit({ id, client: id, scan: "scan", method: "bn", createdAt: 1 });
    const doomed = new WorkerProcess(server, folder, 1);
    const ids = [...scans.keys()];
    for (const id of ids.slice(0, 2)) await handIn(id);
    await until(() => doomed.begun.length === 2);
    await using living = new WorkerProcess(server, folder);
    for (const id of ids.slice(2)) await handIn(id);
    await until(() => living.begun.length > 0);
    await doomed.kill();
    await until(async () => (await queue.counts()).done === scans.size);

    const stuck = doomed.begun[1]!;
    assert.ok(living.begun.includes(stuck));
    assert.ok((await queue.get(stuck))!.attempts >= 2);
    assert.deepEqual(await queue.counts(), { done: scans.size });
    assert.deepEqual((await completions(server.url)).sort(), ids.map((id) => `job-${id}`));
    for (const [id, scan] of scans) {
      const { labels } = await readResult(queue.folderOf(id), (await queue.get(id))!.attempt!);
      assert.deepEqual(labels, scan.map((byte) => byte % 3));
    }
  });
});

test("RedisQueue.renew() extends the lease in Redis", async () => {
  await withRedis(async ({ url }, folder) => {
    await using queue = await openRedisQueue(url, folder);
    await submit(queue, "job");
    const claim = (await queue.claim("w", LEASE))!;
    const redis = new Redis(url);
    try {
      const left = () => redis.pttl("ttt-kd:jobs:job-job:lock");
      assert.ok(await left() <= LEASE);
      assert.ok(await queue.renew(claim, 10 * LEASE));
      assert.ok(await left() > 5 * LEASE);
    } finally {
      redis.disconnect();
    }
  });
});

test("RedisQueue.claim() passes over a job whose cancellation was cut off half-way", async () => {
  await withRedis(async ({ url }, folder) => {
    await using queue = await openRedisQueue(url, folder);
    await submit(queue, "half");
    await submit(queue, "whole");
    const redis = new Redis(url);
    try {
      const job = { ...await queue.get("half"), state: "cancelled", finishedAt: 1 };
      await redis.hset("ttt-kd:cancelled", "half", JSON.stringify(job));
    } finally {
      redis.disconnect();
    }
    assert.equal((await queue.get("half"))!.state, "cancelled");
    assert.equal((await queue.claim("w", LEASE))!.id, "whole");
    assert.deepEqual(await queue.counts(), { cancelled: 1, running: 1 });
  });
});

test("RedisQueue keeps the order when its ranks restart, and at the largest one", async () => {
  await withRedis(async ({ url }, folder) => {
    await using queue = await openRedisQueue(url, folder);
    const redis = new Redis(url);
    const LAST_RANK = 2 ** 21 - 1;
    const order = async () => {
      const ids: string[] = [];
      for (let claim; (claim = await queue.claim("w", LEASE));) {
        ids.push(claim.id);
        await queue.finish(claim);
      }
      return ids.join(" ");
    };
    try {
      await redis.zadd("ttt-kd:ranks", LAST_RANK, "*", LAST_RANK, "a");
      await submit(queue, "a1", "a");
      assert.equal(await redis.zscore("ttt-kd:ranks", "a"), "2", "nothing waited");
      await redis.zadd("ttt-kd:ranks", LAST_RANK, "*", LAST_RANK, "a");
      for (const id of ["a2", "b1", "a3", "b2"]) await submit(queue, id, id[0]!);
      assert.equal(await order(), "a1 b1 a2 a3 b2");
      await submit(queue, "a4", "a");
      assert.equal(await redis.zscore("ttt-kd:ranks", "a"), "2");
      assert.equal(
        await redis.zcard("ttt-kd:ranks"),
        1,
        "the ranks of earlier clients are dropped",
      );
    } finally {
      redis.disconnect();
    }
  });
});

test("RedisQueue refuses a queue that another version of the program made", async () => {
  await withRedis(async ({ url }, folder) => {
    const refused = (version: number) =>
      assert.rejects(openRedisQueue(url, folder), {
        name: "QueuePlaceError",
        message: new RegExp(`of version ${version}, this program knows 2; give --queue another`),
      });
    await (await openRedisQueue(url, folder))[Symbol.asyncDispose]();
    await (await openRedisQueue(url, folder))[Symbol.asyncDispose]();
    const redis = new Redis(url);
    try {
      await redis.set("ttt-kd:version", 3);
      await refused(3);
      // Version 1 did not mark its queues.
      await redis.del("ttt-kd:version");
      await refused(1);
    } finally {
      redis.disconnect();
    }
  });
});

test("RedisQueue refuses a folder that its other machines do not share", async () => {
  await withRedis(async ({ url }, folder) => {
    await using _first = await openRedisQueue(url, folder);
    await using second = await openRedisQueue(url, folder);
    assert.equal(second.files, _first.files);
    await withFolder(async (other) => {
      await assert.rejects(openRedisQueue(url, other), {
        name: "QueuePlaceError",
        message: /^Cannot share the jobs.*no jobs-[-\w]+ in .*--data/,
      });
    });
  });
});

test("RedisQueue warns of settings with which Redis can lose jobs", async () => {
  await withRedis(async ({ url }, folder) => {
    const said: string[] = [];
    await using _queue = await openRedisQueue(url, folder, {}, (line) => said.push(line));
    assert.match(said[0]!, /maxmemory-policy allkeys-lru\): set maxmemory-policy noeviction$/);
    assert.match(said[1]!, /set appendonly yes$/);
    assert.equal(said.length, 2);
  }, { "maxmemory-policy": "allkeys-lru" });
  await withRedis(async ({ url }, folder) => {
    const said: string[] = [];
    await using _queue = await openRedisQueue(url, folder, {}, (line) => said.push(line));
    assert.deepEqual(said, []);
  }, DURABLE);
});

test("RedisQueue.open() says in one line, without the password, why it fails", async () => {
  const open = (url: string): Promise<JobQueue> =>
    RedisQueue.open({ url, folder: "nowhere", limits: LIMITS, say: () => {} });
  const refused = (url: string, name: string, reason: RegExp) =>
    assert.rejects(open(url), (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /secret|\n/);
      return true;
    });
  await withRedis(async (server) => {
    const { host } = new URL(server.url);
    await refused(`redis://:secret@${host}/0`, "QueueUnavailableError", /WRONGPASS|invalid/);
    await refused(`redis://${host}/0`, "QueueUnavailableError", /NOAUTH/);
    await refused(`redis://:right@${host}/99`, "QueueUnavailableError", /DB index/);
    await server.kill();
    await refused(
      `redis://user:secret@${host}/0`,
      "QueueUnavailableError",
      /^Cannot reach the queue at redis:\/\/127\S+\/0: .*ECONNREFUSED.*start redis-server/,
    );
  }, { requirepass: "right" });
  await refused("http://user:secret@127.0.0.1", "QueuePlaceError", /redis:\/\//);
  await refused("secret", "QueuePlaceError", /redis:\/\//);
});
