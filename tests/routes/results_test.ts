/** Results of jobs as files: their names, parts of them, and what lies beside them. */
import assert from "node:assert/strict";
import { makeLas } from "../scan/files.ts";
import { formRequest, type JobAnswer, plyScan, problemOf, withJobs } from "./support.ts";

Deno.test("GET /v1/jobs/:id/result goes on with downloads, and sends nothing twice", async () => {
  await withJobs(async ({ app, work }) => {
    const form = formRequest({ scan: plyScan() });
    (form.body as FormData).set("scan", new File([plyScan()], "Bürø 3.PLY"));
    const job: JobAnswer = await (await app.request("/v1/jobs", form)).json();
    work();
    await (await app.request(job.links.events)).text();
    const ask = (headers: Record<string, string> = {}, method = "GET") =>
      app.request(job.links.result, { method, headers });

    const whole = await ask();
    const bytes = await whole.bytes();
    const etag = whole.headers.get("etag")!;
    assert.match(etag, /^"[0-9a-f]{64}"$/);
    assert.equal(whole.headers.get("accept-ranges"), "bytes");
    assert.equal(
      whole.headers.get("content-disposition"),
      `attachment; filename="B?r? 3_labelled.ply"; filename*=UTF-8''B%C3%BCr%C3%B8%203_labelled.ply`,
    );
    const other = await ask({ accept: "application/x-npy" });
    assert.match(other.headers.get("content-disposition")!, /3_labelled\.labels\.npy/);
    assert.notEqual(other.headers.get("etag"), etag);
    await other.body!.cancel();

    const last = bytes.length - 1;
    for (
      const [range, start, end] of [
        ["bytes=0-0", 0, 1],
        ["bytes=5-", 5, bytes.length],
        ["bytes=-7", bytes.length - 7, bytes.length],
        [`bytes=3-${10 * last}`, 3, bytes.length],
        [`bytes=-${10 * last}`, 0, bytes.length],
      ] as const
    ) {
      for (const condition of [{}, { "if-range": etag }]) {
        const part = await ask({ range, ...condition });
        assert.equal(part.status, 206, range);
        assert.deepEqual(await part.bytes(), bytes.slice(start, end), range);
        assert.equal(part.headers.get("content-length"), `${end - start}`);
        assert.equal(
          part.headers.get("content-range"),
          `bytes ${start}-${end - 1}/${bytes.length}`,
        );
      }
    }
    const wholes = [
      { range: "bytes=5-9", "if-range": '"other"' },
      { range: "bytes=5-9", "if-range": `W/${etag}` },
      { range: "bytes=5-9", "if-range": "Mon, 30 Nov 2026 10:00:00 GMT" },
      { range: "bytes=0-1,4-5" },
      { range: "bytes=9-5" },
      { range: "bytes=-" },
      { range: "lines=1-2" },
      { "if-none-match": '"other"' },
    ];
    for (const headers of wholes) {
      const answer = await ask(headers as Record<string, string>);
      assert.equal(answer.status, 200, JSON.stringify(headers));
      assert.deepEqual(await answer.bytes(), bytes);
    }
    for (const range of [`bytes=${bytes.length}-`, "bytes=-0"]) {
      const refused = await ask({ range });
      assert.equal(refused.headers.get("content-range"), `bytes */${bytes.length}`);
      assert.equal((await problemOf(refused, 416)).field, "range");
    }
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const same = await ask({ "if-none-match": given, range: "bytes=0-3" });
      assert.deepEqual([same.status, same.headers.get("etag")], [304, etag], given);
    }
    const head = await ask({ range: "bytes=0-3" }, "HEAD");
    assert.deepEqual(
      [head.status, head.headers.get("content-length"), head.headers.get("etag")],
      [200, `${bytes.length}`, etag],
    );
  });
});

Deno.test("GET /v1/jobs/:id/classes and /style say what the labels mean", async () => {
  await withJobs(async ({ app, work }) => {
    const { bytes } = makeLas({ count: 4 });
    const submitted = await app.request("/v1/jobs", { method: "POST", body: bytes });
    const job: JobAnswer = await submitted.json();
    work();
    await (await app.request(job.links.events)).text();
    const classes = await app.request(job.links.classes);
    assert.match(classes.headers.get("content-disposition")!, /scan_labelled\.classes\.json/);
    assert.deepEqual(await classes.json(), {
      student: "fake-student",
      classes: [
        { label: 0, name: "floor", color: "#010203", asprs: 2 },
        { label: 1, name: "wall", color: "#040506", asprs: 6 },
        { label: 2, name: "clutter", color: "#070809", asprs: 1 },
      ],
    });
    const style = await app.request(job.links.style);
    assert.match(style.headers.get("content-disposition")!, /scan_labelled\.qml/);
    const xml = await style.text();
    assert.match(xml, /<renderer type="classified" attribute="Classification"/);
    const categories = [...xml.matchAll(/value="(\d+)".*? label="(\w+)" color="([\d,]+)"/g)];
    assert.deepEqual(categories.map(([, ...found]) => found), [
      ["0", "unlabelled", "225,225,225,255"],
      ["1", "clutter", "7,8,9,255"],
      ["2", "floor", "1,2,3,255"],
      ["6", "wall", "4,5,6,255"],
    ]);
  });
});

Deno.test("GET /v1/jobs/:id/result says which object each point belongs to where that was asked for", async () => {
  await withJobs(async ({ app, work }) => {
    const npy = { accept: "application/x-npy;array=instances" };
    // The fourth point has no position; clutter, every third of the others, is an object.
    const text = new TextEncoder().encode("x,y,z\n1,2,3\n2,2,3\n3,2,3\nnan,0,0\n4,5,6\n");
    const check = async (answer: Response) => {
      const bytes = await answer.bytes();
      assert.match(new TextDecoder("latin1").decode(bytes), /'descr': '<u4', .*'shape': \(5,\), /);
      assert.deepEqual([...new Uint32Array(bytes.slice(-20).buffer)], [0, 0, 1, 0, 0]);
    };
    work();
    for (const wanted of [true, false]) {
      const form = { ...formRequest({ options: { instances: wanted } }) };
      (form.body as FormData).set("scan", new File([text], "room.csv"));
      const job: JobAnswer = await (await app.request("/v1/jobs", form)).json();
      await (await app.request(job.links.events)).text();
      const asked = (accept: string) => app.request(job.links.result, { headers: { accept } });
      const csv = await (await asked("text/csv")).text();
      const json = await (await asked("application/json")).json();
      assert.deepEqual(json.instances, wanted ? [0, 0, 1, 0, 0] : undefined);
      assert.deepEqual(json.report.instances, wanted ? { clutter: 1 } : undefined);
      const answer = await asked(npy.accept);
      if (wanted) {
        assert.match(csv, /^x,y,z,label,confidence,instance\n.*,0\n.*,0\n.*,1\n/);
        const name = answer.headers.get("content-disposition");
        assert.equal(name, "attachment; filename=room_labelled.instances.npy");
        await check(answer);
      } else {
        assert.match(csv, /^x,y,z,label,confidence\n/);
        assert.match((await problemOf(answer, 410)).detail, /with the option instances/);
      }
    }
    await check(await app.request("/v1/segment", { method: "POST", body: text, headers: npy }));
  });
});

Deno.test("GET /v1/jobs/:id/result gives the probabilities of all classes where they were asked for", async () => {
  await withJobs(async ({ app, work }) => {
    const headers = { accept: "application/x-npy;array=probabilities" };
    const text = new TextEncoder().encode("x,y,z\n1,2,3\nnan,0,0\n4,5,6\n");
    const expected = [0, 1, 2, 0, 0, 0, 3, 4, 5].map((value) => Math.fround(value / 100));
    const check = async (answer: Response) => {
      const bytes = await answer.bytes();
      assert.match(
        new TextDecoder("latin1").decode(bytes),
        /'descr': '<f4', 'fortran_order': False, 'shape': \(3, 3\), /,
      );
      assert.deepEqual([...new Float32Array(bytes.slice(-36).buffer)], expected);
    };
    work();
    for (const wanted of [true, false]) {
      const form = { ...formRequest({ options: { probabilities: wanted } }) };
      (form.body as FormData).set("scan", new File([text], "room.csv"));
      const job: JobAnswer = await (await app.request("/v1/jobs", form)).json();
      await (await app.request(job.links.events)).text();
      const answer = await app.request(job.links.result, { headers });
      if (wanted) {
        const name = answer.headers.get("content-disposition");
        assert.equal(name, "attachment; filename=room_labelled.probabilities.npy");
        await check(answer);
      } else assert.match((await problemOf(answer, 410)).detail, /with the option probabilities/);
    }
    const form = formRequest({ options: { probabilityFields: true } });
    (form.body as FormData).set("scan", new File([text], "room.csv"));
    const csv = await (await app.request("/v1/segment", form)).text();
    assert.match(csv, /^x,.*,confidence,probability_floor,probability_wall,probability_clutter\n/);
    assert.match(csv, /\n1,2,3,.*,0,0\.01,0\.02\nnan,.*,0,0,0\n4,5,6,.*,0\.03,0\.04,0\.05\n$/);
    // Who asks for them at once need not say so twice.
    await check(await app.request("/v1/segment", { method: "POST", body: text, headers }));
  });
});
