import assert from "node:assert/strict";
import type { Job } from "../../../lib/serving/queue/job.ts";
import type { JobQueue } from "../../../lib/serving/queue/queue.ts";
import { SqliteQueue } from "../../../lib/serving/queue/sqlite_queue.ts";
import { JobWorker, type WorkerOptions } from "../../../lib/serving/queue/worker.ts";
import { LIMITS, logged, submit, TestClock, withFolder, withQueue } from "./support.ts";

const describe = (error: Error) => ({ status: 422, detail: error.message });

/** Starts a worker that stops at the end of its scope without waiting for its job. */
function working(queue: JobQueue, options: Partial<WorkerOptions> & Pick<WorkerOptions, "work">) {
  const worker = new JobWorker(queue, { describe, pollMilliseconds: 5, ...options });
  return { worker, [Symbol.asyncDispose]: () => worker.stop(0) };
}

/** Waits until a job is in a state, and returns it. */
async function reached(queue: JobQueue, id: string, state: Job["state"]): Promise<Job> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    if ((await queue.get(id))?.state === state) resolve();
  };
  using _listening = queue.listen(look);
  await look();
  await promise;
  return (await queue.get(id))!;
}

/** Rejects once the signal is aborted. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("JobWorker does waiting and new jobs, and goes on after one that fails", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "bad");
    await using _working = working(queue, {
      work: ({ id }, { onProgress }) => {
        onProgress({ phase: "predict" });
        return id === "bad" ? Promise.reject(new Error("no scan")) : Promise.resolve();
      },
    });
    const { problem } = await reached(queue, "bad", "failed");
    assert.deepEqual(problem, { status: 422, detail: "no scan" });
    await submit(queue, "good");
    assert.deepEqual((await reached(queue, "good", "done")).progress, { phase: "predict" });
  });
});

Deno.test("JobWorker aborts the work of a job that is cancelled, and takes the next", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "long");
    const begun = Promise.withResolvers<void>();
    const aborted: string[] = [];
    await using _working = working(queue, {
      work: async ({ id }, { signal }) => {
        if (id !== "long") return;
        begun.resolve();
        await untilAborted(signal).catch((reason) => {
          aborted.push(reason.name);
          throw new Error("broken on the way out");
        });
      },
    });
    await begun.promise;
    await queue.cancel("long");
    await submit(queue, "next");
    await reached(queue, "next", "done");
    assert.deepEqual(aborted, ["ClaimLostError"]);
    assert.equal((await queue.get("long"))!.state, "cancelled");
    assert.equal((await queue.get("long"))!.problem, null);
  });
});

Deno.test("JobWorker.stop() lets a job finish within the grace period, and puts it back after it", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const patient = new JobWorker(queue, {
      describe,
      work: () => {
        begun.resolve();
        return gate.promise;
      },
    });
    await begun.promise;
    const stopped = patient.stop(60_000);
    await submit(queue, "other");
    gate.resolve();
    await stopped;
    assert.equal((await queue.get("job"))!.state, "done");
    assert.equal((await queue.get("other"))!.state, "queued", "it takes no further job");

    const begunAgain = Promise.withResolvers<void>();
    const hurried = new JobWorker(queue, {
      describe,
      work: (_claim, { signal }) => {
        begunAgain.resolve();
        return untilAborted(signal);
      },
    });
    await begunAgain.promise;
    await hurried.stop(0);
    const { state, attempts } = (await queue.get("other"))!;
    assert.deepEqual({ state, attempts }, { state: "queued", attempts: 0 });
  });
});

Deno.test("JobWorker.stop() puts back a job that it is just getting", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    const worker = new JobWorker(queue, {
      describe,
      work: () => Promise.reject(new Error("the job was started")),
    });
    await worker.stop(0);
    const { state, attempts } = (await queue.get("job"))!;
    assert.deepEqual({ state, attempts }, { state: "queued", attempts: 0 });
  });
});

Deno.test("JobWorker repeats a job whose error may pass, up to the limit of attempts", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    let attempts = 0;
    await logged(async (lines) => {
      await using _working = working(queue, {
        describe: () => null,
        work: () => Promise.reject(new Error(`GPU lost ${++attempts}`)),
      });
      await reached(queue, "job", "failed");
      assert.match(lines[2]!, /^job job goes back into the queue: GPU lost 3$/);
    });
    assert.equal(attempts, 3);
  });
});

Deno.test("JobWorker renews the lease of a long job", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    let renewed = Promise.withResolvers<void>();
    class WatchedQueue extends SqliteQueue {
      override renew(...args: Parameters<JobQueue["renew"]>): Promise<boolean> {
        renewed.resolve();
        return super.renew(...args);
      }
    }
    await using queue = new WatchedQueue(folder, LIMITS, clock);
    await submit(queue, "job");
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    const slow: Pick<WorkerOptions, "work" | "leaseMilliseconds"> = {
      leaseMilliseconds: 30,
      work: () => {
        begun++;
        return gate.promise;
      },
    };
    await using _one = working(queue, slow);
    await using _two = working(queue, slow);
    for (let beat = 0; beat < 5; beat++) {
      clock.time += 20;
      renewed = Promise.withResolvers();
      await renewed.promise;
    }
    gate.resolve();
    await reached(queue, "job", "done");
    assert.equal(begun, 1);
  });
});

const full = () => Object.assign(new Error("no space left on device"), { code: "ENOSPC" });

Deno.test("JobWorker counts no attempt that a full disk ended, and does the job once there is room", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    let failures = 4;
    await logged(async (lines) => {
      await using _working = working(queue, {
        pollMilliseconds: 1,
        work: () => failures-- > 0 ? Promise.reject(full()) : Promise.resolve(),
      });
      assert.equal((await reached(queue, "job", "done")).attempts, 1);
      assert.equal(lines.length, 1, "a trouble that lasts is logged once");
    });
  }, { attempts: 1 });
});

Deno.test("JobWorker records what was done once the disk takes it, and does it only once", async () => {
  await withQueue(async (queue) => {
    await submit(queue, "job");
    let failures = 3;
    const { finish } = queue;
    queue.finish = (claim) => {
      return failures-- > 0 ? Promise.reject(full()) : finish.call(queue, claim);
    };
    let begun = 0;
    await logged(async () => {
      await using _working = working(queue, { work: () => Promise.resolve(void begun++) });
      await reached(queue, "job", "done");
    });
    assert.equal(begun, 1);
  });
});
