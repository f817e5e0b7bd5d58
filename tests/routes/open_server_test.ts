/** A whole server: the job that it was working on when it was stopped is done by the next one. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_QUEUE_LIMITS } from "../../lib/serving/queue/queue.ts";
import { DEFAULT_SESSION_LIMITS } from "../../lib/serving/sessions/session.ts";
import { openServer } from "../../routes/open_server.ts";
import { FakeEngine } from "./fake_engine.ts";
import {
  AT_ONCE,
  fakeLabeller,
  formRequest,
  fullForm,
  type JobAnswer,
  plyScan,
  problemOf,
} from "./support.ts";

Deno.test("openServer() puts the job at work back into the queue when it stops, and the next server does it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-open-"));
  const data = {
    folder,
    queue: DEFAULT_QUEUE_LIMITS,
    keepHours: 1,
    sessions: DEFAULT_SESSION_LIMITS,
  };
  try {
    const begun = Promise.withResolvers<void>();
    const stuck = new FakeEngine(({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason))
      );
    });
    let job: JobAnswer;
    {
      await using server = await openServer(
        { labeller: fakeLabeller(stuck), data, limits: AT_ONCE },
        "127.0.0.1",
        0,
      );
      const response = await fetch(`${server.url}/v1/jobs`, formRequest(fullForm()));
      assert.equal(response.status, 202);
      job = await response.json();
      await begun.promise;
      // A client that follows the job does not keep the server from stopping.
      const events = await fetch(`${server.url}${job.links.events}`);
      void events.text().catch(() => {});
    }
    await using server = await openServer({ labeller: fakeLabeller(), data }, "127.0.0.1", 0);
    const events = await (await fetch(`${server.url}${job.links.events}`)).text();
    assert.match(events, /"state":"done".*"attempts":1/);
    const result = await fetch(`${server.url}${job.links.result}`);
    assert.equal(result.status, 200);
    assert.ok((await result.bytes()).length > 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A server with a scan at work that takes until its signal is aborted, or until `finish` is called. */
async function atWork(graceSeconds: number) {
  const begun = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const engine = new FakeEngine(async ({ signal }) => {
    begun.resolve();
    const ended = Promise.withResolvers<never>();
    signal!.addEventListener("abort", () => ended.reject(signal!.reason));
    await Promise.race([finished.promise, ended.promise]);
  });
  const limits = { ...AT_ONCE, graceSeconds };
  const server = await openServer({ labeller: fakeLabeller(engine), limits }, "127.0.0.1", 0);
  const segment = () => fetch(`${server.url}/v1/segment`, { method: "POST", body: plyScan() });
  const answer = segment();
  await begun.promise;
  return { server, answer, segment, finish: finished.resolve };
}

Deno.test("openServer() says that it stops as soon as it does, and answers the scan at work", async () => {
  const { server, answer, segment, finish } = await atWork(60);
  assert.equal((await (await fetch(`${server.url}/health/ready`)).json()).status, "ready");
  const stopped = server[Symbol.asyncDispose]();
  for (const ask of [() => fetch(`${server.url}/health/ready`), segment]) {
    const refused = await ask();
    assert.match(refused.headers.get("retry-after")!, /^[1-9]\d*$/);
    assert.match((await problemOf(refused, 503)).detail, /the server is stopping/);
  }
  const live = await fetch(`${server.url}/health/live`);
  assert.deepEqual(await live.json(), { status: "live" });
  finish();
  assert.equal((await answer).status, 200);
  assert.ok((await (await answer).bytes()).length > 0);
  await stopped;
});

Deno.test("openServer() ends a scan whose client waits once the time of grace is over", async () => {
  const { server, answer } = await atWork(0);
  const begun = performance.now();
  await server[Symbol.asyncDispose]();
  assert.ok(performance.now() - begun < 3000);
  const refused = await answer;
  assert.equal(refused.headers.get("retry-after"), "5");
  assert.match((await problemOf(refused, 503)).detail, /the server is stopping; send it again/);
});

Deno.test("openServer() cuts off an upload that has not ended soon after the time of grace", async () => {
  const limits = AT_ONCE;
  const server = await openServer({ labeller: fakeLabeller(), limits }, "127.0.0.1", 0);
  const sending = Promise.withResolvers<void>();
  const body = new ReadableStream({
    pull(controller) {
      sending.resolve();
      controller.enqueue(new TextEncoder().encode("ply\n"));
      return new Promise(() => {});
    },
  });
  const answer = fetch(`${server.url}/v1/segment`, { method: "POST", body })
    .then((response) => response.status, (error: Error) => error.name);
  await sending.promise;
  await new Promise((resolve) => setTimeout(resolve, 200));
  const begun = performance.now();
  await server[Symbol.asyncDispose]();
  assert.ok(performance.now() - begun < 8000);
  assert.equal(await answer, "TypeError");
});
