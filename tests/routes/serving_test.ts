/** One scan at a time, and none for a client that has disconnected. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { listen } from "../../routes/listen.ts";
import { fakeApp, formRequest, fullForm, plyScan, problemOf } from "./support.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("POST /v1/segment gives the GPU to one scan at a time, even if some fail", async () => {
  let inside = 0;
  let number = 0;
  const { app, engine } = fakeApp({
    work: async () => {
      assert.equal(++inside, 1);
      await pause(2);
      inside--;
      if (++number % 2 === 0) throw new RangeError("every second one fails");
    },
  });
  const original = console.error;
  console.error = () => {};
  try {
    const post = () => app.request("/v1/segment", { method: "POST", body: plyScan() });
    const responses = await Promise.all([1, 2, 3, 4, 5, 6].map(post));
    await Promise.all(responses.map((response) => response.body?.cancel()));
    const statuses = responses.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 200, 200, 500, 500, 500]);
    assert.equal(engine.requests.length, 6);
  } finally {
    console.error = original;
  }
});

Deno.test("POST /v1/segment answers 503 with Retry-After when all places are taken", async () => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { app } = fakeApp({
    limits: { places: 1 },
    work: () => {
      begun.resolve();
      return gate.promise;
    },
  });
  const post = () => app.request("/v1/segment", { method: "POST", body: plyScan() });
  const first = post();
  await begun.promise;
  const refused = await post();
  assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  await problemOf(refused, 503);
  gate.resolve();
  assert.equal((await first).status, 200);
  await (await first).body?.cancel();
  const later = await post();
  assert.equal(later.status, 200);
  await later.body?.cancel();
});

Deno.test("POST /v1/segment stops the work of a client that disconnects, and serves the next", async () => {
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<number>();
  let steps = 0;
  const { app, engine } = fakeApp({
    work: async ({ signal, options }) => {
      if (options.method === "source") return;
      started.resolve();
      try {
        for (steps = 0; steps < 1000; steps++) {
          await pause(2);
          signal?.throwIfAborted();
        }
      } finally {
        stopped.resolve(steps);
      }
    },
  });
  await using server = await listen(app, "127.0.0.1", 0);
  const client = new AbortController();
  const left = fetch(`${server.url}/v1/segment`, {
    ...formRequest(fullForm()),
    signal: client.signal,
  });
  const waiting = fetch(`${server.url}/v1/segment?method=source`, {
    method: "POST",
    body: plyScan(),
  });
  await started.promise;
  client.abort();
  await assert.rejects(left, { name: "AbortError" });
  assert.ok(await stopped.promise < 500, "it stopped long before its end");
  const response = await waiting;
  assert.equal(response.status, 200);
  await response.body?.cancel();
  assert.equal(engine.requests.length, 2);
});

Deno.test("listen() stops once the files of a client that disconnected are gone", async () => {
  const begun = Promise.withResolvers<void>();
  const removed = Promise.withResolvers<void>();
  const app = new Hono().get("/", async (c) => {
    begun.resolve();
    await new Promise((resolve) => c.req.raw.signal.addEventListener("abort", resolve));
    await removed.promise;
    return c.body(null);
  });
  const server = await listen(app, "127.0.0.1", 0);
  const client = new AbortController();
  const left = fetch(server.url, { signal: client.signal });
  await begun.promise;
  client.abort();
  await assert.rejects(left, { name: "AbortError" });
  let hasStopped = false;
  const stopped = server[Symbol.asyncDispose]().then(() => hasStopped = true);
  await pause(50);
  assert.equal(hasStopped, false);
  removed.resolve();
  await stopped;
});

Deno.test("listen() answers over a socket, and stops although clients keep their connections open", async () => {
  const { app } = fakeApp();
  let url: string;
  let stopping: number;
  {
    await using server = await listen(app, "127.0.0.1", 0);
    url = server.url;
    for (let i = 0; i < 3; i++) {
      const body = plyScan(20_000);
      const headers = { accept: "application/json" };
      const response = await fetch(`${url}/v1/segment`, { method: "POST", body, headers });
      assert.equal((await response.json()).labels.length, 20_000);
    }
    stopping = performance.now();
  }
  // Idle connections are kept open for five seconds.
  assert.ok(performance.now() - stopping < 5000);
  await assert.rejects(fetch(`${url}/health/live`));
});

Deno.test("listen() finishes the request at work before it stops", async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const { app } = fakeApp({
    work: () => {
      started.resolve();
      return gate.promise;
    },
  });
  const server = await listen(app, "127.0.0.1", 0);
  const answer = fetch(`${server.url}/v1/segment`, { method: "POST", body: plyScan() });
  await started.promise;
  const stopped = server[Symbol.asyncDispose]();
  gate.resolve();
  const response = await answer;
  assert.equal(response.status, 200);
  assert.ok((await response.bytes()).length > 0);
  await stopped;
});
