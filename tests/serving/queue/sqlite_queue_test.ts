import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";
import { LEASE, submit, withFolder, withQueue } from "./support.ts";

Deno.test("SqliteQueue.renew() extends a lease, which lasts until its very end", async () => {
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

/** The schema of version 1, in which one column numbered the starts of all jobs and named the folders of results. */
const SCHEMA_1 = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL,
    state TEXT NOT NULL, scan TEXT NOT NULL, method TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, turn INTEGER, worker TEXT, leaseUntil INTEGER,
    createdAt INTEGER NOT NULL, startedAt INTEGER, finishedAt INTEGER, progress TEXT, problem TEXT
  ) STRICT;
  CREATE INDEX jobsByState ON jobs (state, client);
  CREATE INDEX jobsByClient ON jobs (client, turn);
  PRAGMA user_version = 1;
  INSERT INTO jobs (id, client, state, scan, method, attempts, turn, createdAt, startedAt, finishedAt)
    VALUES ('done', 'a', 'done', 'a.ply', 'bn', 1, 7, 1, 2, 3);
  INSERT INTO jobs (id, client, state, scan, method, attempts, turn, createdAt, startedAt)
    VALUES ('released', 'b', 'queued', 'b.ply', 'bn', 0, 6, 1, 2);
  INSERT INTO jobs (id, client, state, scan, method, createdAt)
    VALUES ('new-a', 'a', 'queued', 'a.ply', 'bn', 4), ('new-c', 'c', 'queued', 'c.ply', 'bn', 5);
`;

Deno.test("SqliteQueue takes over a folder of version 1: results, order and attempts", async () => {
  await withFolder(async (folder) => {
    {
      using database = new DatabaseSync(join(folder, "jobs.sqlite"));
      database.exec(SCHEMA_1);
    }
    await using queue = new SqliteQueue(folder);
    const done = (await queue.get("done"))!;
    assert.deepEqual([done.state, done.attempts, done.attempt], ["done", 1, 7]);
    const claims = [];
    for (let claim; (claim = await queue.claim("w", LEASE));) claims.push(claim);
    assert.deepEqual(claims.map(({ id, attempt }) => [id, attempt]), [
      ["new-c", 1],
      ["released", 7],
      ["new-a", 1],
    ]);
  });
});

Deno.test("SqliteQueue refuses a folder of a later version", async () => {
  await withFolder(async (folder) => {
    await new SqliteQueue(folder)[Symbol.asyncDispose]();
    const database = new DatabaseSync(join(folder, "jobs.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => new SqliteQueue(folder), /version 99.*--data/);
  });
});
