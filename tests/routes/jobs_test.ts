/** Jobs over HTTP: submitted, followed, cancelled, fetched, refused, and finished by the next server. */
import assert from "node:assert/strict";
import { DEFAULT_LIMITS } from "../../lib/serving/server.ts";
import { SharedAnswers } from "../../routes/http/shared_answers.ts";
import { UploadsUnderWay } from "../../routes/http/uploads_under_way.ts";
import { jobRoutes } from "../../routes/jobs.ts";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../routes/app.ts";
import { SqliteQueue } from "../../lib/serving/queue/sqlite_queue.ts";
import { readScan } from "../../lib/scan/mod.ts";
import { decodeCloud } from "../../routes/viewer/cloud.js";
import { makeLas } from "../scan/files.ts";
import { STREETS } from "./fake_engine.ts";
import { makePng } from "../scan/images.ts";
import {
  camerasText,
  type FormParts,
  formRequest,
  fullForm,
  type JobAnswer,
  type JobsApp,
  plyScan,
  problemOf,
  withJobs,
} from "./support.ts";

const URL_ = "/v1/jobs";

async function submitted(
  { app }: Pick<JobsApp, "app">,
  request: RequestInit = formRequest(fullForm()),
  env: unknown = undefined,
): Promise<JobAnswer> {
  const response = await app.request(URL_, request, env as object);
  assert.equal(response.status, 202);
  const job: JobAnswer = await response.json();
  assert.equal(response.headers.get("location"), `${URL_}/${job.id}`);
  return job;
}

interface Event {
  event: string;
  data: JobAnswer & { phase: string; step?: number; loss?: number };
}

/** Reads the events of a job to the end of their stream. */
async function eventsOf({ app }: Pick<JobsApp, "app">, { links }: JobAnswer): Promise<Event[]> {
  return await eventsIn(await app.request(links.events));
}

/** Reads the events of an answer, which listens from the moment of the request. */
async function eventsIn(response: Response): Promise<Event[]> {
  assert.match(response.headers.get("content-type")!, /^text\/event-stream/);
  return (await response.text()).split("\n\n").filter((block) => block).map((block) => {
    const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block)!;
    return { event: event!, data: JSON.parse(data!) };
  });
}

Deno.test("POST /v1/jobs/:id/corrections labels the job's files again, and keeps what was corrected before", async () => {
  await withJobs(async (jobs) => {
    jobs.work();
    const first = await submitted(jobs, formRequest({ ...fullForm(), options: { steps: 7 } }));
    await eventsOf(jobs, first);
    const correct = async (job: JobAnswer, body: unknown) =>
      await jobs.app.request(`${job.links.self}/corrections`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const next = async (job: JobAnswer, body: unknown): Promise<JobAnswer> => {
      const response = await correct(job, body);
      assert.equal(response.status, 202, await response.clone().text());
      const answered = await response.json();
      await eventsOf(jobs, answered);
      return answered;
    };
    const suggestions = async (query: string) =>
      (await (await jobs.app.request(`${first.links.self}/suggestions${query}`)).json())
        .suggestions;
    const suggested = { label: 1, class: "wall", confidence: Math.fround(1 / 3) };
    assert.deepEqual(await suggestions(""), [
      { point: 1, position: [0.3, 0.4, 0.5].map(Math.fround), ...suggested },
      { point: 4, position: [1.2, 1.3, 1.4].map(Math.fround), ...suggested },
    ]);
    assert.equal((await suggestions("?count=1")).length, 1);
    const second = await next(first, { corrections: { "0": [1, 2] } });
    assert.notEqual(second.id, first.id);
    await next(second, { corrections: { "1": [2], "0": [3] }, steps: 4 });
    const [asked, corrected, again] = jobs.engine.requests;
    assert.equal(asked!.options.corrections, undefined);
    assert.deepEqual(corrected!.options.corrections, { "0": [1, 2] });
    assert.deepEqual(again!.options.corrections, { "0": [3, 1], "1": [2] });
    assert.deepEqual([corrected, again].map((request) => request!.options.settings["steps"]), [
      7,
      4,
    ]);
    assert.deepEqual(corrected!.scan.positions, asked!.scan.positions);
    // What was labelled before is at hand, also after the first job is gone.
    const kept = { basis: "fake", frame: "fake", firstLosses: {}, pointsSeen: 0, losses: [] };
    const probabilities = { rows: 2, classes: 1, values: Float32Array.of(1, 1) };
    assert.equal(asked!.unvoted, undefined);
    for (const request of [corrected, again]) {
      assert.deepEqual(request!.unvoted, { ...kept, steps: 7, probabilities });
    }
    assert.equal(corrected!.photos.length, asked!.photos.length);
    assert.equal((await problemOf(await correct(first, { steps: 3 }), 422)).field, "corrections");
    assert.equal(
      (await problemOf(await correct(first, { corrections: [1] }), 422)).field,
      "corrections",
    );
    // The files stay when the job that they came with is deleted.
    assert.equal((await jobs.app.request(first.links.self, { method: "DELETE" })).status, 204);
    const quick = await next(second, { corrections: { "1": [0] }, method: "fusion" });
    assert.equal(quick.method, "fusion");
    assert.equal(jobs.engine.requests.at(-1)!.options.settings["steps"], undefined);
    await next(second, { corrections: { "1": [0] } });
    // A method that does not learn from corrections is not insisted on.
    const plain = await submitted(jobs, { method: "POST", body: plyScan() });
    await eventsOf(jobs, plain);
    assert.equal((await next(plain, { corrections: { "0": [0] } })).method, "corrections");
    assert.equal((await next(plain, { corrections: { "0": [0] }, method: "bn" })).method, "bn");
  });
});

Deno.test("GET /v1/jobs lists the client's jobs page by page, and where clients are addresses of many, none", async () => {
  const loopback = { incoming: { socket: { remoteAddress: "127.0.0.1" } } };
  const other = { incoming: { socket: { remoteAddress: "127.0.0.2" } } };
  await withJobs(async (jobs) => {
    const [first, second] = [
      await submitted(jobs, undefined, loopback),
      await submitted(jobs, undefined, loopback),
    ];
    const theirs = await submitted(jobs, undefined, other);
    const list = async (path: string, env = loopback) =>
      await (await jobs.app.request(path, {}, env)).json();
    const page = await list(`${URL_}?limit=1`);
    assert.deepEqual(page.jobs.map(({ id }: JobAnswer) => id), [second.id]);
    assert.deepEqual(page.jobs[0].links, second.links);
    const rest = await list(page.next);
    assert.deepEqual([rest.jobs.map(({ id }: JobAnswer) => id), rest.next], [[first.id], null]);
    assert.deepEqual((await list(URL_, other)).jobs.map(({ id }: JobAnswer) => id), [theirs.id]);
    assert.deepEqual((await list(`${URL_}?state=done,failed`)).jobs, []);
    const wrong = await problemOf(await jobs.app.request(`${URL_}?state=lost`), 422);
    assert.match(wrong.detail, /"lost": there are queued, running/);
    const twice = await jobs.app.request(`${URL_}?state=done&state=failed`);
    assert.match((await problemOf(twice, 422)).detail, /state twice.*separated by commas/);
    // Beyond this machine and without tokens, an address is no one's own.
    const open = createApp({ labeller: jobs.labeller, queue: jobs.queue, hostname: "0.0.0.0" });
    assert.match((await problemOf(await open.request(URL_), 403)).detail, /--token-file/);
  });
});

Deno.test("a job that is done has the warnings of its report, in its state and in its last event", async () => {
  const doubt = { code: "spacing", text: "Points lie far apart." };
  await withJobs(async (jobs) => {
    const job = await submitted(jobs);
    assert.equal(job.warnings, undefined);
    jobs.work();
    const events = await eventsOf(jobs, job);
    assert.deepEqual(events.at(-1)!.data.warnings, [doubt]);
    assert.ok(events.slice(0, -1).every(({ data }) => data.warnings === undefined));
    const done = async () => await (await jobs.app.request(job.links.self)).json();
    assert.deepEqual((await done()).warnings, [doubt]);
    // Where somebody has removed the result, the job is shown all the same.
    await rm(join(jobs.queue.folderOf(job.id), "result-1"), { recursive: true });
    assert.equal((await done()).state, "done");
  }, {
    work: ({ scan }) => {
      scan.warnings.push(doubt);
      return Promise.resolve();
    },
  });
});

Deno.test("a job that is done names the method that labelled it", async () => {
  await withJobs(async (jobs) => {
    const options = { student: STREETS.name };
    const job = await submitted(jobs, formRequest({ ...fullForm(), options }));
    assert.equal(job.method, "ttt-kd-fusion");
    jobs.work();
    assert.equal((await eventsOf(jobs, job)).at(-1)!.data.method, "bn");
    const done: JobAnswer = await (await jobs.app.request(job.links.self)).json();
    assert.equal(done.method, "bn");
  }, { others: [STREETS] });
});

Deno.test("a job has the warnings that are known while it runs, in its state and in its events", async () => {
  const doubt = { code: "cameras", text: "Poses seem to be swapped.", field: "cameras" };
  const [announced, seen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await withJobs(async (jobs) => {
    const job = await submitted(jobs);
    jobs.work();
    await announced.promise;
    const { state, warnings } = await (await jobs.app.request(job.links.self)).json();
    assert.deepEqual({ state, warnings }, { state: "running", warnings: [doubt] });
    seen.resolve();
    const [first] = await eventsOf(jobs, job);
    assert.deepEqual(first!.data.warnings, [doubt]);
  }, {
    work: async ({ onProgress }) => {
      onProgress!({ phase: "teacher", warnings: [doubt] });
      announced.resolve();
      await seen.promise;
    },
  });
});

Deno.test("POST /v1/jobs takes what /v1/segment takes, and gives the same answer", async () => {
  await withJobs(async (jobs) => {
    const form = { ...fullForm(), options: { steps: 2 } };
    const job = await submitted(jobs, formRequest(form));
    const { state, scan, method, attempts } = job;
    assert.deepEqual({ state, scan, method, attempts }, {
      state: "queued",
      scan: "room.ply",
      method: "ttt-kd-fusion",
      attempts: 0,
    });
    const early = await jobs.app.request(job.links.result);
    assert.match((await problemOf(early, 409)).detail, /queued/);

    jobs.work();
    assert.equal((await eventsOf(jobs, job)).at(-1)!.data.state, "done");
    const result = await jobs.app.request(job.links.result);
    const direct = await jobs.app.request("/v1/segment", formRequest(form));
    for (const header of ["content-type", "x-tttkd-report"]) {
      assert.equal(result.headers.get(header), direct.headers.get(header));
    }
    assert.deepEqual(await result.bytes(), await direct.bytes());
    const json = await jobs.app.request(job.links.result, {
      headers: { accept: "application/json" },
    });
    assert.deepEqual((await json.json()).labels, [0, 1, 2, 0, 1, 2]);
    const html = await jobs.app.request(job.links.result, { headers: { accept: "text/html" } });
    await problemOf(html, 406);
    const head = await jobs.app.request(job.links.result, { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), result.headers.get("content-length"));
    const files = await readdir(jobs.queue.folderOf(job.id));
    assert.deepEqual(files.filter((name) => name.startsWith("answer")), []);
    const [byJob, byRequest] = jobs.engine.requests;
    assert.deepEqual(byJob!.photos, byRequest!.photos);
    assert.deepEqual(byJob!.cameras, byRequest!.cameras);
    assert.deepEqual(byJob!.options, byRequest!.options);
  });
});

Deno.test("GET /v1/jobs/:id/events sends phases, steps and losses, and starts late clients with the present state", async () => {
  const half = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await withJobs(
    async (jobs) => {
      const job = await submitted(jobs);
      const early = eventsIn(await jobs.app.request(job.links.events));
      jobs.work();
      await half.promise;
      const shown: JobAnswer = await (await jobs.app.request(job.links.self)).json();
      assert.deepEqual(shown.progress, { phase: "adapt", step: 1, steps: 2, loss: 0.5 });
      const late = eventsIn(await jobs.app.request(job.links.events));
      gate.resolve();
      const heard = await early;
      assert.deepEqual(
        heard.map(({ event, data }) => event === "state" ? data.state : data.step ?? data.phase),
        ["queued", "running", "read", 1, 2, "done"],
      );
      assert.deepEqual(heard[4]!.data, { phase: "adapt", step: 2, steps: 2, loss: 0.25 });
      const [first, ...rest] = await late;
      assert.equal(first!.data.state, "running");
      assert.equal(first!.data.progress!.step, 1);
      assert.deepEqual(rest, heard.slice(4));
      const after = await eventsOf(jobs, job);
      assert.deepEqual(after.map(({ data }) => data.state), ["done"]);
    },
    {
      work: async ({ onProgress }) => {
        onProgress!({ phase: "adapt", step: 1, steps: 2, loss: 0.5 });
        half.resolve();
        await gate.promise;
        onProgress!({ phase: "adapt", step: 2, steps: 2, loss: 0.25 });
      },
    },
  );
});

Deno.test("GET /v1/jobs/:id/events ends when the server stops", async () => {
  await withJobs(async (jobs) => {
    const { links } = await submitted(jobs);
    const events = eventsIn(await jobs.app.request(links.events));
    jobs.stopping.abort();
    assert.ok((await events).every(({ data }) => data.state === "queued"));
  });
});

Deno.test("DELETE /v1/jobs/:id stops the work before its next step, and the next job is done", async () => {
  const begun = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await withJobs(
    async (jobs) => {
      const long = await submitted(jobs);
      const waiting = await submitted(jobs);
      const next = await submitted(jobs, { method: "POST", body: plyScan() });
      jobs.work();
      await begun.promise;
      for (const { links } of [waiting, long]) {
        assert.equal((await jobs.app.request(links.self, { method: "DELETE" })).status, 204);
      }
      await stopped.promise;
      assert.equal((await eventsOf(jobs, next)).at(-1)!.data.state, "done");
      assert.equal((await eventsOf(jobs, long)).at(-1)!.data.state, "cancelled");
      await problemOf(await jobs.app.request(long.links.result), 410);
      assert.equal(
        jobs.engine.requests.length,
        2,
        "a job cancelled while it waited is never started",
      );

      // Ended jobs are deleted with their files.
      assert.equal((await jobs.app.request(long.links.self, { method: "DELETE" })).status, 204);
      await problemOf(await jobs.app.request(long.links.self), 404);
      assert.equal((await readdir(jobs.queue.files)).includes(long.id), false);
    },
    {
      work: async ({ signal, options }) => {
        if (options.method === "bn") return;
        begun.resolve();
        try {
          await new Promise((_, reject) =>
            signal!.addEventListener("abort", () => reject(signal!.reason))
          );
        } finally {
          stopped.resolve();
        }
      },
    },
  );
});

Deno.test("GET /v1/jobs/:id reports a bad scan as /v1/segment would", async () => {
  await withJobs(async (jobs) => {
    const scan = plyScan().slice(0, -5);
    const job = await submitted(jobs, formRequest({ ...fullForm(), scan }));
    jobs.work();
    const { state, problem } = (await eventsOf(jobs, job)).at(-1)!.data;
    assert.equal(state, "failed");
    const direct = await jobs.app.request(
      "/v1/segment",
      formRequest({ ...fullForm(), scan }),
    );
    const said = await problemOf(direct, 422);
    assert.equal(problem!.detail, said.detail);
    assert.equal(problem!.file, "room.ply");
    assert.deepEqual(await problemOf(await jobs.app.request(job.links.result), 422), said);
  });
});

Deno.test("POST /v1/jobs refuses at once what can be checked at once, and leaves no files", async () => {
  await withJobs(async ({ app, queue }) => {
    const bad = [
      [formRequest({ ...fullForm(), options: { method: "magic" } }), 422],
      [formRequest({ scan: plyScan(), images: fullForm().images! }), 422],
      [formRequest({ options: {} }), 422],
      [formRequest({ ...fullForm(), scan: plyScan(10_000) }), 413],
    ] as const;
    for (const [request, status] of bad) {
      await problemOf(await app.request(URL_, request), status);
    }
    assert.deepEqual(await readdir(queue.files), []);
    assert.deepEqual(await queue.counts(), {});
    await problemOf(await app.request(`${URL_}/nope`), 404);
    await problemOf(await app.request(`${URL_}/nope/events`), 404);
  }, { limits: { bodyBytes: 100_000 } });
});

Deno.test("POST /v1/jobs refuses at once what its headers say is too much, or wrong", async (t) => {
  await withJobs(async ({ app, queue }) => {
    const refused = async (parts: FormParts, status: number, detail: RegExp) => {
      const problem = await problemOf(await app.request(URL_, formRequest(parts)), status);
      assert.match(problem.detail, detail);
      assert.deepEqual(await readdir(queue.files), []);
    };
    await t.step("points of a PLY", () => {
      return refused({ scan: plyScan(3000) }, 413, /to label 3000 points/);
    });
    await t.step("points of a LAZ", async () => {
      const laz = await readFile(new URL("../../fixtures/scans/format8.laz", import.meta.url));
      const scan = new Uint8Array(laz);
      const view = new DataView(scan.buffer);
      view.setUint32(107, 0, true);
      view.setBigUint64(247, 10_000n, true);
      await refused({ scan }, 413, /to read 10000 points/);
    });
    await t.step("pixels of a photograph", async () => {
      const raw = new Uint8Array(0);
      const photo = makePng({ width: 800, height: 800, depth: 8, colorType: 2, raw });
      const images = { "0.png": photo as Uint8Array<ArrayBuffer> };
      await refused(
        { scan: plyScan(), images, cameras: camerasText(["0.png"]) },
        413,
        /0\.png.*800x800 pixels/,
      );
    });
    await t.step("points that are not there", async () => {
      const { bytes } = makeLas({ minor: 2, format: 3, count: 50 });
      const scan = bytes.slice(0, -1) as Uint8Array<ArrayBuffer>;
      await refused({ scan }, 422, /50 points .* do not fit/);
    });
    await t.step("but waits where a header is too long to be read at once", async () => {
      const text = new TextDecoder("latin1").decode(plyScan(3000));
      const long = text.replace("\nend_header", `\ncomment ${" ".repeat(2 ** 16)}\nend_header`);
      const scan = Uint8Array.from(long, (c) => c.charCodeAt(0));
      const answer = await app.request(URL_, formRequest({ scan }));
      assert.equal(answer.status, 202, await answer.text());
    });
  }, { memory: { labelling: 700_000, answering: 1e9 } });
});

Deno.test("POST /v1/jobs answers 429 with Retry-After when the queue is full", async () => {
  await withJobs(async (jobs) => {
    const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
    const job = await submitted(jobs, formRequest(fullForm()), from("10.0.0.1"));
    const refused = await jobs.app.request(URL_, formRequest(fullForm()), from("10.0.0.1"));
    assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    assert.match((await problemOf(refused, 429)).detail, /jobs of yours/);
    await submitted(jobs, formRequest(fullForm()), from("10.0.0.2"));
    const full = await jobs.app.request(URL_, formRequest(fullForm()), from("10.0.0.3"));
    await problemOf(full, 429);
    await jobs.app.request(job.links.self, { method: "DELETE" });
    await submitted(jobs, formRequest(fullForm()), from("10.0.0.1"));
  }, { queue: { jobs: 2, jobsOfClient: 1 } });
});

Deno.test("a job that a killed server was working on is finished by the next one, with the same labels", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-dropped-"));
  try {
    let job: JobAnswer;
    await withJobs(async (jobs) => {
      job = await submitted(jobs);
      const claim = await jobs.queue.claim("a worker that dies", 30_000);
      // As its lease is once it has expired.
      assert.ok(await jobs.queue.abandon(claim!));
    }, { folder });
    await withJobs(async (jobs) => {
      jobs.work();
      assert.equal((await eventsOf(jobs, job)).at(-1)!.data.state, "done");
      const shown: JobAnswer = await (await jobs.app.request(job.links.self)).json();
      assert.equal(shown.attempts, 2);
      const answer = await (await jobs.app.request(job.links.result)).bytes();
      assert.deepEqual([...(await readScan(answer, "answer")).labels!], [0, 1, 2, 0, 1, 2]);
    }, { folder });
    // Whoever opens the queue next finds it done.
    await using queue = new SqliteQueue(folder);
    assert.deepEqual(await queue.counts(), { done: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("GET /v1/jobs/:id/cloud sends the points that the viewer draws, as many as are asked for", async () => {
  await withJobs(async (jobs) => {
    const job = await submitted(jobs, formRequest({ scan: plyScan(50) }));
    await problemOf(await jobs.app.request(job.links.cloud), 409);
    jobs.work();
    await eventsOf(jobs, job);
    const get = (query: string) => jobs.app.request(`${job.links.cloud}${query}`);
    const all = decodeCloud((await (await get("")).bytes()).buffer);
    assert.deepEqual([all.count, all.scanPoints, all.channels], [50, 50, 0]);
    // The fake engine labels point i with i modulo 3; its first coordinate is 0.3 i.
    all.label.forEach((label: number, i: number) => {
      assert.equal(label, Math.round((all.positions[3 * i]! + all.origin[0]!) / 0.3) % 3);
      assert.equal(all.confidence[i], 85);
    });
    assert.deepEqual([...all.became], [17, 17, 16, 0, 0, 0, 0, 0, 0]);
    assert.equal(all.report.method, "bn");
    const few = decodeCloud((await (await get("?points=7")).bytes()).buffer);
    assert.deepEqual([few.count, few.scanPoints], [7, 50]);
    assert.deepEqual(few.positions, all.positions.slice(0, 21));
    for (const points of ["0", "1.5", "many", "1e9"]) {
      assert.equal((await problemOf(await get(`?points=${points}`), 422)).field, "points");
    }
    assert.match((await problemOf(await get("?point=7"), 422)).detail, /did you mean points\?/);
  });
});

Deno.test("GET /v1/jobs/:id/result sends a result that is complete enough, and names the file that is missing otherwise", async () => {
  await withJobs(async (jobs) => {
    const job = await submitted(jobs);
    jobs.work();
    await eventsOf(jobs, job);
    const folder = join(jobs.queue.folderOf(job.id), "result-1");
    await rm(join(folder, "source.u8"));
    const result = await jobs.app.request(job.links.result);
    assert.equal(result.status, 200);
    await result.body?.cancel();
    const cloud = await problemOf(await jobs.app.request(job.links.cloud), 410);
    assert.match(cloud.detail, /source\.u8/);
    await rm(join(folder, "labels.u8"));
    await problemOf(await jobs.app.request(job.links.result), 410);
  });
});

for (const moment of ["before", "after"] as const) {
  Deno.test(`DELETE /v1/jobs/:id ${moment} an answer is made turns it into 404`, async () => {
    await withJobs(async (jobs) => {
      const job = await submitted(jobs);
      jobs.work();
      await eventsOf(jobs, job);
      const { labeller } = jobs;
      const made = labeller.answer.bind(labeller);
      labeller.answer = async (...call) => {
        const remove = async () => {
          const gone = await jobs.app.request(job.links.self, { method: "DELETE" });
          assert.equal(gone.status, 204);
        };
        if (moment === "before") await remove();
        const answer = await made(...call);
        await remove();
        return answer;
      };
      await problemOf(await jobs.app.request(job.links.result), 404);
    });
  });
}

Deno.test("GET /v1/jobs/:id/events is not silent while a job waits, for proxies that end idle connections", async () => {
  await withJobs(async ({ app, labeller, queue, stopping }) => {
    const { id } = await (await app.request("/v1/jobs", formRequest(fullForm()))).json();
    const { signal } = stopping;
    const routes = jobRoutes({
      labeller,
      queue,
      answers: new SharedAnswers(labeller),
      limits: { ...DEFAULT_LIMITS, underWay: new UploadsUnderWay(1, 1) },
      stopping: signal,
      isPrivate: true,
      quietMilliseconds: 20,
    });
    const reader = (await routes.request(`/${id}/events`)).body!
      .pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes(": waiting\n\n")) text += (await reader.read()).value!;
    assert.match(text, /^event: state\n/);
    stopping.abort();
    while (!(await reader.read()).done);
  });
});
