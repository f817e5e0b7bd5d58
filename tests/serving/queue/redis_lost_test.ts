/** The queue while Redis is down, and after it is back. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
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
    assert.equal(await queue.ready(), true);

    await server.kill();
    await until(() => said.length === 1);
    assert.equal(await queue.ready(), false);
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
    await until(() => queue.ready());
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
      await queue.submit({ id: "job", client: "client", scan: "scan", method: "bn" });
      await until(() => process.begun.length === 1);
    }
    await server.kill();
  });
});
