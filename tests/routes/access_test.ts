/** Who may use a server: pages of others may not, and limits hold for clients, whatever they say of themselves. */
import assert from "node:assert/strict";
import { request } from "node:http";
import type { ServerAccess } from "../../lib/serving/access.ts";
import { listen } from "../../routes/listen.ts";
import { fakeApp, plyScan, problemOf, withJobs } from "./support.ts";

/** The status of a request with these headers. */
async function statusOf(
  app: ReturnType<typeof fakeApp>["app"],
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<number> {
  const response = await app.request(path, { method, headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("createApp() serves its own hosts alone, so that no name can be rebound to it", async () => {
  const own = ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST", "127.0.0.2"];
  const foreign = [
    "evil.example",
    "localhost.evil.example",
    "127.evil.example",
    "10.0.0.1",
    "",
    ":1",
  ];
  const { app } = fakeApp();
  for (const path of ["/", "/health/live", "/v1/models", "/metrics"]) {
    for (const host of own) assert.equal(await statusOf(app, path, { host }), 200, host);
    for (const host of foreign) {
      const { field } = await problemOf(await app.request(path, { headers: { host } }), 403);
      assert.equal(field, "host");
    }
  }
  const named = fakeApp({ access: { origins: ["https://scans.example.org"] } }).app;
  assert.equal(await statusOf(named, "/", { host: "scans.example.org" }), 200);
  assert.equal(await statusOf(named, "/", { host: "scans.example.org:443" }), 200);
  assert.equal(await statusOf(named, "/", { host: "scans.example.org:8080" }), 403);
  assert.equal(await statusOf(named, "/", { host: "evil.example" }), 403);
  const open = fakeApp({ hostname: "0.0.0.0" }).app;
  assert.equal(await statusOf(open, "/", { host: "192.168.1.2:8080" }), 200);
  assert.equal(await statusOf(open, "/", { host: "rebound.example" }), 403);
  const guarded = fakeApp({ hostname: "0.0.0.0", access: { tokens: ["T"] } }).app;
  assert.equal(await statusOf(guarded, "/", { host: "gpu.example" }), 200);
});

Deno.test("createApp() refuses pages of others, and serves its own and programs", async () => {
  const { app, engine } = fakeApp({ access: { origins: ["https://scans.example.org"] } });
  const host = "127.0.0.1:8080";
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:3000" },
    { origin: "http://localhost:8080" },
    { origin: "https://scans.example.org.evil.example" },
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  const own: Record<string, string>[] = [
    {},
    { origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin" },
    { origin: "https://scans.example.org" },
    { "sec-fetch-site": "none" },
  ];
  for (const headers of foreign) {
    const shown = JSON.stringify(headers);
    assert.equal(await statusOf(app, "/v1/models", { host, ...headers }), 403, shown);
    assert.equal(await statusOf(app, "/v1/segment", { host, ...headers }, "POST"), 403, shown);
    assert.equal(await statusOf(app, "/nowhere", { host, ...headers }, "DELETE"), 403, shown);
    // A link on another page may lead here.
    assert.equal(await statusOf(app, "/docs", { host, ...headers }), 200, shown);
  }
  for (const headers of own) {
    assert.equal(await statusOf(app, "/v1/models", { host, ...headers }), 200);
    const init = { method: "POST", body: plyScan(), headers: { host, ...headers } };
    const response = await app.request("/v1/segment", init);
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
  assert.equal(engine.requests.length, own.length);
});

Deno.test("listen() refuses a host that a browser was made to believe in", async () => {
  await using server = await listen(fakeApp().app, "127.0.0.1", 0);
  const status = await new Promise((resolve, reject) => {
    request(server.url, { headers: { host: "evil.example" } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    }).on("error", reject).end();
  });
  assert.equal(status, 403);
});

/** The names in the log of clients that sent these headers over a socket. */
async function clientsOf(
  access: Partial<ServerAccess>,
  sent: readonly Record<string, string>[],
): Promise<string[]> {
  const clients: string[] = [];
  const { app } = fakeApp({ access, log: (line) => clients.push(JSON.parse(line).client) });
  await using server = await listen(app, "127.0.0.1", 0);
  for (const headers of sent) {
    await (await fetch(`${server.url}/v1/models`, { headers })).body?.cancel();
  }
  return clients;
}

Deno.test("a client is its address, whatever headers it sends", async () => {
  const clients = await clientsOf({}, [
    {},
    { authorization: "Bearer a" },
    { authorization: "Bearer   a" },
    { authorization: "Basic Og==" },
    { "x-forwarded-for": "1.2.3.4" },
  ]);
  assert.equal(clients.length, 5);
  assert.equal(new Set(clients).size, 1);
});

Deno.test("a client is the token that it was let in by", async () => {
  const [a, padded, b, wrong, none] = await clientsOf({ tokens: ["a", "b"] }, [
    { authorization: "Bearer a" },
    { authorization: "bearer    a", "x-forwarded-for": "1.2.3.4" },
    { authorization: "Bearer b" },
    { authorization: "Bearer c" },
    {},
  ]);
  assert.equal(padded, a);
  assert.notEqual(b, a);
  assert.equal(wrong, none, "a token that is refused is no identity");
  assert.notEqual(wrong, a);
});

Deno.test("a client behind a trusted proxy is the last address that no such proxy has", async () => {
  const from = (...lists: string[]) => lists.map((list) => ({ "x-forwarded-for": list }));
  const [plain, forged, chained, ported, other, garbage, v6, sameNetwork] = await clientsOf(
    { proxies: ["127.0.0.0/8", "10.0.0.1"] },
    from(
      "1.2.3.4",
      "5.6.7.8, 1.2.3.4",
      "1.2.3.4, 10.0.0.1",
      "1.2.3.4:5678",
      "1.2.3.5",
      "1.2.3.4, unknown",
      "2001:db8::1",
      "2001:db8:0:0:ffff::2",
    ),
  );
  assert.equal(forged, plain);
  assert.equal(chained, plain);
  assert.equal(ported, plain);
  assert.notEqual(other, plain);
  assert.notEqual(garbage, plain);
  assert.notEqual(v6, plain);
  assert.equal(sameNetwork, v6, "a /64 belongs to one client");
});

Deno.test("a client cannot begin more than its share of sessions", async () => {
  await withJobs(async ({ app, sessions }) => {
    const begin = (authorization: string) =>
      app.request("/v1/sessions", { method: "POST", headers: { authorization } });
    for (const name of ["a", "b"]) {
      const response = await begin(`Bearer ${name}`);
      assert.equal(response.status, 201);
      assert.ok(!("client" in await response.json()), "who began a session is nobody's business");
    }
    const refused = await begin("Bearer c");
    assert.ok(refused.headers.has("retry-after"));
    assert.match((await problemOf(refused, 429)).detail, /2 of yours.*--max-sessions-of-client/);
    assert.equal(await sessions.count(), 2);
  }, { sessions: { sessions: 8, sessionsOfClient: 2 } });
});

Deno.test("names that every object has are no names of files", async () => {
  const { app } = fakeApp();
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    await problemOf(await app.request(`/docs/${name}`), 404);
    await problemOf(await app.request(`/viewer/${name}`), 404);
    const init = { method: "POST", body: plyScan() };
    await problemOf(await app.request(`/v1/segment?${name}=1`, init), 422);
    await problemOf(await app.request(`/v1/segment?method=${name}`, init), 422);
  }
});

Deno.test("a compressed body is answered 415", async () => {
  await withJobs(async ({ app }) => {
    for (const path of ["/v1/segment", "/v1/jobs", "/v1/sessions"]) {
      const headers = { "content-encoding": "gzip" };
      const response = await app.request(path, { method: "POST", body: plyScan(), headers });
      assert.equal((await problemOf(response, 415)).status, 415);
    }
  });
  const headers = { "content-encoding": "identity" };
  const plain = await fakeApp().app
    .request("/v1/segment", { method: "POST", body: plyScan(), headers });
  assert.equal(plain.status, 200);
  await plain.body?.cancel();
});
