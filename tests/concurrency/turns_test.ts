import assert from "node:assert/strict";
import { BusyError, GpuTurns } from "../../lib/concurrency/turns.ts";

/** Enters, waits for the turn, works for a moment and leaves; notes its name when the turn comes. */
async function job(turns: GpuTurns, name: string, order: string[], fails = false): Promise<void> {
  using place = turns.enter();
  await place.turn();
  order.push(name);
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (fails) throw new Error(name);
}

Deno.test("GpuTurns serves first come first served, one at a time", async () => {
  const turns = new GpuTurns(9);
  let inside = 0;
  const order: number[] = [];
  await Promise.all(Array.from({ length: 9 }, async (_, i) => {
    using place = turns.enter();
    await place.turn();
    assert.equal(++inside, 1);
    order.push(i);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside--;
  }));
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("GpuTurns goes on after a job that fails", async () => {
  const turns = new GpuTurns(4);
  const order: string[] = [];
  const jobs = [job(turns, "a", order, true), job(turns, "b", order, true), job(turns, "c", order)];
  const outcomes = await Promise.allSettled(jobs);
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "rejected", "fulfilled"]);
  await job(turns, "d", order);
  assert.deepEqual(order, ["a", "b", "c", "d"]);
});

Deno.test("GpuTurns lets who is aborted leave the queue, and the next one in", async () => {
  const turns = new GpuTurns(3);
  const order: string[] = [];
  const controller = new AbortController();
  const first = job(turns, "first", order);
  const left = (async () => {
    using place = turns.enter();
    await place.turn(controller.signal);
    order.push("never");
  })();
  const last = job(turns, "last", order);
  controller.abort(new Error("gone"));
  await assert.rejects(left, /gone/);
  await Promise.all([first, last]);
  assert.deepEqual(order, ["first", "last"]);
});

Deno.test("GpuTurns.enter() refuses when all places are taken, and takes again when one is left", () => {
  const turns = new GpuTurns(1);
  {
    using _place = turns.enter();
    assert.throws(
      () => turns.enter(),
      (error) => error instanceof BusyError && error.retryAfterSeconds > 0,
    );
  }
  using _place = turns.enter();
});
