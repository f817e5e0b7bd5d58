/** The real engine behind the real server: answers over HTTP, and no buffer is left on the GPU. */
import assert from "node:assert/strict";
import { labelledFile, labelsAndReport, type Submission } from "../../lib/cli/client.ts";
import { checkLabelledFile } from "../../lib/eval/labelled_file_check.ts";
import { EngineLabeller } from "../../lib/serving/labeller/engine_labeller.ts";
import { camerasToJson, encodePng } from "../../lib/scan/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { roomScene, type WorldScene } from "../../lib/worlds/rooms/mod.ts";
import { createApp } from "../../routes/app.ts";
import { listen } from "../../routes/listen.ts";

const STEPS = 3;

function submissionOf({ scan, photos, cameras }: WorldScene): Submission {
  return {
    scan: { name: scan.name, bytes: scan.bytes },
    images: photos.map((photo) => ({ name: photo.name, bytes: encodePng(photo) })),
    cameras: camerasToJson(cameras),
    // Coarse and with few augmentations, for the sake of time.
    options: { method: "ttt-kd", steps: STEPS, voxelSize: 0.8, augmentations: 1, evaluate: true },
  };
}

Deno.test(
  "POST /v1/segment labels a scan with the real engine, and leaves no buffer on the GPU",
  async (t) => {
    const afterStep = Promise.withResolvers<number>();
    let watch = false;
    await using engine = await Engine.open();
    const gpu = await engine.gpu();
    const scene = await roomScene(gpu, { domain: "noisy", split: "validation", index: 1 });
    const submission = submissionOf(scene);
    const app = createApp({
      labeller: new EngineLabeller(engine, gpu.adapterName),
      onProgress: (_scan, { step }) => {
        if (watch && step !== undefined) afterStep.resolve(step);
      },
    });
    await using server = await listen(app, "127.0.0.1", 0);
    const live = gpu.ledger.live;
    const answers: Awaited<ReturnType<typeof labelledFile>>[] = [];

    await t.step("answers with the client's own file, labelled, and the report", async () => {
      const answer = await labelledFile(server.url, submission);
      answers.push(answer);
      const { bytes, report } = answer;
      const check = await checkLabelledFile(scene.scan.bytes, bytes, engine.student.classes.length);
      assert.equal(check.points, scene.scan.count);
      assert.equal(report.views.count, scene.photos.length);
      assert.ok(report.views.pointsSeen > 0);
      assert.equal(report.losses.length, STEPS + 1);
      assert.ok(report.losses.at(-1)! < report.losses[0]!);
      assert.deepEqual(Object.keys(report.metrics!), ["source", "ttt-kd"]);
      assert.equal(gpu.ledger.live, live);
    });

    await t.step("answers with the same bits again", async () => {
      const [first] = answers;
      const second = await labelledFile(server.url, submission);
      assert.deepEqual(second.bytes, first!.bytes);
      assert.deepEqual(second.report.losses, first!.report.losses);
    });

    await t.step("refuses cameras that see nothing, and leaves nothing on the GPU", async () => {
      const far = scene.cameras.map((camera) => {
        const worldToCamera = camera.worldToCamera.slice();
        worldToCamera[11] = -1000;
        return { ...camera, worldToCamera };
      });
      const blind = { ...submission, cameras: camerasToJson(far) };
      await assert.rejects(labelsAndReport(server.url, blind), /no camera sees any point/);
      assert.equal(gpu.ledger.live, live);
    });

    await t.step(
      "stops the work of a client that disconnects, and serves the next one",
      async () => {
        watch = true;
        const client = new AbortController();
        const body = new FormData();
        body.append("scan", new File([scene.scan.bytes as Uint8Array<ArrayBuffer>], "scan.ply"));
        for (const { name, bytes } of submission.images) {
          body.append("images", new File([bytes as Uint8Array<ArrayBuffer>], name));
        }
        body.append("cameras", submission.cameras!);
        body.append("options", JSON.stringify({ ...submission.options, steps: 1000 }));
        const left = fetch(`${server.url}/v1/segment`, {
          method: "POST",
          body,
          signal: client.signal,
        });
        await afterStep.promise;
        client.abort();
        await assert.rejects(left, { name: "AbortError" });
        // This would wait for a thousand steps if the work continued.
        const start = performance.now();
        const { labels } = await labelsAndReport(server.url, {
          scan: submission.scan,
          images: [],
          options: { method: "source", voxelSize: 0.8 },
        });
        assert.equal(labels.length, scene.scan.count);
        assert.ok(performance.now() - start < 20_000);
        assert.equal(gpu.ledger.live, live);
      },
    );
  },
);
