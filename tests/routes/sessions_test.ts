/** `/v1/sessions` over a fake engine that learns how many points it has seen. */
import { abortable } from "@std/async/abortable";
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabellerLostError } from "../../lib/serving/labeller/labeller.ts";
import { WorkerLabeller } from "../../lib/serving/labeller/worker_labeller.ts";
import { SessionStore } from "../../lib/serving/sessions/store.ts";
import { readStudent } from "../../lib/models/students.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { createApp } from "../../routes/app.ts";
import { logged, withFolder } from "../serving/queue/support.ts";
import { FakeEngine } from "./fake_engine.ts";
import {
  formRequest,
  fullForm,
  type JobsApp,
  plyScan,
  problemOf,
  type SessionAnswer,
  withJobs,
} from "./support.ts";

interface LabelsAnswer {
  labels: number[];
  report: ScanReport;
}

type App = Pick<JobsApp, "app">;

/** Begins a session. */
async function begin({ app }: App, options: unknown = {}): Promise<SessionAnswer> {
  const response = await app.request("/v1/sessions", {
    method: "POST",
    body: JSON.stringify(options),
    headers: { "content-type": "application/json" },
  });
  assert.equal(response.status, 201, await response.clone().text());
  const session: SessionAnswer = await response.json();
  assert.equal(response.headers.get("location"), `/v1/sessions/${session.id}`);
  return session;
}

async function look({ app }: App, { links }: SessionAnswer): Promise<SessionAnswer> {
  return await (await app.request(links.self)).json();
}

/** A request with a scan of this number of points and photographs, to be answered in JSON. */
const scan = (points: number, options: unknown = {}) =>
  formRequest({ ...fullForm(), scan: plyScan(points), options }, { accept: "application/json" });

/** Labels a scan in a session. */
async function label(
  { app }: App,
  { links }: SessionAnswer,
  points: number,
): Promise<LabelsAnswer> {
  const response = await app.request(links.scans, scan(points));
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

async function reset({ app }: App, { links }: SessionAnswer): Promise<SessionAnswer> {
  const response = await app.request(links.reset, { method: "POST" });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

Deno.test("POST /v1/sessions begins a session and answers with all its options", async () => {
  await withJobs(async (served) => {
    const session = await begin(served, { steps: 2, bound: "0.1" });
    const { options, drift, scans, student, teacher, createdAt, expiresAt } = session;
    assert.deepEqual([scans, drift, student, teacher], [0, null, "fake-student", "fake-teacher"]);
    assert.equal(options.method, "ttt-kd-online");
    assert.equal(options.steps, 2);
    assert.equal(options.bound, 0.1);
    assert.equal(options.guard, 0, "defaults are included");
    assert.equal(Date.parse(expiresAt) - Date.parse(createdAt), 168 * 3600_000);
    assert.deepEqual(await look(served, session), session);
    const plain = await served.app.request("/v1/sessions", { method: "POST" });
    assert.equal(plain.status, 201, "options may be missing");
  });
});

Deno.test("POST /v1/sessions refuses wrong options by name", async () => {
  await withJobs(async ({ app, sessions }) => {
    const refused = async (body: string, status = 422) => {
      const init = { method: "POST", body, headers: { "content-type": "application/json" } };
      return await problemOf(await app.request("/v1/sessions", init), status);
    };
    assert.equal((await refused('{"method":"ttt-kd"}')).field, "method");
    assert.equal((await refused('{"steps":0}')).field, "steps");
    assert.match((await refused('{"corrections":{"0":[1]}}')).detail, /with that scan/);
    assert.equal((await refused('{"nonsense":1}')).field, "nonsense");
    assert.equal((await refused("[]")).field, "options");
    await refused("{", 400);
    await refused(`{"a":"${"x".repeat(2 ** 16)}"}`, 413);
    assert.equal(await sessions.count(), 0);
  });
});

Deno.test("POST /v1/sessions answers 429 with Retry-After when there are too many", async () => {
  await withJobs(async (served) => {
    const session = await begin(served);
    const response = await served.app.request("/v1/sessions", { method: "POST" });
    assert.match(response.headers.get("retry-after")!, /^[1-9]\d*$/);
    await problemOf(response, 429);
    assert.equal((await served.app.request(session.links.self, { method: "DELETE" })).status, 204);
    await begin(served);
  }, { sessions: { sessions: 1 } });
});

Deno.test("POST /v1/sessions refuses a student without a teacher", async () => {
  const engine = new FakeEngine();
  Object.assign(engine, { teacher: null });
  await withJobs(async ({ app }) => {
    const response = await app.request("/v1/sessions", { method: "POST" });
    assert.match((await problemOf(response, 422)).detail, /trained on labels alone/);
  }, { engine });
});

Deno.test("POST /v1/sessions/:id/scans learns from scan to scan, each session on its own", async () => {
  await withJobs(async (served) => {
    const alone = await begin(served);
    const expected = [];
    for (const points of [4, 5, 6]) expected.push((await label(served, alone, points)).labels);
    assert.equal(
      expected[1]![0],
      1,
      "the second scan is labelled with what was learned from the first",
    );
    const [one, other] = [await begin(served), await begin(served)];
    const found = [];
    for (const points of [4, 5, 6]) {
      found.push((await label(served, one, points)).labels);
      await label(served, other, points + 1);
    }
    assert.deepEqual(found, expected);
    const { report } = await label(served, one, 4);
    const drift = { reached: 0.02, kept: 0.01, guard: "bound" };
    assert.deepEqual(report.drift, drift);
    const { scans, drift: last } = await look(served, one);
    assert.deepEqual([scans, last], [4, drift]);
    assert.equal((await look(served, other)).scans, 3);
    // Requests without a session share nothing.
    const free = await served.app.request("/v1/segment", scan(4));
    assert.equal((await free.json() as LabelsAnswer).labels[0], 0);
  });
});

Deno.test("POST /v1/sessions/:id/scans answers in every form", async () => {
  await withJobs(async (served) => {
    const session = await begin(served);
    for (const accept of ["application/ply", "application/vnd.las", "application/x-npy"]) {
      const init = formRequest({ ...fullForm(), options: { evaluate: false } }, { accept });
      const response = await served.app.request(session.links.scans, init);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), accept);
      const report: ScanReport = JSON.parse(response.headers.get("x-tttkd-report")!);
      assert.equal(report.drift!.guard, "bound");
      assert.ok((await response.bytes()).length > 0);
    }
    assert.equal((await look(served, session)).scans, 3);
  });
});

Deno.test("POST /v1/sessions/:id/scans uses the options of its session", async () => {
  await withJobs(async (served) => {
    const session = await begin(served, { steps: 7, voxelSize: 0.3 });
    await label(served, session, 4);
    const { options } = served.engine.requests[0]!;
    assert.equal(options.settings.steps, 7);
    assert.equal(options.voxelSize, 0.3);
    for (const given of [{ steps: 1 }, { method: "bn" }, { voxelSize: 1 }]) {
      const response = await served.app.request(session.links.scans, scan(4, given));
      assert.equal((await problemOf(response, 422)).field, Object.keys(given)[0]);
    }
    const taught = await served.app.request(
      session.links.scans,
      scan(4, { corrections: { wall: [2] }, steps: 9 }),
    );
    assert.equal(taught.status, 200);
    await taught.body?.cancel();
    await label(served, session, 4);
    const [corrected, next] = served.engine.requests.slice(1).map(({ options }) => options);
    assert.deepEqual([corrected!.corrections, corrected!.settings.steps], [{ wall: [2] }, 9]);
    assert.deepEqual([next!.corrections, next!.settings.steps], [undefined, 7]);
    const bare = await served.app.request(session.links.scans, { method: "POST", body: plyScan() });
    assert.match((await problemOf(bare, 422)).detail, /no photographs/);
    assert.equal((await look(served, session)).scans, 3);
    const rendered = await begin(served, { viewSource: "virtual" });
    const seen = await served.app.request(rendered.links.scans, {
      method: "POST",
      body: plyScan(),
    });
    assert.equal(seen.status, 200);
    await seen.body?.cancel();
    assert.equal((await look(served, rendered)).scans, 1);
  });
});

Deno.test("POST /v1/sessions/:id/scans learns nothing from a scan that fails", async () => {
  let fails = false;
  const work = () => fails ? Promise.reject(new RangeError("on purpose")) : Promise.resolve();
  await withJobs(async (served) => {
    const session = await begin(served);
    await label(served, session, 4);
    const before = await look(served, session);
    const cut = formRequest({ ...fullForm(), scan: plyScan().slice(0, -5) });
    await problemOf(await served.app.request(session.links.scans, cut), 422);
    const odd = { ...scan(4), headers: { accept: "text/html" } };
    await problemOf(await served.app.request(session.links.scans, odd), 406);
    fails = true;
    const original = console.error;
    console.error = () => {};
    try {
      await problemOf(await served.app.request(session.links.scans, scan(4)), 500);
    } finally {
      console.error = original;
    }
    fails = false;
    assert.deepEqual(await look(served, session), before);
    assert.equal((await label(served, session, 4)).labels[0], 4 % 3);
  }, { work });
});

/** Work of an engine that waits until it is let on, or aborted. */
function gate() {
  const begun = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const work = async ({ signal }: { signal?: AbortSignal }) => {
    begun.resolve();
    await (signal ? abortable(opened.promise, signal) : opened.promise);
  };
  return { begun: begun.promise, open: opened.resolve, work };
}

Deno.test("POST /v1/sessions/:id/scans learns nothing from a scan whose client disconnects", async () => {
  const { begun, open, work } = gate();
  await withJobs(async (served) => {
    const session = await begin(served);
    const client = new AbortController();
    const left = served.app.request(session.links.scans, { ...scan(4), signal: client.signal });
    await begun;
    client.abort();
    assert.equal((await left).status, 499);
    assert.equal((await look(served, session)).scans, 0);
    open();
    assert.equal((await label(served, session, 4)).labels[0], 0);
  }, { work });
});

Deno.test("POST /v1/sessions/:id/scans processes scans of a session one after another", async () => {
  const { begun, open, work } = gate();
  await withJobs(async (served) => {
    const session = await begin(served);
    const first = label(served, session, 4);
    await begun;
    const second = label(served, session, 5);
    assert.equal(
      (await look(served, session)).scans,
      0,
      "looking at a session does not wait for its scans",
    );
    open();
    assert.equal((await first).labels[0], 0);
    assert.equal(
      (await second).labels[0],
      4 % 3,
      "the second is labelled with what was learned from the first",
    );
    assert.equal((await look(served, session)).scans, 2);
  }, { work });
});

Deno.test("POST /v1/sessions/:id/scans learns nothing from a scan that cannot be answered", async () => {
  await withJobs(async (served) => {
    const session = await begin(served);
    const answer = served.labeller.answer;
    served.labeller.answer = () =>
      Promise.reject(new LabellerLostError("Cannot go on: the labelling thread died", 5));
    const response = await served.app.request(session.links.scans, scan(4));
    assert.equal(response.headers.get("retry-after"), "5");
    await problemOf(response, 503);
    served.labeller.answer = answer;
    assert.equal((await look(served, session)).scans, 0);
    assert.equal((await label(served, session, 4)).labels[0], 0);
  });
});

Deno.test("POST /v1/sessions/:id/scans keeps what a session has learned when the thread dies", async () => {
  await withFolder(async (folder) => {
    const module = new URL("../serving/labeller/fake_worker.ts", import.meta.url);
    await using labeller = await WorkerLabeller.open({ students: [folder] }, { module });
    const served = { app: createApp({ labeller, sessions: await SessionStore.open(folder) }) };
    const session = await begin(served);
    await label(served, session, 4);
    const before = await look(served, session);
    const body = new FormData();
    const parts = { ...fullForm(), scan: plyScan(5) };
    body.append("scan", new File([parts.scan], "dies"));
    body.append("images", new File([parts.images!["0.png"]!], "0.png"));
    body.append("images", new File([parts.images!["1.png"]!], "1.png"));
    body.append("cameras", new File([parts.cameras as string], "cameras.json"));
    const headers = { accept: "application/json" };
    const post = () => served.app.request(session.links.scans, { method: "POST", body, headers });
    await logged(async () => {
      const response = await post();
      assert.match(response.headers.get("retry-after")!, /^[1-9]\d*$/);
      await problemOf(response, 503);
      await labeller.available();
    });
    assert.deepEqual(await look(served, session), before);
    const again: LabelsAnswer = await (await post()).json();
    assert.equal(again.labels[0], 4 % 3, "it continues with what it had learned before");
    assert.equal((await look(served, session)).scans, 2);
  });
});

Deno.test("DELETE /v1/sessions/:id stops the scan at work and deletes everything", async () => {
  const { begun, work } = gate();
  await withFolder(async (folder) => {
    await withJobs(async (served) => {
      const session = await begin(served);
      const left = served.app.request(session.links.scans, scan(4));
      await begun;
      const remove = () => served.app.request(session.links.self, { method: "DELETE" });
      assert.equal((await remove()).status, 204);
      assert.match((await problemOf(await left, 404)).detail, /Cannot find session/);
      await problemOf(await remove(), 404);
      await problemOf(await served.app.request(session.links.self), 404);
      await problemOf(await served.app.request(session.links.weights), 404);
      await problemOf(await served.app.request(session.links.reset, { method: "POST" }), 404);
      await problemOf(await served.app.request(session.links.scans, scan(4)), 404);
      assert.deepEqual(await readdir(join(folder, "sessions")), []);
    }, { work, folder });
  });
});

Deno.test("POST /v1/sessions/:id/reset restores the source weights after the scan at work", async () => {
  const { begun, open, work } = gate();
  await withJobs(async (served) => {
    const session = await begin(served);
    const first = label(served, session, 4);
    await begun;
    const response = served.app.request(session.links.reset, { method: "POST" });
    open();
    await first;
    const cleared: SessionAnswer = await (await response).json();
    assert.deepEqual([cleared.scans, cleared.drift], [0, null]);
    assert.deepEqual(cleared.options, session.options);
    assert.equal(
      (await label(served, session, 5)).labels[0],
      0,
      "as in a new session",
    );
    assert.equal((await look(served, session)).scans, 1);
  }, { work });
});

Deno.test("GET /v1/sessions/:id/weights sends a student that loads", async () => {
  await withFolder(async (folder) => {
    await withJobs(async (served) => {
      const session = await begin(served);
      const weights = () => served.app.request(session.links.weights);
      assert.match((await problemOf(await weights(), 409)).detail, /not learned from any scan yet/);
      await label(served, session, 4);
      await label(served, session, 5);
      const response = await weights();
      assert.equal(response.status, 200);
      const bytes = await response.bytes();
      assert.equal(response.headers.get("content-length"), `${bytes.length}`);
      assert.match(response.headers.get("content-disposition")!, /\.safetensors"$/);
      const file = join(folder, "exported.safetensors");
      await writeFile(file, bytes);
      const { card, tensors } = await readStudent(file);
      assert.deepEqual([...tensors.keys()], ["points"]);
      assert.equal(tensors.get("points")!.data[0], 9);
      assert.equal(card.id, "fake-student-adapted");
      assert.ok(card.provenance.endsWith(`; adapted online, session ${session.id}, scan 2`));
      const head = await served.app.request(session.links.weights, { method: "HEAD" });
      assert.equal(head.headers.get("content-length"), `${bytes.length}`);
      await reset(served, session);
      await problemOf(await weights(), 409);
    }, { folder });
  });
});

Deno.test("sessions continue after a restart of the server, if it runs the same student", async () => {
  await withFolder(async (folder) => {
    let session!: SessionAnswer;
    await withJobs(async (served) => {
      const begun = await begin(served);
      await label(served, begun, 4);
      session = await look(served, begun);
    }, { folder });
    await withJobs(async (served) => {
      assert.deepEqual(await look(served, session), session);
      assert.equal((await label(served, session, 5)).labels[0], 4 % 3);
    }, { folder });
    const engine = new FakeEngine();
    engine.student.id = "another";
    await withJobs(async (served) => {
      const response = await served.app.request(session.links.scans, scan(4));
      assert.match((await problemOf(response, 409)).detail, /adapts student fake-student/);
    }, { folder, engine });
  });
});

Deno.test("GET /metrics counts sessions", async () => {
  await withJobs(async (served) => {
    await begin(served);
    const text = await (await served.app.request("/metrics")).text();
    assert.match(text, /^tttkd_sessions 1$/m);
  });
});
