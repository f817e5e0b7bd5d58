import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";
import { LEASE, submit, withFolder, withQueue } from "./support.ts";

Deno.test("SqliteQueue.renew() keeps a job until the very end of its lease", async () => {
  await withQueue(async (queue, clock) => {
    await submit(queue, "job");
    const claim = (await queue.claim("one", LEASE))!;
    clock.now += LEASE - 1;
    assert.equal(await queue.claim("two", LEASE), null);
    assert.ok(await queue.renew(claim, LEASE));
    clock.now += LEASE - 1;
    assert.equal(await queue.claim("two", LEASE), null, "the renewal holds");
    clock.now += 1;
    assert.ok(await queue.claim("two", LEASE));
  });
});

Deno.test("SqliteQueue refuses a folder of another version", async () => {
  await withFolder(async (folder) => {
    await new SqliteQueue(folder)[Symbol.asyncDispose]();
    const database = new DatabaseSync(join(folder, "jobs.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => new SqliteQueue(folder), /version 99.*--data/);
  });
});
