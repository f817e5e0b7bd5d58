/** Clients that stop in the middle of an upload are answered 408, and their places become free. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { listen } from "../../routes/listen.ts";
import { fakeApp, formRequest, plyScan, problemOf, withJobs } from "./support.ts";

/** Far shorter than in a real server, so that tests do not wait. */
const limits = { stallSeconds: 0.1, places: 1 };

/** A request whose body sends these bytes, and then neither more nor an end. */
function silentAfter(bytes: Uint8Array, type = "application/octet-stream"): RequestInit {
  const body = new ReadableStream<Uint8Array>({ start: (control) => control.enqueue(bytes) });
  return { method: "POST", body, headers: { "content-type": type } };
}

/** A form that stops in the middle of its scan. */
async function halfForm(): Promise<RequestInit> {
  const whole = new Request("http://server/", formRequest({ scan: plyScan(1000) }));
  const bytes = await whole.bytes();
  return silentAfter(bytes.subarray(0, 600), whole.headers.get("content-type")!);
}

Deno.test("POST /v1/segment answers 408 to a silent upload, and gives its place to the next", async () => {
  const { app, engine } = fakeApp({ limits });
  for (const request of [silentAfter(plyScan().subarray(0, 50)), await halfForm()]) {
    const response = await app.request("/v1/segment", request);
    assert.equal(response.headers.get("connection"), "close");
    const { detail, field } = await problemOf(response, 408);
    assert.match(detail, /after \d+ bytes nothing came for 0\.1 seconds; .*--stall/);
    assert.equal(field, "body");
  }
  assert.equal(engine.requests.length, 0);
  const next = await app.request("/v1/segment", { method: "POST", body: plyScan() });
  assert.equal(next.status, 200);
  await next.body?.cancel();
});

Deno.test("POST /v1/jobs answers 408 to a silent upload, leaves no files, and accepts the next", async () => {
  await withJobs(async ({ app, queue }) => {
    for (const request of [silentAfter(plyScan().subarray(0, 50)), await halfForm()]) {
      await problemOf(await app.request("/v1/jobs", request), 408);
      assert.deepEqual(await readdir(queue.files), []);
    }
    const next = await app.request("/v1/jobs", { method: "POST", body: plyScan() });
    assert.equal(next.status, 202);
    await next.body?.cancel();
  }, { limits, queue: { jobs: 1 } });
});

Deno.test("POST /v1/segment waits as long as bytes arrive", async () => {
  const { app } = fakeApp({ limits: { stallSeconds: 0.2, leastRate: 100 } });
  const scan = plyScan();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(control) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (at >= scan.length) return control.close();
      control.enqueue(scan.subarray(at, at += Math.ceil(scan.length / 10)));
    },
  });
  const response = await app.request("/v1/segment", { method: "POST", body });
  assert.equal(response.status, 200, await response.text());
});

Deno.test("POST /v1/segment answers 408 to an upload that trickles in for longer than --upload-seconds", async () => {
  const { app, engine } = fakeApp({ limits: { uploadSeconds: 0.1, places: 1 } });
  let ended = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(control) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (!ended) control.enqueue(Uint8Array.of(112));
    },
    cancel: () => void (ended = true),
  });
  const response = await app.request("/v1/segment", { method: "POST", body });
  const { detail, field } = await problemOf(response, 408);
  assert.match(detail, /only \d+ bytes came in 0\.1 seconds; .*--upload-seconds/);
  assert.equal(field, "body");
  assert.ok(ended, "the rest is not read");
  assert.equal(engine.requests.length, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
});

Deno.test("listen() closes the connection of a client that has fallen silent", async () => {
  const { app } = fakeApp({ limits });
  await using server = await listen(app, "127.0.0.1", 0);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes) => answer += bytes);
  socket.on("close", () => resolve());
  socket.write("POST /v1/segment HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nply");
  await closed;
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /after 3 bytes/);
  // @hono/node-server waits 500 ms for the rest of a body; its timer has to end within the test.
  await new Promise((resolve) => setTimeout(resolve, 600));
});
