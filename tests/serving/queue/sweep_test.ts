import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WALL_AGES } from "../../../lib/serving/files/clock.ts";
import { sweep } from "../../../lib/serving/queue/sweep.ts";
import { submit, withQueue } from "./support.ts";

const HOUR = 3600_000;

Deno.test("sweep() removes jobs that ended long ago, with their files, and no others", async () => {
  await withQueue(async (queue, clock) => {
    for (const id of ["old", "fresh", "running", "waiting"]) await submit(queue, id);
    await queue.finish((await queue.claim("w", HOUR))!);
    clock.time += 2 * HOUR;
    await queue.cancel("fresh");
    assert.equal((await queue.claim("w", HOUR))!.id, "running");
    await sweep(queue, HOUR, clock);
    assert.equal(await queue.get("old"), null);
    assert.deepEqual((await readdir(queue.files)).sort(), ["fresh", "running", "waiting"]);
    assert.deepEqual(await queue.counts(), { cancelled: 1, running: 1, queued: 1 });
  });
});

Deno.test("sweep() removes folders without a job that nobody has written to for long", async () => {
  await withQueue(async (queue) => {
    const now = Date.now();
    const longAgo = new Date(now - 2 * HOUR);
    for (const name of ["dead", "uploading"]) {
      await mkdir(queue.folderOf(name));
      await writeFile(join(queue.folderOf(name), "scan"), "ply");
      await utimes(queue.folderOf(name), longAgo, longAgo);
    }
    await utimes(join(queue.folderOf("dead"), "scan"), longAgo, longAgo);
    await sweep(queue, HOUR, WALL_AGES);
    assert.deepEqual(await readdir(queue.files), ["uploading"]);
  });
});
