/** Jobs over HTTP on two machines that share a queue on Redis, and their answers while it is away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "../../lib/serving/server.ts";
import { readInput } from "../../lib/serving/files/input.ts";
import type { JobQueue } from "../../lib/serving/queue/queue.ts";
import { segmentationWork } from "../../lib/serving/queue/segmentation.ts";
import { type JobWork, JobWorker } from "../../lib/serving/queue/worker.ts";
import { FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";
import { createApp } from "../../routes/app.ts";
import { jobProblem } from "../../routes/http/problem.ts";
import { openRedisQueue, recovered } from "../serving/queue/queue_kinds.ts";
import { testWithRedis as test, withRedis } from "../serving/queue/redis_server.ts";
import { logged, until } from "../serving/queue/support.ts";
import { FakeEngine } from "./fake_engine.ts";
import { fakeLabeller, formRequest, fullForm, type JobAnswer, problemOf } from "./support.ts";

function appOf(queue: JobQueue) {
  return createApp({ labeller: fakeLabeller(), limits: DEFAULT_LIMITS, queue });
}

function working(queue: JobQueue, work: JobWork) {
  const worker = new JobWorker(queue, { work, describe: jobProblem, pollMilliseconds: 50 });
  return { [Symbol.asyncDispose]: () => worker.stop(0) };
}

test("a job that one machine accepts is done by another, and followed and fetched at the first", async () => {
  await withRedis(async ({ url }, folder) => {
    await using front = await openRedisQueue(url, folder);
    await using back = await openRedisQueue(url, folder);
    const app = appOf(front);
    const accepted = await app.request("/v1/jobs", formRequest(fullForm()));
    assert.equal(accepted.status, 202);
    const job: JobAnswer = await accepted.json();
    const events = await app.request(job.links.events);

    const engine = new FakeEngine(({ onProgress }) => {
      onProgress!({ phase: "adapt", step: 1, steps: 1, loss: 0.5 });
      return Promise.resolve();
    });
    await using _working = working(
      back,
      segmentationWork(back, fakeLabeller(engine), new FifoSemaphore()),
    );
    const heard = await events.text();
    assert.match(heard, /"state":"queued"[^]*"state":"done"/);
    assert.match(heard, /"progress":\{"phase":"adapt","step":1,"steps":1,"loss":0.5\}/);
    const result = await app.request(job.links.result, { headers: { accept: "application/json" } });
    assert.deepEqual((await result.json()).labels, [0, 1, 2, 0, 1, 2]);
  });
});

test("a machine that cannot find the files of a job leaves it to another", async () => {
  await withRedis(async ({ url }, folder) => {
    await using queue = await openRedisQueue(url, folder);
    const accepted = await appOf(queue).request("/v1/jobs", formRequest(fullForm()));
    const { id }: JobAnswer = await accepted.json();
    await logged(async (lines) => {
      await using _blind = working(queue, async () => void await readInput(join(folder, "gone")));
      await until(() => lines.length > 0);
      assert.match(lines[0]!, /goes back into the queue.*no \S+gone.*--data has to be a folder/);
    });
    await using _seeing = working(queue, async () => void await readInput(queue.folderOf(id)));
    await until(async () => (await queue.get(id))!.state === "done");
  });
});

test("a server reports that its queue is away, and accepts no job meanwhile", async () => {
  await withRedis(async (server, folder) => {
    await using queue = await openRedisQueue(server.url, folder);
    const app = appOf(queue);
    const metric = async () =>
      /^tttkd_queue_up (\d)$/m.exec(await (await app.request("/metrics")).text())![1];
    assert.deepEqual(await (await app.request("/health/ready")).json(), { status: "ready" });
    assert.equal(await metric(), "1");
    await server.kill();
    await until(async () => await queue.trouble() !== null);
    const refused = await app.request("/v1/jobs", formRequest(fullForm()));
    assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    assert.match((await problemOf(refused, 503)).detail, /^Cannot use the queue at redis:/);
    const notReady = await app.request("/health/ready");
    assert.match(
      (await problemOf(notReady, 503)).detail,
      /Cannot use the queue .*: it does not answer/,
    );
    assert.equal(await metric(), "0");
    await (await app.request("/health/live")).json();

    await server.startAgain();
    await until(async () => await queue.trouble() === null);
    const job = await app.request("/v1/jobs", formRequest(fullForm()));
    assert.equal(job.status, 202);
    await job.body?.cancel();
    await recovered(queue, server.url);
  });
});
