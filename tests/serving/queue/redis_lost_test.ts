/** The queue while Redis is down, and after it is back. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WALL_AGES } from "../../../lib/serving/files/clock.ts";
import { dropAccepted, writeAccepted } from "../../../lib/serving/queue/accepted_job.ts";
import { type JobQueue, QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
import { sweep } from "../../../lib/serving/queue/sweep.ts";
import { openRedisQueue, recovered } from "./queue_kinds.ts";
import { DURABLE, testWithRedis as test, withRedis } from "./redis_server.ts";
import { LEASE, submit, until } from "./support.ts";
import { WorkerProcess } from "./worker_process.ts";

test("RedisQueue keeps what it has confirmed when Redis is killed, and confirms nothing while it is down", async () => {
  await withRedis(async (server, folder) => {
    const said: string[] = [];
    await using queue = await openRedisQueue(server.url, folder, {}, (line) => said.push(line));
    await submit(queue, "held");
    const claim = (await queue.claim("w", LEASE))!;
    await submit(queue, "waiting");
    assert.equal(await queue.trouble(), null);

    await server.kill();
    await until(() => said.length === 1);
    assert.match((await queue.trouble())!, /does not answer/);
    for (
      const ask of [
        () => submit(queue, "late"),
        () => queue.enter("client"),
        () => queue.get("held"),
        () => queue.counts(),
        () => queue.claim("w", LEASE),
        () => queue.renew(claim, LEASE),
      ]
    ) {
      await assert.rejects(
        ask,
        (error) =>
          error instanceof QueueUnavailableError && error.retryAfterSeconds > 0 &&
          /Cannot use the queue at redis:\/\/127.*try again/.test(error.message),
      );
    }
    queue.report(claim, { phase: "predict" });

    await server.startAgain();
    await until(async () => await queue.trouble() === null);
    assert.match(said.join("\n"), /^the queue at \S+ is lost.*\nthe queue at \S+ is back$/);
    assert.ok(await queue.renew(claim, LEASE), "the lease was kept as well");
    assert.ok(await queue.finish(claim));
    assert.equal((await queue.claim("w", LEASE))!.id, "waiting");
    assert.equal(await queue.get("late"), null);
    assert.deepEqual(await queue.counts(), { done: 1, running: 1 });
    await recovered(queue, server.url);
    const again = [await queue.claim("other", LEASE), await queue.claim("other", LEASE)];
    assert.deepEqual(again.map((claim) => claim!.id).sort(), ["recovered", "waiting"]);
  }, DURABLE);
});

test("RedisQueue closes while Redis is down, so that its process ends", async () => {
  await withRedis(async (server, folder) => {
    await using process = new WorkerProcess(server, folder);
    {
      await using queue = await openRedisQueue(server.url, folder);
      await mkdir(queue.folderOf("job"));
      await writeFile(join(queue.folderOf("job"), "scan"), "scan");
      await queue.submit({ id: "job", client: "client", scan: "scan", method: "bn", createdAt: 1 });
      await until(() => process.begun.length === 1);
    }
    await server.kill();
  });
});

test("RedisQueue gets its jobs back from their folders when somebody empties Redis", async () => {
  await withRedis(async ({ url }, folder) => {
    const said: string[] = [];
    await using queue = await openRedisQueue(url, folder, {}, (line) => said.push(line));
    for (const id of ["held", "waiting", "cancelled"]) await accept(queue, id);
    const claim = (await queue.claim("w", LEASE))!;
    await dropAccepted(queue.folderOf("cancelled"));
    await queue.cancel("cancelled");
    const redis = new Redis(url);
    await redis.flushall();
    redis.disconnect();

    assert.equal(await queue.renew(claim, LEASE), false);
    await sweep(queue, 1000, WALL_AGES, () => {});
    assert.match(said.at(-1)!, /has lost its records/);
    assert.deepEqual(await queue.counts(), { queued: 2 });
    const { createdAt, client, state } = (await queue.get("waiting"))!;
    assert.deepEqual([createdAt, client, state], [1, "client", "queued"]);
    const claims = [await queue.claim("w", LEASE), await queue.claim("w", LEASE)];
    assert.deepEqual(claims.map((claim) => claim!.id).sort(), ["held", "waiting"]);
    for (const claim of claims) assert.ok(await queue.finish(claim!));
  });
});

test("RedisQueue refuses to work when a server with another folder came first to an emptied Redis", async () => {
  await withRedis(async ({ url }, folder) => {
    await using queue = await openRedisQueue(url, join(folder, "one"));
    await accept(queue, "job");
    const redis = new Redis(url);
    await redis.flushall();
    redis.disconnect();
    await using _other = await openRedisQueue(url, join(folder, "two"));
    assert.match((await queue.trouble())!, /its jobs lie in the folder jobs-.*--data/);
    for (
      const ask of [
        () => accept(queue, "new"),
        () => queue.claim("w", LEASE),
        () => queue.get("job"),
        () => queue.enter("client"),
      ]
    ) {
      await assert.rejects(ask, QueueUnavailableError);
    }
  });
});

test("RedisQueue finds the folder of its jobs again that Redis has forgotten", async () => {
  await withRedis(async ({ url }, folder) => {
    let files: string;
    {
      await using queue = await openRedisQueue(url, folder);
      files = queue.files;
    }
    const redis = new Redis(url);
    await redis.flushall();
    redis.disconnect();
    await using queue = await openRedisQueue(url, folder);
    assert.equal(queue.files, files);
    await rm(files, { recursive: true });
    assert.match((await queue.trouble())!, /its folder jobs-\S+ is gone.*mount it again/);
  });
});

async function accept(queue: JobQueue, id: string): Promise<void> {
  const job = { id, client: "client", scan: "room.ply", method: "bn", createdAt: 1 };
  await mkdir(queue.folderOf(id));
  await writeAccepted(queue.folderOf(id), job);
  await queue.submit(job);
}
