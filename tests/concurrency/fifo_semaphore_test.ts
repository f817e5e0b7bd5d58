import assert from "node:assert/strict";
import { BusyError, FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";

/** Reserves, waits for a permit, notes its name, works for a moment, and fails if it is told to. */
async function work(
  semaphore: FifoSemaphore,
  name: string,
  order: string[],
  fails = false,
): Promise<void> {
  using reservation = semaphore.reserve();
  await reservation.acquire();
  order.push(name);
  await moment();
  if (fails) throw new Error(name);
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("FifoSemaphore hands out its permits in the order of requests, and no more of them", async () => {
  for (const permits of [1, 2]) {
    const semaphore = new FifoSemaphore(permits, 9);
    let working = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(Array.from({ length: 9 }, async (_, i) => {
      using reservation = semaphore.reserve();
      await reservation.acquire();
      most = Math.max(most, ++working);
      order.push(i);
      await moment();
      working--;
    }));
    assert.equal(most, permits);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  }
});

Deno.test("FifoSemaphore passes the permit on when work fails", async () => {
  const semaphore = new FifoSemaphore(1, 4);
  const order: string[] = [];
  const outcomes = await Promise.allSettled([
    work(semaphore, "a", order, true),
    work(semaphore, "b", order, true),
    work(semaphore, "c", order),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "rejected", "fulfilled"]);
  await work(semaphore, "d", order);
  assert.deepEqual(order, ["a", "b", "c", "d"]);
});

Deno.test("FifoSemaphore drops a waiter whose signal is aborted, and serves the one behind it", async () => {
  const semaphore = new FifoSemaphore(1, 3);
  const order: string[] = [];
  const control = new AbortController();
  const first = work(semaphore, "first", order);
  const aborted = (async () => {
    using reservation = semaphore.reserve();
    await reservation.acquire(control.signal);
    order.push("never");
  })();
  const last = work(semaphore, "last", order);
  assert.equal(semaphore.waiting, 2);
  control.abort(new Error("the client has gone"));
  assert.equal(semaphore.waiting, 1);
  await assert.rejects(aborted, /the client has gone/);
  await assert.rejects(semaphore.acquire(control.signal), /the client has gone/);
  await Promise.all([first, last]);
  assert.deepEqual(order, ["first", "last"]);
});

Deno.test("FifoSemaphore.acquire() keeps the permit until it is released, whatever its signal does", async () => {
  const semaphore = new FifoSemaphore();
  const control = new AbortController();
  const permit = await semaphore.acquire(control.signal);
  let acquired = false;
  const next = semaphore.acquire().then((permit) => {
    acquired = true;
    return permit;
  });
  control.abort();
  await moment();
  assert.equal(acquired, false);
  permit.release();
  permit.release();
  using _next = await next;
  assert.equal(semaphore.waiting, 0);
});

Deno.test("FifoSemaphore.reserve() refuses while every place is taken", () => {
  const semaphore = new FifoSemaphore(1, 1);
  {
    using _reservation = semaphore.reserve();
    assert.throws(
      () => semaphore.reserve(),
      (error) => error instanceof BusyError && error.retryAfterSeconds > 0,
    );
  }
  using _reservation = semaphore.reserve();
});

Deno.test("FifoSemaphore.busySeconds counts the time of permits that were and that are held", async () => {
  const semaphore = new FifoSemaphore();
  assert.equal(semaphore.busySeconds, 0);
  {
    using _permit = await semaphore.acquire();
    await moment();
    assert.ok(semaphore.busySeconds > 0);
  }
  const { busySeconds } = semaphore;
  await moment();
  assert.equal(semaphore.busySeconds, busySeconds);
});
