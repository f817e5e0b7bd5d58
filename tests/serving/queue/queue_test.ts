/** The contract of every queue. */
import assert from "node:assert/strict";
import type { Job } from "../../../lib/serving/queue/job.ts";
import {
  type JobQueue,
  type JobSelection,
  QueueFullError,
  type QueueLimits,
} from "../../../lib/serving/queue/queue.ts";
import { QUEUE_KINDS, type TestQueue } from "./queue_kinds.ts";
import { NO_REDIS } from "./redis_server.ts";
import { LEASE, submit, until } from "./support.ts";

for (const kind of QUEUE_KINDS) {
  const test = (
    name: string,
    body: (queue: JobQueue, place: TestQueue) => Promise<void>,
    limits: Partial<QueueLimits> = {},
  ) =>
    Deno.test({
      name: `${kind.name}${name}${kind.ignore ? NO_REDIS : ""}`,
      ignore: kind.ignore,
      fn: () =>
        kind.use(limits, async (place) => {
          await using queue = await place.open();
          await body(queue, place);
        }),
    });

  test(" shares evenly between clients and keeps the order of each", async (queue) => {
    for (const id of ["a1", "a2", "a3", "a4"]) await submit(queue, id, "a");
    for (const id of ["b1", "b2"]) await submit(queue, id, "b");
    const order: string[] = [];
    for (let claim; (claim = await queue.claim("w", LEASE));) {
      order.push(claim.id);
      await queue.finish(claim);
      // A client that comes while others wait is next, not behind all their jobs.
      if (order.length === 3) await submit(queue, "c1", "c");
    }
    assert.deepEqual(order, ["a1", "b1", "a2", "c1", "b2", "a3", "a4"]);
  });

  test(".list() shows the jobs of a client alone, the latest first, by state and page by page", async (queue) => {
    for (const id of ["a1", "a2", "a3", "a4"]) await submit(queue, id, "a", Number(id[1]));
    await submit(queue, "b1", "b");
    await queue.finish((await queue.claim("w", LEASE))!);
    await queue.cancel("a3");
    const ids = async (selection: Partial<JobSelection>) =>
      (await queue.list({ client: "a", limit: 10, ...selection })).map(({ id }) => id);
    assert.deepEqual(await ids({}), ["a4", "a3", "a2", "a1"]);
    assert.deepEqual(await ids({ limit: 2, before: "a4" }), ["a3", "a2"]);
    assert.deepEqual(await ids({ states: ["done", "queued"] }), ["a4", "a2", "a1"]);
    assert.deepEqual(await ids({ states: ["queued"], before: "a4" }), ["a2"]);
    assert.deepEqual(await ids({ before: "b1" }), [], "another client's job is no place to begin");
    await queue.remove("a1");
    assert.deepEqual(await ids({}), ["a4", "a3", "a2"]);
  });

  test(".claim() gives a job whose lease has expired to the next worker", async (queue, place) => {
    await submit(queue, "job");
    const first = (await queue.claim("one", LEASE))!;
    assert.equal(await queue.claim("two", LEASE), null);
    await place.expireLeases();
    const second = (await queue.claim("two", LEASE))!;
    assert.equal(second.id, "job");
    assert.notEqual(second.attempt, first.attempt);
    assert.equal(await queue.renew(first, LEASE), false);
    assert.equal(await queue.fail(first, { status: 500, detail: "late" }), false);
    assert.equal(await queue.release(first), false);
    const { state, attempts } = (await queue.get("job"))!;
    assert.deepEqual(
      [state, attempts],
      ["running", 2],
      "the reports of the former holder no longer count",
    );
    assert.ok(await queue.renew(second, LEASE));
    assert.ok(await queue.finish(second));
    const done = (await queue.get("job"))!;
    assert.deepEqual([done.state, done.attempts, done.attempt], ["done", 2, second.attempt]);
  });

  test(".claim() fails a job whose attempts are used up", async (queue, place) => {
    await submit(queue, "job");
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.ok(await queue.claim("w", LEASE));
      await place.expireLeases();
    }
    assert.equal(await queue.claim("w", LEASE), null);
    const { state, problem, attempts, finishedAt } = (await queue.get("job"))!;
    assert.deepEqual([state, attempts, problem!.status], ["failed", 2, 500]);
    assert.match(problem!.detail, /broke off 2 times/);
    assert.ok(finishedAt! > 0);
  }, { attempts: 2 });

  test(
    ".release() puts a job back without counting the attempt, .abandon() counts it",
    async (queue) => {
      await submit(queue, "job");
      assert.ok(await queue.release((await queue.claim("w", LEASE))!));
      const { state, attempts } = (await queue.get("job"))!;
      assert.deepEqual([state, attempts], ["queued", 0]);
      assert.ok(await queue.abandon((await queue.claim("w", LEASE))!));
      assert.ok(await queue.claim("other", LEASE), "it is free at once");
      assert.equal((await queue.get("job"))!.attempts, 2);
    },
  );

  test(".fail() keeps the given problem", async (queue) => {
    await submit(queue, "job");
    const problem = { status: 422, detail: "Cannot read it", file: "room.ply", offset: 7 };
    assert.ok(await queue.fail((await queue.claim("w", LEASE))!, problem));
    const job = (await queue.get("job"))!;
    assert.equal(job.state, "failed");
    assert.deepEqual(job.problem, problem);
    assert.equal(await queue.claim("w", LEASE), null, "it is not tried again");
  });

  test(".cancel() ends a job in any open state, and its worker loses the claim", async (queue) => {
    await submit(queue, "at-work");
    await submit(queue, "waiting");
    const claim = (await queue.claim("w", LEASE))!;
    assert.ok(await queue.cancel("at-work"));
    assert.ok(await queue.cancel("waiting"));
    assert.equal(await queue.renew(claim, LEASE), false);
    assert.equal(await queue.finish(claim), false);
    assert.deepEqual(await queue.counts(), { cancelled: 2 });
    const { state, problem, finishedAt } = (await queue.get("waiting"))!;
    assert.deepEqual([state, problem], ["cancelled", null]);
    assert.ok(finishedAt! > 0);
    assert.equal(await queue.cancel("at-work"), false, "a job that is over stays as it is");
    assert.equal(await queue.claim("w", LEASE), null);
  });

  test(".enter() counts jobs that wait, are at work, or are on their way in", async (queue) => {
    await submit(queue, "one", "a");
    const claim = (await queue.claim("w", LEASE))!;
    const place = await queue.enter("a");
    await assert.rejects(
      queue.enter("a"),
      (error) =>
        error instanceof QueueFullError && /2 jobs of yours/.test(error.message) &&
        error.retryAfterSeconds >= 1,
    );
    {
      using _other = await queue.enter("b");
      await assert.rejects(queue.enter("c"), /3 jobs are waiting or at work/);
    }
    place[Symbol.dispose]();
    await queue.finish(claim);
    using _again = await queue.enter("a");
    using _more = await queue.enter("a");
    await assert.rejects(queue.enter("a"), QueueFullError);
  }, { jobs: 3, jobsOfClient: 2 });

  test(
    " keeps jobs and the latest progress when it is opened again",
    async (_, place) => {
      const progress = { phase: "adapt" as const, step: 5, steps: 25, loss: 0.5 };
      {
        await using queue = await place.open();
        await submit(queue, "job");
        const claim = (await queue.claim("w", LEASE))!;
        queue.report(claim, { phase: "read" });
        queue.report(claim, progress);
        await until(async () => (await queue.get("job"))!.progress?.step === 5);
        await queue.renew(claim, LEASE);
      }
      await using queue = await place.open();
      const job = (await queue.get("job"))!;
      assert.deepEqual(job.progress, progress);
      const { state, client, scan, method, problem } = job;
      assert.deepEqual({ state, client, scan, method, problem }, {
        state: "running",
        client: "client",
        scan: "room.ply",
        method: "bn",
        problem: null,
      });
      await place.expireLeases();
      assert.ok(await queue.claim("next", LEASE));
      assert.equal(
        (await queue.get("job"))!.progress,
        null,
        "the next attempt has no progress yet",
      );
    },
  );

  test(".overBefore() finds jobs that are over, .remove() forgets them", async (queue) => {
    for (const id of ["done", "failed", "cancelled", "waiting"]) await submit(queue, id);
    await queue.finish((await queue.claim("w", LEASE))!);
    await queue.fail((await queue.claim("w", LEASE))!, { status: 422, detail: "no" });
    await queue.cancel("cancelled");
    const times = await Promise.all(
      ["done", "failed", "cancelled"].map(async (id) => (await queue.get(id))!.finishedAt!),
    );
    assert.deepEqual(await queue.overBefore(Math.min(...times)), []);
    const old = await queue.overBefore(Math.max(...times) + 1);
    assert.deepEqual(old.map(({ id, state }) => `${id} ${state}`).sort(), [
      "cancelled cancelled",
      "done done",
      "failed failed",
    ]);
    await queue.remove("waiting");
    assert.equal((await queue.get("waiting"))!.state, "queued", "a job that is not over stays");
    for (const { id } of old) await queue.remove(id);
    assert.deepEqual(await queue.counts(), { queued: 1 });
    assert.equal(await queue.get("cancelled"), null);
  });

  test(".get() finds only jobs that were handed in", async (queue) => {
    await submit(queue, "job");
    await queue.claim("w", LEASE);
    for (const id of ["", "other", "meta", "events", "job:lock", "job-job", "../job", "*"]) {
      assert.equal(await queue.get(id), null, id);
      assert.equal(await queue.cancel(id), false, id);
    }
  });

  test(".listen() tells of progress and states until it is disposed of", async (queue) => {
    const heard: string[] = [];
    const all: string[] = [];
    using _always = queue.listen((id, change) => all.push(`${id} ${change}`));
    {
      using _listening = queue.listen((id, change) => heard.push(`${id} ${change}`));
      await submit(queue, "job");
      queue.report((await queue.claim("w", LEASE))!, { phase: "read" });
      await until(() => heard.length === 3);
    }
    await queue.cancel("job");
    await until(() => all.length > 3);
    assert.deepEqual(heard, ["job state", "job state", "job progress"]);
    assert.equal(all[3], "job state");
  });

  test(".listenOwn() tells of each state that this process sets, once", async (queue, place) => {
    await using other = await place.open();
    const heard: string[] = [];
    const note = ({ id, state, attempts }: Job) => heard.push(`${id} ${state} ${attempts}`);
    using _listening = queue.listenOwn(note);
    using _other = other.listenOwn(() => heard.push("a change of the other process"));
    await submit(queue, "job");
    await queue.release((await queue.claim("w", LEASE))!);
    const claim = (await queue.claim("w", LEASE))!;
    await queue.fail(claim, { status: 422, detail: "no" });
    await queue.finish(claim);
    await submit(queue, "left");
    await queue.cancel("left");
    await queue.cancel("left");
    await queue.remove("left");
    assert.deepEqual(heard, [
      "job queued 0",
      "job running 1",
      "job queued 0",
      "job running 1",
      "job failed 1",
      "left queued 0",
      "left cancelled 0",
    ]);
  });
}
