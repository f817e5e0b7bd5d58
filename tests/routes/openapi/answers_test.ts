/** Real answers of every route, with every status that the document lists, conform to the document. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DiskError } from "../../../lib/serving/files/disk.ts";
import { QueueFullError, QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
import { SessionConflictError } from "../../../lib/serving/sessions/session.ts";
import { withFolder } from "../../serving/queue/support.ts";
import type { JobsApp, SessionAnswer } from "../support.ts";
import {
  fakeApp,
  formRequest,
  fullForm,
  type JobAnswer,
  plyScan,
  pngPhoto,
  withJobs,
} from "../support.ts";
import { Conformance, documentOf, operationsOf } from "./support.ts";

const raw = (body: Uint8Array<ArrayBuffer> | ReadableStream = plyScan()): RequestInit => ({
  method: "POST",
  body,
});

/** Scans of the formats that only such scans are answered in. */
const OWN_SCANS: Record<string, Uint8Array<ArrayBuffer>> = {
  "application/x-pcd": new TextEncoder().encode(
    "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nHEIGHT 1\nDATA ascii\n1 2 3\n",
  ),
  "text/csv": new TextEncoder().encode("x,y,z\n1,2,3\n"),
};

/** A body that breaks off, and one that stalls. */
const broken = () => raw(new ReadableStream({ start: (control) => control.error(new Error()) }));
const silent = () => raw(new ReadableStream({ start: (control) => control.enqueue(plyScan()) }));

/** Requests that all routes for scans refuse, by status. */
const refused = (): Record<number, RequestInit> => ({
  400: broken(),
  408: silent(),
  413: raw(plyScan(10_000)),
  415: { ...raw(), headers: { "content-type": "image/png" } },
  422: formRequest({ ...fullForm(), options: { method: "magic" } }),
});

const limits = { bodyBytes: 50_000, stallSeconds: 0.3, places: 1 };

/** Returns a function that makes a request and checks the answer against the document. */
function asking(conformance: Conformance, { app }: Pick<JobsApp, "app">) {
  return async (
    name: string,
    status: number,
    init: RequestInit = {},
    id = "none",
    query = "",
    model = "fake-student",
  ): Promise<Response> => {
    const [method, path] = name.split(" ");
    const response = await app.request(path!.replace("{id}", id).replace("{name}", model) + query, {
      ...init,
      method: method!,
    });
    assert.equal(response.status, status, await response.clone().text());
    await conformance.answer(name, response.clone());
    return response;
  };
}

async function serviceAnswers(conformance: Conformance): Promise<void> {
  const served = fakeApp();
  const ask = asking(conformance, served);
  for (const [name] of operationsOf(documentOf())) {
    if (name.startsWith("GET ") && !/jobs|sessions/.test(name)) await ask(name, 200);
  }
  served.engine.isReady = false;
  for (const path of ["/health/ready", "/v2/health/ready", "/v2/models/{name}/ready"]) {
    await ask(`GET ${path}`, 503);
  }
  for (const path of ["/v2/models/{name}", "/v2/models/{name}/ready"]) {
    await ask(`GET ${path}`, 404, {}, "none", "", "nobody");
  }
}

async function segmentAnswers(conformance: Conformance): Promise<void> {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { app } = fakeApp({
    limits,
    work: ({ options }) => {
      if (options.method !== "tent") return Promise.resolve();
      begun.resolve();
      return gate.promise;
    },
  });
  const ask = asking(conformance, { app });
  const name = "POST /v1/segment";
  const types = Object.keys(documentOf().paths["/v1/segment"]!.post!.responses[200]!.content!);
  const labels = Int32Array.of(0, 1, 2, 0);
  for (const accept of types) {
    const scan = OWN_SCANS[accept] ?? plyScan(4, labels);
    const form = {
      ...fullForm(),
      scan,
      options: { steps: 3, probabilities: true, instances: true },
    };
    const response = await ask(name, 200, formRequest(form, { accept }));
    assert.equal(response.headers.get("content-type")!.split(/; ?charset/)[0], accept);
  }
  const laz = Deno.readFileSync(new URL("../../../fixtures/scans/format8.laz", import.meta.url));
  const converted = await ask(name, 200, raw(laz), "", "?method=source");
  assert.ok(converted.headers.has("x-tttkd-converted"));
  for (const type of Object.keys(documentOf().paths["/v1/segment"]!.post!.requestBody!.content)) {
    if (type === "multipart/form-data") continue;
    await ask(name, 200, { ...raw(), headers: { "content-type": type } });
  }
  for (const [status, init] of Object.entries(refused())) await ask(name, Number(status), init);
  await ask(name, 406, { ...raw(), headers: { accept: "text/html" } });
  const cut = pngPhoto().slice(0, 40);
  await ask(name, 422, formRequest({ ...fullForm(), images: { "0.png": cut, "1.png": cut } }));
  const working = ask(name, 200, raw(), "", "?method=tent");
  await begun.promise;
  await ask(name, 503, raw());
  gate.resolve();
  await working;
}

async function jobAnswers(conformance: Conformance): Promise<void> {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await withJobs(async (jobs) => {
    const ask = asking(conformance, jobs);
    for (const [status, init] of Object.entries(refused())) {
      await ask("POST /v1/jobs", Number(status), init);
    }
    for (const [name] of operationsOf(documentOf())) {
      if (name.includes("{id}")) await ask(name, 404);
    }
    const submitted = async (init: RequestInit): Promise<string> => {
      const job: JobAnswer = await (await ask("POST /v1/jobs", 202, init)).json();
      return job.id;
    };
    const [good, bad, left] = [
      await submitted(formRequest(fullForm())),
      await submitted(raw(plyScan().slice(0, -5))),
      await submitted(raw()),
    ];
    await ask("POST /v1/jobs", 429, raw());
    await ask("GET /v1/jobs", 200, {}, "", "?limit=2");
    await ask("GET /v1/jobs", 404, {}, "", "?before=none");
    await ask("GET /v1/jobs", 422, {}, "", "?state=lost");
    jobs.work();
    await begun.promise;
    await ask("GET /v1/jobs/{id}", 200, {}, good);
    await ask("GET /v1/jobs/{id}/result", 409, {}, good);
    await ask("POST /v1/jobs/{id}/corrections", 409, {}, good);
    for (const name of ["cloud", "classes", "style", "suggestions"]) {
      await ask(`GET /v1/jobs/{id}/${name}`, 409, {}, good);
    }
    await ask("DELETE /v1/jobs/{id}", 204, {}, left);
    const events = ask("GET /v1/jobs/{id}/events", 200, {}, good);
    gate.resolve();
    await events;
    await (await jobs.app.request(`/v1/jobs/${bad}/events`)).text();
    await ask("GET /v1/jobs/{id}", 200, {}, good);
    await ask("GET /v1/jobs/{id}", 200, {}, bad);
    const result = "GET /v1/jobs/{id}/result";
    for (const accept of ["application/ply", "application/json", "application/x-npy"]) {
      await ask(result, 200, { headers: { accept } }, good);
    }
    await ask(result, 406, { headers: { accept: "text/html" } }, good);
    await ask(result, 422, {}, bad);
    await ask(result, 410, {}, left);
    const cloud = "GET /v1/jobs/{id}/cloud";
    for (const name of [result, cloud]) {
      const { headers } = await ask(name, 200, {}, good);
      await ask(name, 206, { headers: { range: "bytes=10-19" } }, good);
      await ask(name, 304, { headers: { "if-none-match": headers.get("etag")! } }, good);
      await ask(name, 416, { headers: { range: "bytes=1000000-" } }, good);
    }
    await ask("GET /v1/jobs/{id}/suggestions", 422, {}, good, "?count=201");
    for (const name of ["classes", "style", "suggestions"].map((of) => `GET /v1/jobs/{id}/${of}`)) {
      await ask(name, 200, {}, good);
      await ask(name, 410, {}, left);
      await ask(name, 422, {}, bad);
    }
    await ask(cloud, 422, {}, good, "?points=0");
    await ask(cloud, 410, {}, left);
    const corrections = "POST /v1/jobs/{id}/corrections";
    const body = (text: string): RequestInit => ({
      body: text,
      headers: { "content-type": "application/json" },
    });
    await ask(corrections, 202, body('{"corrections":{"0":[1]}}'), good);
    await ask(corrections, 400, body("{"), good);
    await ask(corrections, 408, { body: silent().body! }, good);
    await ask(corrections, 410, {}, left);
    await ask(corrections, 413, body(`{"a":"${"x".repeat(2 ** 20)}"}`), good);
    await ask(corrections, 415, { body: "a=2", headers: { "content-type": "text/plain" } }, good);
    await ask(corrections, 422, body('{"steps":2}'), good);
    const full = () => Promise.reject(new QueueFullError("the queue is full", null));
    const { enter } = jobs.queue;
    jobs.queue.enter = full;
    await ask(corrections, 429, body('{"corrections":{"0":[1]}}'), good);
    jobs.queue.enter = enter;
    // An ended job is deleted.
    await ask("DELETE /v1/jobs/{id}", 204, {}, good);
  }, {
    limits,
    queue: { jobs: 3 },
    work: async ({ onProgress }) => {
      onProgress!({ phase: "adapt", step: 1, steps: 2, loss: 0.5 });
      begun.resolve();
      await gate.promise;
      onProgress!({ phase: "adapt", step: 2, steps: 2, loss: 0.25 });
    },
  });
}

async function sessionAnswers(conformance: Conformance): Promise<void> {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await withJobs(async (served) => {
    const ask = asking(conformance, served);
    const json = (body: BodyInit): RequestInit => ({
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const begin = "POST /v1/sessions";
    await ask(begin, 400, json("{"));
    await ask(begin, 408, { body: silent().body! });
    await ask(begin, 413, json(`{"a":"${"x".repeat(2 ** 16)}"}`));
    await ask(begin, 415, { body: "steps=2", headers: { "content-type": "text/plain" } });
    await ask(begin, 422, json('{"steps":0}'));
    const { id }: SessionAnswer = await (await ask(begin, 201, json('{"steps":2}'))).json();
    await ask(begin, 429);
    const scans = "POST /v1/sessions/{id}/scans";
    const weights = "GET /v1/sessions/{id}/weights";
    const reset = "POST /v1/sessions/{id}/reset";
    const scan = (accept = "application/json") => formRequest(fullForm(), { accept });
    for (const [status, init] of Object.entries(refused())) {
      await ask(scans, Number(status), init, id);
    }
    await ask(scans, 406, scan("text/html"), id);
    await ask(weights, 409, {}, id);
    for (const accept of ["application/ply", "application/json", "application/x-npy"]) {
      const answered = ask(scans, 200, scan(accept), id);
      if (accept === "application/ply") {
        await begun.promise;
        await ask(scans, 503, scan(), id);
        gate.resolve();
      }
      await answered;
    }
    await ask("GET /v1/sessions/{id}", 200, {}, id);
    await ask(weights, 200, {}, id);
    await ask(reset, 200, {}, id);
    const { change } = served.sessions;
    served.sessions.change = () => Promise.reject(new SessionConflictError(id));
    await ask(scans, 409, scan(), id);
    await ask(reset, 409, {}, id);
    served.sessions.change = change;
    await ask("DELETE /v1/sessions/{id}", 204, {}, id);
  }, {
    limits,
    sessions: { sessions: 1 },
    work: () => {
      begun.resolve();
      return gate.promise;
    },
  });
}

/** Answers while the queue on Redis is away. */
async function awayAnswers(conformance: Conformance): Promise<void> {
  await withJobs(async (jobs) => {
    const gone = () => Promise.reject(new QueueUnavailableError("Cannot use the queue"));
    jobs.queue.get = gone;
    jobs.queue.enter = gone;
    jobs.queue.list = gone;
    const ask = asking(conformance, jobs);
    for (const [name] of operationsOf(documentOf())) {
      if (name.includes("/jobs")) await ask(name, 503, name.startsWith("POST") ? raw() : {});
    }
  }, { limits });
}

/** What pages of other sites are answered. */
async function foreignAnswers(conformance: Conformance): Promise<void> {
  await withJobs(async (jobs) => {
    const ask = asking(conformance, jobs);
    const headers = { host: "evil.example" };
    for (const [name] of operationsOf(documentOf())) await ask(name, 403, { headers });
  });
}

/** Answers of a server whose disk takes nothing. */
async function fullAnswers(conformance: Conformance): Promise<void> {
  const full = { ...limits, reserveBytes: 2 ** 80 };
  await asking(conformance, fakeApp({ limits: full }))("POST /v1/segment", 507, raw());
  await withJobs(async (jobs) => {
    const { queue, sessions } = jobs;
    const ask = asking(conformance, jobs);
    const { id } = await sessions.begin({
      student: "fake-student",
      teacher: "t",
      client: "c",
      options: {},
    });
    const noRoom = () => Promise.reject(new DiskError("Cannot write to the server's disk"));
    await ask("POST /v1/jobs", 507, raw());
    await ask("POST /v1/sessions/{id}/scans", 507, raw(), id);
    sessions.begin = noRoom;
    sessions.change = noRoom;
    await ask("POST /v1/sessions", 507, { headers: { "content-type": "application/json" } });
    await ask("POST /v1/sessions/{id}/reset", 507, {}, id);
    queue.get = noRoom;
    for (const name of ["DELETE /v1/jobs/{id}", "GET /v1/jobs/{id}/result"]) await ask(name, 507);
    await ask("GET /v1/jobs/{id}/cloud", 507);
    await ask("POST /v1/jobs/{id}/corrections", 507);
  }, { limits: full });
}

/** Answers about sessions whose files are damaged. */
async function damagedAnswers(conformance: Conformance): Promise<void> {
  await withFolder(async (folder) => {
    await withJobs(async (jobs) => {
      const ask = asking(conformance, jobs);
      const { id } = await jobs.sessions.begin({
        student: "s",
        teacher: "t",
        client: "c",
        options: {},
      });
      await writeFile(join(folder, "sessions", id, "session.json"), "{");
      for (const [name] of operationsOf(documentOf())) {
        if (name.includes("/sessions/{id}") && !name.startsWith("DELETE")) {
          await ask(name, 410, name.endsWith("scans") ? raw() : {}, id);
        }
      }
      await ask("DELETE /v1/sessions/{id}", 204, {}, id);
      await ask("GET /v1/sessions/{id}", 404, {}, id);
    }, { folder });
  });
}

Deno.test("createApp() answers as its document says, with every status that it lists", async () => {
  const document = documentOf();
  const conformance = new Conformance(document);
  await serviceAnswers(conformance);
  await segmentAnswers(conformance);
  await jobAnswers(conformance);
  await sessionAnswers(conformance);
  await awayAnswers(conformance);
  await foreignAnswers(conformance);
  await fullAnswers(conformance);
  await damagedAnswers(conformance);
  const listed = operationsOf(document).flatMap(([name, { responses }]) =>
    Object.keys(responses).filter((status) => status !== "default")
      .map((status) => `${name} ${status}`)
  );
  assert.deepEqual([...conformance.seen].sort(), listed.sort());
});

Deno.test("createApp() with a token refuses as its document says", async () => {
  const conformance = new Conformance(documentOf(true));
  const { app } = fakeApp({ access: { tokens: ["secret"] } });
  const ask = asking(conformance, { app });
  for (const [name, { responses }] of operationsOf(documentOf(true))) {
    if ("401" in responses) await ask(name, 401);
  }
});
