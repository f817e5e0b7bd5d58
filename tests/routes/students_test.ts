/** Several students in one server: requests, jobs and sessions name one, or leave the choice to the scan. */
import assert from "node:assert/strict";
import { readScan } from "../../lib/scan/mod.ts";
import { decodeCloud } from "../../routes/viewer/cloud.js";
import { withFolder } from "../serving/queue/support.ts";
import { FakeEngine, STREETS } from "./fake_engine.ts";
import {
  fakeApp,
  formRequest,
  fullForm,
  type JobAnswer,
  type JobsApp,
  plyScan,
  problemOf,
  type SessionAnswer,
  withJobs,
} from "./support.ts";

/** A student with a teacher of its own, which sessions can adapt. */
const GARDENS = {
  ...STREETS,
  name: "gardens",
  card: { ...STREETS.card, id: "gardens", classes: ["soil", "grass", "path"] },
  teacher: { ...new FakeEngine().teacher, id: "gardens-teacher" },
};

/** Asks for a session. */
async function created({ request }: JobsApp["app"], options: unknown): Promise<Response> {
  return await request("/v1/sessions", {
    method: "POST",
    body: JSON.stringify(options),
    headers: { "content-type": "application/json" },
  });
}

async function labelled(app: ReturnType<typeof fakeApp>["app"], query: string, points = 4) {
  const response = await app.request(`/v1/segment${query}`, {
    method: "POST",
    body: plyScan(points),
    headers: { accept: "application/json" },
  });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

Deno.test("POST /v1/segment labels by the student that it names: by name, short name or id", async () => {
  const { app } = fakeApp({ others: [STREETS] });
  for (const name of ["streets-joint", "streets", "streets-joint-7"]) {
    const { classes, report } = await labelled(app, `?student=${name}`);
    assert.deepEqual(classes, ["road", "car", "tree"]);
    assert.equal(report.student, "streets-joint-7");
    assert.equal(report.teacher, null);
  }
  const { classes, report } = await labelled(app, "?student=fake-student", 9);
  assert.deepEqual(classes, ["floor", "wall", "clutter"]);
  assert.equal(report.student, "fake-student");
  const las = await app.request("/v1/segment?student=streets", {
    method: "POST",
    body: plyScan(3),
    headers: { accept: "application/vnd.las" },
  });
  assert.deepEqual([...(await readScan(await las.bytes(), "answer")).labels!], [11, 64, 5]);
});

Deno.test("POST /v1/segment leaves the choice to the scan", async () => {
  const { app } = fakeApp({ others: [STREETS] });
  for (const query of ["", "?student=auto"]) {
    assert.equal((await labelled(app, query, 4)).report.student, "fake-student");
    assert.equal((await labelled(app, query, 8)).report.student, "streets-joint-7");
  }
});

Deno.test("unknown students are refused with the names that there are, before the scan waits", async () => {
  await withJobs(async ({ app, engine }) => {
    for (const path of ["/v1/segment", "/v1/jobs"]) {
      const response = await app.request(`${path}?student=street`, {
        method: "POST",
        body: plyScan(),
      });
      const { detail, field } = await problemOf(response, 422);
      assert.match(detail, /"street": it is one of auto, fake-student, streets-joint$/);
      assert.equal(field, "student");
    }
    const session = await created(app, { student: "street" });
    assert.equal((await problemOf(session, 422)).field, "student");
    for (const student of ["", 3, null]) {
      const request = formRequest({ scan: plyScan(), options: { student } });
      assert.equal(
        (await problemOf(await app.request("/v1/segment", request), 422)).field,
        "student",
      );
    }
    assert.equal(engine.requests.length, 0);
  }, { engine: new FakeEngine(undefined, [STREETS]) });
});

Deno.test("POST /v1/segment passes on whether a scan has to fit", async () => {
  const { app, engine } = fakeApp();
  await labelled(app, "?strict=true");
  await labelled(app, "");
  assert.deepEqual(engine.requests.map(({ options }) => options.strict), [true, false]);
});

Deno.test("the result of a job keeps the classes of its student, whichever students the next server has", async () => {
  await withFolder(async (folder) => {
    let job!: JobAnswer;
    await withJobs(async ({ app, work }) => {
      work();
      const request = formRequest({ scan: plyScan(), options: { student: "streets" } });
      job = await (await app.request("/v1/jobs", request)).json();
      await (await app.request(job.links.events)).text();
    }, { folder, engine: new FakeEngine(undefined, [STREETS]) });
    await withJobs(async ({ app }) => {
      const headers = { accept: "application/json" };
      const { classes } = await (await app.request(job.links.result, { headers })).json();
      assert.deepEqual(classes, STREETS.card.classes);
      const las = await app.request(job.links.result, {
        headers: { accept: "application/vnd.las" },
      });
      const { labels } = await readScan(await las.bytes(), "answer");
      assert.deepEqual([...labels!], [11, 64, 5, 11, 64, 5]);
      const cloud = await (await app.request(job.links.cloud)).arrayBuffer();
      const { student } = decodeCloud(cloud);
      assert.deepEqual(student, STREETS.card);
    }, { folder });
  });
});

async function begin({ app }: JobsApp, options: unknown): Promise<SessionAnswer> {
  const response = await created(app, options);
  assert.equal(response.status, 201, await response.clone().text());
  return await response.json();
}

async function scanIn({ app }: JobsApp, { links }: SessionAnswer, points: number) {
  const request = formRequest(
    { ...fullForm(), scan: plyScan(points) },
    { accept: "application/json" },
  );
  const response = await app.request(links.scans, request);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).report.student;
}

Deno.test("a session adapts the student that it was created with, or the one that its first scan chose", async () => {
  await withJobs(async (jobs) => {
    const named = await begin(jobs, { student: "fake-student" });
    assert.deepEqual([named.student, named.teacher], ["fake-student", "fake-teacher"]);
    assert.equal(await scanIn(jobs, named, 9), "fake-student");

    const open = await begin(jobs, {});
    assert.deepEqual([open.student, open.teacher], [null, null]);
    assert.equal(await scanIn(jobs, open, 9), "gardens");
    const bound: SessionAnswer = await (await jobs.app.request(open.links.self)).json();
    assert.deepEqual([bound.student, bound.teacher], ["gardens", "gardens-teacher"]);
    // Six points alone would choose the other one.
    assert.equal(await scanIn(jobs, open, 4), "gardens");
    await jobs.app.request(open.links.reset, { method: "POST" });
    assert.equal(await scanIn(jobs, open, 4), "gardens");
  }, { engine: new FakeEngine(undefined, [GARDENS]) });
});

Deno.test("POST /v1/sessions refuses a student without a teacher among several", async () => {
  await withJobs(async ({ app }) => {
    const response = await created(app, { student: "streets" });
    assert.match(
      (await problemOf(response, 422)).detail,
      /streets-joint was trained on labels alone/,
    );
  }, { engine: new FakeEngine(undefined, [STREETS]) });
});
