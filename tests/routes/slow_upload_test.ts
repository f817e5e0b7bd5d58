/** Slow uploads keep nobody out: they take no place, are few for each client, and have to keep a least rate. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { listen } from "../../routes/listen.ts";
import { fakeApp, plyScan, problemOf, withJobs } from "./support.ts";

/** A body that sends its bytes one by one, and then waits to be closed; and its end. */
function trickle(milliseconds: number) {
  let ended = false;
  const bytes = plyScan();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(control) {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (ended) return;
      if (at < bytes.length) control.enqueue(bytes.subarray(at, ++at));
    },
    cancel: () => void (ended = true),
  }, { highWaterMark: 0 });
  return { method: "POST", body };
}

/** A body that sends nothing until it is let go, and then a whole scan. */
function held() {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(control) {
      asked.resolve();
      await gate.promise;
      control.enqueue(plyScan());
      control.close();
    },
  }, { highWaterMark: 0 });
  return { init: { method: "POST", body }, asked: asked.promise, send: gate.resolve };
}

const whole = () => ({ method: "POST", body: plyScan() });

Deno.test("uploads that are under way take no place", async () => {
  await withJobs(async ({ app, queue }) => {
    for (const [path, status] of [["/v1/segment", 200], ["/v1/jobs", 202]] as const) {
      const slow = held();
      const answer = app.request(path, slow.init);
      await slow.asked;
      const other = await app.request(path, whole());
      assert.equal(other.status, status, await other.clone().text());
      if (status === 202) {
        await app.request((await other.json()).links.self, { method: "DELETE" });
      } else await other.body?.cancel();
      slow.send();
      assert.equal((await answer).status, status);
      await (await answer).body?.cancel();
    }
    assert.equal((await readdir(queue.files)).length, 2);
  }, { limits: { places: 1 }, queue: { jobs: 1 } });
});

Deno.test("a job that finds no place once it is here is refused, and leaves no files", async () => {
  await withJobs(async ({ app, queue }) => {
    const slow = held();
    const late = app.request("/v1/jobs", slow.init);
    await slow.asked;
    const first = await app.request("/v1/jobs", whole());
    assert.equal(first.status, 202);
    await first.body?.cancel();
    slow.send();
    await problemOf(await late, 429);
    assert.equal((await readdir(queue.files)).length, 1);
  }, { queue: { jobs: 1 } });
});

Deno.test("one client has few uploads under way, and all clients not many more", async () => {
  for (
    const [limits, reason] of [
      [{ uploadsOfClient: 2 }, /2 of yours.*--max-uploads-of-client/],
      [{ uploads: 2 }, /2 are under way.*--max-uploads$/],
    ] as const
  ) {
    await withJobs(async ({ app, sessions }) => {
      const session = await (await app.request("/v1/sessions", { method: "POST" })).json();
      const uploads = [held(), held()];
      const answers = [
        app.request("/v1/segment", uploads[0]!.init),
        app.request("/v1/jobs", uploads[1]!.init),
      ];
      await Promise.all(uploads.map(({ asked }) => asked));
      for (const path of ["/v1/segment", "/v1/jobs", session.links.scans]) {
        const refused = await app.request(path, whole());
        assert.ok(refused.headers.has("retry-after"));
        assert.match((await problemOf(refused, 503)).detail, reason);
      }
      for (const { send } of uploads) send();
      for (const answer of await Promise.all(answers)) {
        assert.ok(answer.ok);
        await answer.body?.cancel();
      }
      const next = await app.request("/v1/segment", whole());
      assert.equal(next.status, 200);
      await next.body?.cancel();
      await sessions.remove(session.id);
    }, { limits });
  }
});

Deno.test("an upload that sends a byte now and then is answered 408, however long it goes on", async () => {
  const { app, engine } = fakeApp({ limits: { stallSeconds: 0.1, leastRate: 1000 } });
  const start = performance.now();
  const { detail, field } = await problemOf(await app.request("/v1/segment", trickle(10)), 408);
  assert.match(
    detail,
    /only \d+ bytes came in 0\.\d seconds, and it takes 1000 a second.*--least-rate/,
  );
  assert.equal(field, "body");
  assert.ok(performance.now() - start < 3000);
  assert.equal(engine.requests.length, 0);
  const patient = fakeApp({ limits: { stallSeconds: 0.1, leastRate: 0, uploadSeconds: 0.3 } });
  const late = await problemOf(await patient.app.request("/v1/segment", trickle(10)), 408);
  assert.match(late.detail, /--upload-seconds/);
  // The last byte of the body is on its way.
  await new Promise((resolve) => setTimeout(resolve, 20));
});

Deno.test("listen() ends connections whose head does not come, and no others", async () => {
  const { app } = fakeApp({
    work: () => new Promise((resolve) => setTimeout(resolve, 400)),
  });
  await using server = await listen(app, "127.0.0.1", 0, { headSeconds: 0.2 });
  const port = Number(new URL(server.url).port);
  const answer = fetch(`${server.url}/v1/segment`, whole());
  const heads = ["", "GET / HTTP/1.1\r\nhost: localhost\r\n"];
  const second = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HT";
  await Promise.all([...heads, second].map((text) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => void (text && socket.write(text)));
      // Further lines of the head keep it no longer.
      const timer = setInterval(() => text && socket.write("x: y\r\n"), 50);
      socket.on("error", () => {});
      socket.on("data", () => {});
      socket.on("close", () => {
        clearInterval(timer);
        resolve();
      });
    })
  ));
  const response = await answer;
  assert.equal(response.status, 200, "work on a whole request may take longer");
  await response.body?.cancel();
});
