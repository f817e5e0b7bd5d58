/** When steps wait for the GPU; the GPU itself is played by promises that the test settles. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { ScanMonitor } from "../../lib/segment/scan_monitor.ts";
import type { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import type { Progress } from "../../lib/ttt/progress.ts";

const HISTORY = { values: () => Promise.resolve([0.5]) } as unknown as LossHistory;

/** A GPU that is done with a step when the test says so. */
function playedGpu() {
  const steps: PromiseWithResolvers<void>[] = [];
  const gpu = {
    finished() {
      const step = Promise.withResolvers<void>();
      steps.push(step);
      return step.promise;
    },
  } as unknown as Gpu;
  return { gpu, steps };
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const pending = Symbol();
  return await Promise.race([promise, Promise.resolve(pending)]) !== pending;
}

Deno.test("ScanMonitor.stepped() waits for the step before, and for the last one itself", async () => {
  const { gpu, steps } = playedGpu();
  const monitor = new ScanMonitor(gpu, {});
  assert.ok(await isSettled(monitor.stepped(1, 3, HISTORY)));
  const second = monitor.stepped(2, 3, HISTORY);
  assert.ok(!await isSettled(second));
  steps[0]!.resolve();
  assert.ok(await isSettled(second));
  const third = monitor.stepped(3, 3, HISTORY);
  steps[1]!.resolve();
  assert.ok(!await isSettled(third));
  steps[2]!.resolve();
  await third;
});

Deno.test("ScanMonitor.stepped() throws what befell the step before, and once the client has left", async () => {
  const { gpu, steps } = playedGpu();
  const controller = new AbortController();
  const monitor = new ScanMonitor(gpu, { signal: controller.signal });
  await monitor.stepped(1, 9, HISTORY);
  steps[0]!.reject(new Error("the device was lost"));
  await assert.rejects(() => monitor.stepped(2, 9, HISTORY), /device was lost/);
  steps[1]!.resolve();
  controller.abort(new Error("client left"));
  const third = assert.rejects(() => monitor.stepped(3, 9, HISTORY), /client left/);
  assert.ok(!await isSettled(third));
  steps[2]!.resolve();
  await third;
});

Deno.test("ScanMonitor.stepped() announces every fifth step and the last, in their order", async () => {
  const { gpu, steps } = playedGpu();
  const heard: Progress[] = [];
  const monitor = new ScanMonitor(gpu, { onProgress: (progress) => heard.push(progress) });
  for (let step = 1; step <= 7; step++) {
    const stepped = monitor.stepped(step, 7, HISTORY);
    for (const done of steps) done.resolve();
    await stepped;
  }
  assert.deepEqual(heard.map(({ phase, step, loss }) => ({ phase, step, loss })), [
    { phase: "adapt", step: 5, loss: 0.5 },
    { phase: "adapt", step: 7, loss: 0.5 },
  ]);
});
