/** What operators see: lines of JSON, and metrics that a strict parser of Prometheus' text format reads. */
import assert from "node:assert/strict";
import { fakeApp, type JobAnswer, plyScan, problemOf, withJobs } from "./support.ts";

interface Family {
  type: string;
  /** Values by name and labels, as they are written. */
  samples: Map<string, number>;
}

/** Reads the text format 0.0.4 strictly. @returns families by name. */
function parsed(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let helped = "";
  let name = "";
  assert.ok(text.endsWith("\n"));
  for (const line of text.slice(0, -1).split("\n").filter((line) => line !== "")) {
    const [, keyword, subject, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      assert.ok(!families.has(subject!), `${subject} is in one piece`);
      helped = subject!;
    } else if (keyword === "TYPE") {
      assert.equal(subject, helped, "HELP precedes TYPE");
      assert.match(rest!, /^(counter|gauge|histogram)$/);
      families.set(name = subject!, { type: rest!, samples: new Map() });
    } else {
      const { type, samples } = families.get(name)!;
      const [, series, labels = "", value] =
        /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\S+)$/.exec(line)!;
      const suffix = series!.slice(name.length);
      const allowed = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      assert.ok(series!.startsWith(name) && allowed.includes(suffix), line);
      assert.ok(!labels.endsWith(","), line);
      assert.ok(Number.isFinite(Number(value)), line);
      const key = labels === "" ? series! : `${series}{${labels}}`;
      assert.ok(!samples.has(key), `${key} occurs once`);
      samples.set(key, Number(value));
    }
  }
  return families;
}

type App = Parameters<Parameters<typeof withJobs>[0]>[0]["app"];

async function metricsOf(app: App): Promise<Map<string, Family>> {
  const response = await app.request("/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return parsed(await response.text());
}

async function visit(app: App, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await app.request(path, init);
  await response.body?.cancel();
  return response;
}

Deno.test("GET /metrics is well-formed, with units and types in the names", async () => {
  await withJobs(async ({ app }) => {
    await visit(app, "/health/live");
    for (const [name, { type, samples }] of await metricsOf(app)) {
      assert.match(name, /^(tttkd|process)_/);
      assert.equal(name.endsWith("_total"), type === "counter", name);
      if (/time|duration|wait_|busy|cpu/.test(name)) assert.match(name, /_seconds(_total)?$/);
      if (/memory|upload|free/.test(name)) assert.match(name, /_bytes(_total)?$/);
      if (type !== "histogram") assert.ok(samples.size > 0, name);
    }
  });
});

Deno.test("GET /metrics counts requests by route, never by strings that a client chose", async () => {
  await withJobs(async ({ app }) => {
    for (const path of ["/health/live", "/health/live", "/v1/jobs/a", "/v1/jobs/b", "/x", "/y"]) {
      await visit(app, path);
    }
    const scan = plyScan();
    await visit(app, "/v1/jobs", { method: "POST", body: scan });
    const families = await metricsOf(app);
    const name = "tttkd_http_request_duration_seconds";
    const { samples } = families.get(name)!;
    const count = (labels: string) => samples.get(`${name}_count{${labels}}`);
    assert.equal(count('method="GET",route="/health/live",status="200"'), 2);
    assert.equal(count('method="GET",route="/v1/jobs/:id",status="404"'), 2);
    assert.equal(count('method="GET",route="none",status="404"'), 2);
    assert.equal(count('method="POST",route="/v1/jobs",status="202"'), 1);
    const buckets = [...samples].filter(([key]) => /_bucket.*health/.test(key));
    const counts = buckets.map(([, value]) => value);
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b), "they are cumulative");
    assert.match(buckets.at(-1)![0], /le="\+Inf"/);
    assert.equal(counts.at(-1), 2);
    const of = (name: string) => families.get(name)!.samples.get(name);
    assert.equal(of("tttkd_upload_bytes_total"), scan.byteLength);
    assert.equal(of("tttkd_http_requests_in_flight"), 1, "this one");
    assert.ok(of("tttkd_data_free_bytes")! > 0);
    assert.ok(of("process_start_time_seconds")! < Date.now() / 1000);
  });
});

Deno.test("GET /metrics counts for its own server alone, where a process has several", async () => {
  const [one, other] = [fakeApp(), fakeApp()];
  await visit(one.app, "/health/live");
  const name = "tttkd_http_request_duration_seconds";
  const counts = async (app: App) => (await metricsOf(app)).get(name)!.samples.size;
  assert.ok(await counts(one.app) > 0);
  assert.equal(await counts(other.app), 0);
});

Deno.test("GET /metrics says how busy the GPU is and how many scans wait for it", async () => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { app, engine } = fakeApp({
    work: () => {
      begun.resolve();
      return gate.promise;
    },
  });
  const seen = async () => {
    const families = await metricsOf(app);
    const of = (name: string) => families.get(name)!.samples.get(name)!;
    return { busy: of("tttkd_gpu_busy_seconds_total"), waiting: of("tttkd_gpu_scans_waiting") };
  };
  assert.deepEqual(await seen(), { busy: 0, waiting: 0 });
  const answers = [1, 2].map(() => visit(app, "/v1/segment", { method: "POST", body: plyScan() }));
  await begun.promise;
  const first = await seen();
  const second = await seen();
  assert.ok(second.busy > first.busy, "a permit that is held counts");
  while ((await seen()).waiting !== 1) await new Promise((resolve) => setTimeout(resolve, 1));
  gate.resolve();
  await Promise.all(answers);
  const after = await seen();
  assert.equal(after.waiting, 0);
  assert.equal((await seen()).busy, after.busy);
  assert.equal(engine.requests.length, 2);
});

Deno.test("createApp() logs a line of JSON for each request, with the id that its answer carries", async () => {
  const lines: string[] = [];
  const { app } = fakeApp({ log: (line) => lines.push(line) });
  const headers = { "x-request-id": "mine-1" };
  const response = await visit(app, "/health/live?secret=1", { headers });
  assert.equal(response.headers.get("x-request-id"), "mine-1");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  const { time, milliseconds, client, ...rest } = JSON.parse(lines[0]!);
  assert.deepEqual(rest, {
    level: "info",
    event: "request",
    requestId: "mine-1",
    method: "GET",
    path: "/health/live",
    status: 200,
  });
  assert.ok(Number.isInteger(milliseconds) && !Number.isNaN(Date.parse(time)));
  assert.match(client, /^[\w-]{16}$/);
  const refused = await app.request("/v1/segment", {
    method: "POST",
    body: "no scan",
    headers: { "content-type": "image/png" },
  });
  await problemOf(refused, 415);
  assert.equal(JSON.parse(lines[1]!).status, 415);
  assert.equal(JSON.parse(lines[1]!).client, client);
  assert.equal(JSON.parse(lines[1]!).requestId, refused.headers.get("x-request-id"));
});

Deno.test("createApp() logs and counts every state of a job once", async () => {
  const lines: string[] = [];
  await withJobs(async ({ app, work }) => {
    const submitted = async (path: string, body: Uint8Array<ArrayBuffer>): Promise<JobAnswer> => {
      const response = await app.request(path, { method: "POST", body });
      return await response.json();
    };
    const good = await submitted("/v1/jobs?method=source", plyScan());
    const bad = await submitted("/v1/jobs", plyScan().slice(0, -5));
    const left = await submitted("/v1/jobs", plyScan());
    await visit(app, left.links.self, { method: "DELETE" });
    work();
    for (const { links } of [good, bad]) await (await app.request(links.events)).text();
    // Deleting a finished job is no change of state.
    await visit(app, left.links.self, { method: "DELETE" });

    const events = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "job");
    const statesOf = ({ id }: JobAnswer) =>
      events.filter(({ job }) => job === id).map(({ state, attempts }) => [state, attempts]);
    assert.deepEqual(statesOf(good), [["queued", 0], ["running", 1], ["done", 1]]);
    assert.deepEqual(statesOf(bad), [["queued", 0], ["running", 1], ["failed", 1]]);
    assert.deepEqual(statesOf(left), [["queued", 0], ["cancelled", 0]]);
    for (const event of events) {
      assert.ok(event.milliseconds >= 0 && event.client && event.scan, JSON.stringify(event));
    }
    const failed = events.find(({ state }) => state === "failed");
    assert.deepEqual([failed.status, failed.level], [422, "info"]);
    assert.match(failed.detail, /scan/);

    const families = await metricsOf(app);
    const value = (name: string, key = name) => families.get(name)!.samples.get(key);
    const ended = (state: string) =>
      value("tttkd_jobs_ended_total", `tttkd_jobs_ended_total{state="${state}"}`);
    assert.deepEqual(["done", "failed", "cancelled"].map(ended), [1, 1, 1]);
    assert.equal(value("tttkd_jobs", 'tttkd_jobs{state="done"}'), 1);
    assert.equal(value("tttkd_jobs", 'tttkd_jobs{state="cancelled"}'), 0, "it was deleted");
    assert.equal(value("tttkd_job_wait_seconds", "tttkd_job_wait_seconds_count"), 2);
    assert.equal(value("tttkd_job_duration_seconds", "tttkd_job_duration_seconds_count"), 2);
  }, { log: (line) => lines.push(line) });
});
