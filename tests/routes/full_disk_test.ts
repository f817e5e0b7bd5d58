/** A server on a disk without room. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diskErrorOf } from "../../lib/serving/files/disk.ts";
import { logged, until } from "../serving/queue/support.ts";
import { SmallDisk } from "./full_disk.ts";
import {
  formRequest,
  fullForm,
  type JobAnswer,
  type JobsApp,
  plyScan,
  problemOf,
  withJobs,
} from "./support.ts";

const disk = await SmallDisk.mount();
await disk?.[Symbol.asyncDispose]();

async function submitted({ app }: JobsApp): Promise<JobAnswer> {
  const response = await app.request("/v1/jobs", formRequest({ ...fullForm(), scan: plyScan() }));
  assert.equal(response.status, 202);
  return await response.json();
}

Deno.test({
  name: `on a full disk jobs wait, uploads get 507, and deleting works${
    disk ? "" : " (left out: no file system can be mounted here)"
  }`,
  ignore: disk === null,
  fn: async () => {
    await using disk = (await SmallDisk.mount())!;
    await withJobs(async (jobs) => {
      const { app } = jobs;
      const state = async ({ links }: JobAnswer): Promise<JobAnswer> =>
        await (await app.request(links.self)).json();
      const [kept, unwanted] = [await submitted(jobs), await submitted(jobs)];
      await disk.fill();
      const folders = await readdir(jobs.queue.files);

      const refused = await app.request("/v1/jobs", formRequest(fullForm()));
      assert.match(refused.headers.get("retry-after")!, /^\d+$/);
      assert.match((await problemOf(refused, 507)).detail, /disk.*come back later/);
      assert.deepEqual(await readdir(jobs.queue.files), folders, "nothing is left of it");
      const notReady = await app.request("/health/ready");
      assert.match((await problemOf(notReady, 503)).detail, /less than 1 MiB free/);

      await logged(async (lines) => {
        jobs.work();
        await until(() => lines.length > 0);
        assert.match(lines[0]!, /Cannot write to the server's disk: it is full/);
      });
      assert.deepEqual([(await state(kept)).attempts, (await state(kept)).problem], [0, undefined]);

      for (let time = 0; time < 2; time++) {
        const deleted = await app.request(unwanted.links.self, { method: "DELETE" });
        assert.equal(deleted.status, 204, "cancelled, then deleted");
      }
      await problemOf(await app.request(unwanted.links.self), 404);

      await disk.empty();
      await until(async () => (await state(kept)).state === "done");
      assert.equal((await state(kept)).attempts, 1);
      const answer = await app.request(kept.links.result, {
        headers: { accept: "application/json" },
      });
      assert.deepEqual((await answer.json()).labels, [0, 1, 2, 0, 1, 2]);
    }, { folder: disk.folder, limits: { reserveBytes: 2 ** 20 } });
  },
});

Deno.test("uploads are refused before they begin, and while they last, where they would use up the reserve", async () => {
  await withJobs(async ({ app, queue }) => {
    const { detail } = await problemOf(await app.request("/v1/jobs", formRequest(fullForm())), 507);
    assert.match(detail, /it would leave less than \d+ MiB free.*--reserve/);
    assert.deepEqual(await readdir(queue.files), []);
  }, { limits: { reserveBytes: 2 ** 80 } });
});

Deno.test("GET /v1/jobs/:id/result answers 410 where a file of the result is damaged, and DELETE removes the job", async () => {
  await withJobs(async (jobs) => {
    const { app, queue } = jobs;
    jobs.work();
    const job = await submitted(jobs);
    await until(async () => (await queue.get(job.id))!.state === "done");
    const result = join(queue.folderOf(job.id), "result-1");
    await writeFile(join(result, "labels.u8"), new Uint8Array(3));
    assert.match((await problemOf(await app.request(job.links.result), 410)).detail, /labels\.u8/);
    await writeFile(join(result, "report.json"), "{");
    assert.match(
      (await problemOf(await app.request(job.links.result), 410)).detail,
      /report\.json/,
    );
    assert.equal((await app.request(job.links.self, { method: "DELETE" })).status, 204);
    assert.deepEqual(await readdir(queue.files), []);
  });
});

Deno.test("diskErrorOf() knows the errors of disks, also those of SQLite, and no others", () => {
  const coded = (code: string, message = "") => Object.assign(new Error(message), { code });
  for (const code of ["ENOSPC", "EDQUOT", "EROFS", "EIO"]) assert.ok(diskErrorOf(coded(code)));
  for (
    const message of [
      "database or disk is full",
      "disk I/O error",
      "attempt to write a readonly database",
    ]
  ) {
    assert.ok(diskErrorOf(coded("ERR_SQLITE_ERROR", message)), message);
  }
  for (const error of [coded("ENOENT"), coded("ERR_SQLITE_ERROR", "no such table"), "ENOSPC"]) {
    assert.equal(diskErrorOf(error), null);
  }
});
