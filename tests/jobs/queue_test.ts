import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { JobQueue, QueueFullError } from "../../lib/jobs/queue.ts";
import { Clock, LIMITS, submit, withFolder, withQueue } from "./support.ts";

const LEASE = 1000;

Deno.test("JobQueue takes clients in turns, each one's jobs in order", async () => {
  await withQueue(async (queue) => {
    for (const id of ["a1", "a2", "a3", "a4"]) await submit(queue, id, "a");
    for (const id of ["b1", "b2"]) await submit(queue, id, "b");
    const order: string[] = [];
    for (let claim; (claim = queue.claim("w", LEASE));) {
      order.push(claim.id);
      queue.finish(claim);
      // Who comes while others wait is next, and not behind all that they have.
      if (order.length === 3) await submit(queue, "c1", "c");
    }
    assert.deepEqual(order, ["a1", "b1", "a2", "c1", "b2", "a3", "a4"]);
  });
});

Deno.test("JobQueue.claim() gives a job whose lease ran out to the next worker", async () => {
  await withQueue(async (queue, clock) => {
    await submit(queue, "job");
    const first = queue.claim("one", LEASE)!;
    clock.now += LEASE - 1;
    assert.equal(queue.claim("two", LEASE), null);
    assert.ok(queue.renew(first, LEASE));
    clock.now += LEASE - 1;
    assert.equal(queue.claim("two", LEASE), null, "the renewal holds");
    clock.now += 1;
    const second = queue.claim("two", LEASE)!;
    assert.equal(second.id, "job");
    assert.notEqual(second.turn, first.turn);
    assert.equal(queue.renew(first, LEASE), false);
    assert.equal(queue.fail(first, { status: 500, detail: "late" }), false);
    assert.equal(queue.get("job")!.state, "running", "what the first one says no longer counts");
    assert.ok(queue.finish(second));
    const { state, attempts, turn } = queue.get("job")!;
    assert.deepEqual({ state, attempts, turn }, {
      state: "done",
      attempts: 2,
      turn: second.turn,
    });
  });
});

Deno.test("JobQueue.claim() fails a job that was broken off too often", async () => {
  await withQueue(async (queue, clock) => {
    await submit(queue, "job");
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.ok(queue.claim("w", LEASE));
      clock.now += LEASE;
    }
    assert.equal(queue.claim("w", LEASE), null);
    const { state, problem, finishedAt } = queue.get("job")!;
    assert.equal(state, "failed");
    assert.equal(problem!.status, 500);
    assert.match(problem!.detail, /broke off 2 times/);
    assert.equal(finishedAt, clock.now);
  }, { attempts: 2 });
});

Deno.test("JobQueue.release() puts a job back without counting the attempt, abandon() with", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    assert.ok(queue.release(queue.claim("w", LEASE)!));
    assert.equal(queue.get("job")!.state, "queued");
    assert.equal(queue.get("job")!.attempts, 0);
    assert.ok(queue.abandon(queue.claim("w", LEASE)!));
    assert.ok(queue.claim("other", LEASE), "it is free at once");
    assert.equal(queue.get("job")!.attempts, 2);
  });
});

Deno.test("JobQueue.cancel() ends a job wherever it is, and its worker loses the claim", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "running");
    await submit(queue, "queued");
    const claim = queue.claim("w", LEASE)!;
    assert.ok(queue.cancel("running"));
    assert.ok(queue.cancel("queued"));
    assert.equal(queue.renew(claim, LEASE), false);
    assert.equal(queue.finish(claim), false);
    assert.deepEqual(queue.counts(), { cancelled: 2 });
    assert.equal(queue.cancel("running"), false, "what is over stays as it is");
    assert.equal(queue.claim("w", LEASE), null);
  });
});

Deno.test("JobQueue.enter() counts jobs waiting, at work and on their way in", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "1", "a");
    const claim = queue.claim("w", LEASE)!;
    const place = queue.enter("a");
    assert.throws(
      () => queue.enter("a"),
      (error) =>
        error instanceof QueueFullError && /2 jobs of yours/.test(error.message) &&
        error.retryAfterSeconds >= 1,
    );
    {
      using _other = queue.enter("b");
      assert.throws(() => queue.enter("c"), /3 jobs are waiting or at work/);
    }
    place[Symbol.dispose]();
    queue.finish(claim);
    using _again = queue.enter("a");
  }, { jobs: 3, jobsOfClient: 2 });
});

Deno.test("JobQueue keeps jobs when it is opened again, and the last progress of a dead worker", async () => {
  await withFolder(async (folder) => {
    const clock = new Clock();
    {
      using queue = new JobQueue(folder, LIMITS, clock.read);
      await submit(queue, "job");
      const claim = queue.claim("w", LEASE)!;
      queue.report(claim, { phase: "adapt", step: 5, steps: 25, loss: 0.5 });
      assert.equal(queue.get("job")!.progress!.step, 5);
      queue.renew(claim, LEASE);
    }
    using queue = new JobQueue(folder, LIMITS, clock.read);
    const { state, client, scan, method, progress } = queue.get("job")!;
    assert.deepEqual({ state, client, scan, method }, {
      state: "running",
      client: "client",
      scan: "room.ply",
      method: "bn",
    });
    assert.deepEqual(progress, { phase: "adapt", step: 5, steps: 25, loss: 0.5 });
  });
});

Deno.test("JobQueue.listen() tells of progress and states until it is disposed of", async () => {
  await withQueue(async (queue) => {
    const heard: string[] = [];
    {
      using _listening = queue.listen((id, change) => heard.push(`${id} ${change}`));
      await submit(queue, "job");
      queue.report(queue.claim("w", LEASE)!, { phase: "read" });
    }
    queue.cancel("job");
    assert.deepEqual(heard, ["job state", "job state", "job progress"]);
  });
});

Deno.test("JobQueue refuses a folder of another version", async () => {
  await withFolder((folder) => {
    new JobQueue(folder)[Symbol.dispose]();
    const database = new DatabaseSync(join(folder, "jobs.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => new JobQueue(folder), /version 99.*--data/);
  });
});
