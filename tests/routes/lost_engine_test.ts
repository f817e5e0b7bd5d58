/** What clients see when the labelling thread dies, or loses its device, in the middle of their scan. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_QUEUE_LIMITS } from "../../lib/serving/queue/queue.ts";
import { DEFAULT_SESSION_LIMITS } from "../../lib/serving/sessions/session.ts";
import { WorkerLabeller } from "../../lib/serving/labeller/worker_labeller.ts";
import { camerasToJson, encodePng } from "../../lib/scan/mod.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";
import { openServer } from "../../routes/open_server.ts";
import { withGpu } from "../gpu.ts";
import { AT_ONCE, fakeApp, formRequest, type JobAnswer, plyScan, problemOf } from "./support.ts";

/** Gives `body` a folder, and keeps messages about the faults that it causes off the console. */
async function withFaults(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-lost-"));
  const original = console.error;
  console.error = () => {};
  try {
    await body(folder);
  } finally {
    console.error = original;
    await rm(folder, { recursive: true });
  }
}

/** Submits a job and waits for it. @returns the job and its answer. */
async function jobDone(url: string, request: RequestInit): Promise<[JobAnswer, Uint8Array]> {
  const { links }: JobAnswer = await (await fetch(`${url}/v1/jobs`, request)).json();
  await (await fetch(url + links.events)).text();
  const job: JobAnswer = await (await fetch(url + links.self)).json();
  return [job, await (await fetch(url + links.result)).bytes()];
}

withGpu(
  "a job survives the death of its thread and the loss of its device, and gets the same labels",
  async (gpu) => {
    const room = await roomScene(gpu, { domain: "noisy", split: "validation", index: 1 });
    const photos = room.photos.slice(0, 2);
    const bytes = (data: Uint8Array) => data as Uint8Array<ArrayBuffer>;
    const request = formRequest({
      scan: bytes(room.scan.bytes),
      images: Object.fromEntries(photos.map((photo) => [photo.name, bytes(encodePng(photo))])),
      cameras: camerasToJson(room.cameras.slice(0, 2)),
      options: { method: "ttt-kd", steps: 6, augmentations: 0, voxelSize: 0.8 },
    });
    await withFaults(async (folder) => {
      const module = new URL("../serving/labeller/faulty_worker.ts", import.meta.url);
      module.searchParams.set("marks", folder);
      const data = {
        folder,
        queue: DEFAULT_QUEUE_LIMITS,
        keepHours: 1,
        sessions: DEFAULT_SESSION_LIMITS,
      };
      await using labeller = await WorkerLabeller.open({ students: ["rooms"] }, {
        module,
        pauseAfter: () => 0,
      });
      await using server = await openServer({ labeller, data, limits: AT_ONCE }, "127.0.0.1", 0);
      const [disturbed, labelled] = await jobDone(server.url, request);
      assert.deepEqual([disturbed.state, disturbed.attempts], ["done", 3]);
      assert.ok(existsSync(join(folder, "died")) && existsSync(join(folder, "lost")));
      const [undisturbed, same] = await jobDone(server.url, request);
      assert.deepEqual([undisturbed.state, undisturbed.attempts], ["done", 1]);
      assert.deepEqual(labelled, same);
    });
  },
);

for (const fault of ["dies", "loses the device"]) {
  Deno.test(`POST /v1/segment answers 503 with Retry-After where its thread ${fault}`, async () => {
    await withFaults(async (folder) => {
      const module = new URL("../serving/labeller/fake_worker.ts", import.meta.url);
      await using labeller = await WorkerLabeller.open({ students: [folder] }, { module });
      const { app } = fakeApp({ labeller });
      const body = new FormData();
      body.append("scan", new File([plyScan()], fault));
      const refused = await app.request("/v1/segment", { method: "POST", body });
      assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      await problemOf(refused, 503);
      await labeller.available();
      const again = await app.request("/v1/segment", { method: "POST", body });
      assert.equal(again.status, 200);
      await again.body?.cancel();
    });
  });
}
