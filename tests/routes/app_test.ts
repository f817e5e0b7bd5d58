import assert from "node:assert/strict";
import { STREETS } from "./fake_engine.ts";
import { fakeApp, plyScan, problemOf } from "./support.ts";

Deno.test("GET / lists the endpoints", async () => {
  const response = await fakeApp().app.request("/");
  const { endpoints } = await response.json();
  assert.ok("POST /v1/segment" in endpoints);
});

Deno.test("GET /health/live and /health/ready tell a live server from a working GPU", async () => {
  const { app, engine } = fakeApp();
  assert.deepEqual(await (await app.request("/health/ready")).json(), { status: "ready" });
  engine.isReady = false;
  assert.deepEqual(await (await app.request("/health/live")).json(), { status: "live" });
  const response = await app.request("/health/ready");
  assert.ok(response.headers.has("retry-after"));
  await problemOf(response, 503);
});

Deno.test("GET /v1/models shows the cards of all students and of their teachers, and /v2 their names", async () => {
  const { app, engine } = fakeApp({ others: [STREETS] });
  const models = await (await app.request("/v1/models")).json();
  assert.deepEqual(models, {
    students: [
      { name: "fake-student", ...engine.student },
      { name: "streets-joint", ...STREETS.card },
    ],
    teachers: [engine.teacher],
  });
  const { models: names } = await (await app.request("/v2")).json();
  assert.deepEqual(names, ["fake-student", "streets-joint"]);
});

Deno.test("createApp() answers unknown paths with a problem", async () => {
  const problem = await problemOf(await fakeApp().app.request("/nope"), 404);
  assert.match(problem.detail, /GET \/nope/);
});

Deno.test("createApp() with a token guards /v1 and leaves health open", async () => {
  const { app } = fakeApp({ access: { tokens: ["secret"] } });
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

Deno.test("createApp() hides the message of an internal error", async () => {
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
  assert.match(String(logged[0]), /1234/, "the log shows it");
});

Deno.test("GET /v2 answers name, version and health as the Open Inference Protocol defines them", async () => {
  const { app, engine } = fakeApp();
  const read = async (path: string) => await (await app.request(path)).json();
  const { name, version, extensions } = await read("/v2");
  assert.equal(name, "ttt-kd");
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(extensions, []);
  assert.deepEqual(await read("/v2/health/live"), { live: true });
  assert.deepEqual(await read("/v2/health/ready"), { live: true, ready: true });
  const model = await read("/v2/models/fake-student");
  assert.equal(model.name, "fake-student");
  assert.deepEqual(model.inputs, [{ name: "points", datatype: "FP64", shape: [-1, 3] }]);
  assert.deepEqual(await read("/v2/models/fake-student/ready"), {
    name: "fake-student",
    ready: true,
  });
  const { detail } = await problemOf(await app.request("/v2/models/nobody"), 404);
  assert.match(detail, /model nobody: there are fake-student/);
  engine.isReady = false;
  assert.deepEqual(await read("/v2/health/live"), { live: true });
  await problemOf(await app.request("/v2/health/ready"), 503);
});

Deno.test("createApp() leaves it to the proxy to bind hosts to TLS", async () => {
  const { app } = fakeApp();
  const { headers } = await app.request("/health/live");
  assert.equal(headers.get("strict-transport-security"), null);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});
