import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { WALL_AGES } from "../../../lib/serving/files/clock.ts";
import { writeAccepted } from "../../../lib/serving/queue/accepted_job.ts";
import { QueuePlaceError, QueueUnavailableError } from "../../../lib/serving/queue/queue.ts";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";
import { sweep } from "../../../lib/serving/queue/sweep.ts";
import { LEASE, LIMITS, submit, TestClock, withFolder, withQueue } from "./support.ts";

Deno.test("SqliteQueue.renew() extends a lease, which lasts until its very end", async () => {
  await withQueue(async (queue, clock) => {
    await submit(queue, "job");
    const claim = (await queue.claim("one", LEASE))!;
    clock.time += LEASE - 1;
    assert.equal(await queue.claim("two", LEASE), null);
    assert.ok(await queue.renew(claim, LEASE));
    clock.time += LEASE - 1;
    assert.equal(await queue.claim("two", LEASE), null, "the renewal holds");
    clock.time += 1;
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

Deno.test("SqliteQueue keeps leases, whatever happens to the clock, and counts no attempt for it", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    await using holding = new SqliteQueue(folder, { ...LIMITS, attempts: 1 }, clock);
    await using waiting = new SqliteQueue(folder, { ...LIMITS, attempts: 1 }, clock);
    await submit(holding, "job");
    const claim = (await holding.claim("one", LEASE))!;
    for (const ahead of [26 * 3600_000, -26 * 3600_000]) {
      clock.ahead = ahead;
      assert.equal(await waiting.claim("two", LEASE), null);
      clock.time += LEASE - 1;
      assert.ok(await holding.renew(claim, LEASE));
      assert.equal(await waiting.claim("two", LEASE), null);
    }
    assert.equal((await waiting.get("job"))!.state, "running");
    clock.time += LEASE;
    assert.equal(await waiting.claim("two", LEASE), null);
    assert.equal(
      (await waiting.get("job"))!.state,
      "failed",
      "its holder died: the attempt is over",
    );
  });
});

Deno.test("SqliteQueue takes over the job of a server that died before it was opened", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    {
      await using queue = new SqliteQueue(folder, LIMITS, clock);
      await submit(queue, "job");
      assert.ok(await queue.claim("dies", LEASE));
    }
    clock.ahead = -26 * 3600_000;
    await using queue = new SqliteQueue(folder, LIMITS, clock);
    clock.time += LEASE - 1;
    assert.equal(await queue.claim("next", LEASE), null);
    clock.time += 1;
    assert.equal((await queue.claim("next", LEASE))!.attempt, 2);
  });
});

Deno.test("SqliteQueue.trouble() says that the folder is gone or replaced, and such a queue takes nothing", async () => {
  await withFolder(async (parent) => {
    const folder = join(parent, "data");
    await using queue = new SqliteQueue(folder, LIMITS);
    assert.equal(await queue.trouble(), null);
    await rename(folder, join(parent, "elsewhere"));
    assert.match((await queue.trouble())!, /--data\) was removed or replaced/);
    await new SqliteQueue(folder, LIMITS)[Symbol.asyncDispose]();
    assert.match((await queue.trouble())!, /--data\) was removed or replaced/);
    await assert.rejects(queue.enter("client"), QueueUnavailableError);
    await rm(folder, { recursive: true });
    await rename(join(parent, "elsewhere"), folder);
    assert.equal(await queue.trouble(), null, "it was put back");
  });
});

Deno.test("SqliteQueue says that its database is damaged, and how its jobs come back", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "jobs.sqlite");
    {
      await using queue = new SqliteQueue(folder, LIMITS);
      await submit(queue, "job");
      await writeAccepted(queue.folderOf("job"), {
        id: "job",
        client: "client",
        scan: "room.ply",
        method: "bn",
        createdAt: 7,
      });
    }
    await writeFile(path, new Uint8Array(8192).fill(7));
    assert.throws(
      () => new SqliteQueue(folder, LIMITS),
      (error) =>
        error instanceof QueuePlaceError && error.message.includes(path) &&
        /is not a database; move the file away/.test(error.message),
    );
    for (const end of ["", "-wal", "-shm"]) await rm(path + end, { force: true });
    await using queue = new SqliteQueue(folder, LIMITS);
    const said: string[] = [];
    await sweep(queue, 1000, WALL_AGES, (line) => said.push(line));
    assert.deepEqual([said.length, (await queue.get("job"))!.createdAt], [1, 7]);
    assert.equal((await queue.claim("w", LEASE))!.id, "job");
  });
});

Deno.test("SqliteQueue.trouble() reads the database as it is on the disk", async () => {
  await withFolder(async (folder) => {
    await using queue = new SqliteQueue(folder, LIMITS);
    const path = join(folder, "jobs.sqlite");
    {
      using database = new DatabaseSync(path);
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    await writeFile(path, new Uint8Array(8192).fill(7));
    assert.match((await queue.trouble())!, /jobs\.sqlite is damaged/);
  });
});
