import assert from "node:assert/strict";
import { fakeApp, plyScan, problemOf, withJobs } from "./support.ts";

Deno.test("GET / names the endpoints", async () => {
  const response = await fakeApp().app.request("/");
  const { endpoints } = await response.json();
  assert.ok("POST /v1/segment" in endpoints);
});

Deno.test("GET /health/live and /health/ready tell a living server from a working GPU", async () => {
  const { app, engine } = fakeApp();
  assert.deepEqual(await (await app.request("/health/ready")).json(), { status: "ready" });
  engine.isReady = false;
  assert.deepEqual(await (await app.request("/health/live")).json(), { status: "live" });
  const response = await app.request("/health/ready");
  assert.ok(response.headers.has("retry-after"));
  await problemOf(response, 503);
});

Deno.test("GET /v1/models shows the cards of student and teacher", async () => {
  const { app, engine } = fakeApp();
  const models = await (await app.request("/v1/models")).json();
  assert.deepEqual(models, { students: [engine.student], teachers: [engine.teacher] });
});

Deno.test("createApp() answers unknown paths with a problem", async () => {
  const problem = await problemOf(await fakeApp().app.request("/nope"), 404);
  assert.match(problem.detail, /GET \/nope/);
});

Deno.test("createApp() with a token guards /v1 and leaves health open", async () => {
  const { app } = fakeApp({ token: "secret" });
  const refused = await app.request("/v1/models");
  assert.match(refused.headers.get("www-authenticate") ?? "", /Bearer/);
  await problemOf(refused, 401);
  const wrong = await app.request("/v1/models", { headers: { authorization: "Bearer wrong" } });
  await problemOf(wrong, 401);
  const right = await app.request("/v1/models", { headers: { authorization: "Bearer secret" } });
  assert.equal(right.status, 200);
  await right.body?.cancel();
  const live = await app.request("/health/live");
  assert.equal(live.status, 200);
  await live.body?.cancel();
});

Deno.test("createApp() says nothing of what broke inside", async () => {
  const { app } = fakeApp({ work: () => Promise.reject(new Error("password is 1234")) });
  const original = console.error;
  const logged: unknown[] = [];
  console.error = (...args: unknown[]) => logged.push(...args);
  try {
    const response = await app.request("/v1/segment", { method: "POST", body: plyScan() });
    const problem = await problemOf(response, 500);
    assert.doesNotMatch(problem.detail, /1234/);
  } finally {
    console.error = original;
  }
  assert.match(String(logged[0]), /1234/, "the log has it");
});

Deno.test("createApp() logs a line of JSON for a request, by an id that its answer carries", async () => {
  const lines: string[] = [];
  const { app } = fakeApp({ log: (line) => lines.push(line) });
  const response = await app.request("/health/live", { headers: { "x-request-id": "mine-1" } });
  await response.body?.cancel();
  assert.equal(response.headers.get("x-request-id"), "mine-1");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  const { requestId, method, path, status, level } = JSON.parse(lines[0]!);
  assert.deepEqual({ requestId, method, path, status, level }, {
    requestId: "mine-1",
    method: "GET",
    path: "/health/live",
    status: 200,
    level: "info",
  });
  const refused = await app.request("/v1/segment", { method: "POST", body: "no scan" });
  await problemOf(refused, 415);
  assert.equal(JSON.parse(lines[1]!).status, 415);
  assert.equal(JSON.parse(lines[1]!).requestId, refused.headers.get("x-request-id"));
});

Deno.test("GET /metrics counts requests by route, never by what a client made up, and jobs", async () => {
  await withJobs(async ({ app }) => {
    for (const path of ["/health/live", "/health/live", "/v1/jobs/a", "/v1/jobs/b", "/x", "/y"]) {
      await (await app.request(path)).body?.cancel();
    }
    const job = await app.request("/v1/jobs", { method: "POST", body: plyScan() });
    await job.body?.cancel();
    const text = await (await app.request("/metrics")).text();
    const counts = Object.fromEntries(
      text.split("\n").filter((line) => /_count|^tttkd_jobs/.test(line) && !line.startsWith("#"))
        .map((line) => line.split(" ")),
    );
    const name = "tttkd_request_duration_seconds_count";
    assert.equal(counts[`${name}{method="GET",route="/health/live",status="200"}`], "2");
    assert.equal(counts[`${name}{method="GET",route="/v1/jobs/:id",status="404"}`], "2");
    assert.equal(counts[`${name}{method="GET",route="none",status="404"}`], "2");
    assert.equal(counts['tttkd_jobs{state="queued"}'], "1");
    assert.equal(counts['tttkd_jobs{state="done"}'], "0");
  });
});
