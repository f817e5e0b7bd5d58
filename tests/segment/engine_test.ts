/** The engine on a held-out scene of the shifted scanner, with a small student. */
import assert from "node:assert/strict";
import { GpuHost } from "../../lib/gpu/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { metricRequest } from "../../lib/segment/metric_request.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import type { Progress } from "../../lib/ttt/progress.ts";
import type { SegmentRequest, SegmentResult } from "../../lib/segment/segmenter.ts";
import { ScanError } from "../../lib/scan/mod.ts";
import { roomScene, type WorldScene } from "../../lib/worlds/rooms/mod.ts";
import { SMALL_STUDENT } from "../small_student.ts";

/**
 * Options with voxels of twice the student's edge and one augmentation instead of eight, to save time: what these
 * tests look for does not depend on how well the student knows the room.
 */
const coarse = (options: Record<string, unknown>, hasPhotographs = true) =>
  segmentOptions({ voxelSize: 0.8, augmentations: 1, evaluate: true, ...options }, hasPhotographs);

const STEPS = 3;

const OPTIONS = coarse({ method: "ttt-kd", steps: STEPS });

/** Most tests take two photographs of the eight: every segmentation describes them anew. */
const PHOTOS = 2;

/** Enough to tell which camera each belongs to. */
const TELLING = 4;

/** One engine for all tests of the file; the device outlives the test that opens it. */
let opened:
  | Promise<{ engine: Engine; host: GpuHost; scene: WorldScene; request: SegmentRequest }>
  | null = null;

function setUp() {
  opened ??= (async () => {
    const host = new GpuHost({ poison: true });
    const engine = await Engine.open({ host, student: SMALL_STUDENT });
    const scene = await roomScene(await host.get(), {
      domain: "noisy",
      split: "validation",
      index: 0,
    });
    const [photos, cameras] = [scene.photos.slice(0, PHOTOS), scene.cameras.slice(0, PHOTOS)];
    return { engine, host, scene, request: { ...scene, photos, cameras, options: OPTIONS } };
  })();
  return opened;
}

/** What the engine makes of the request as it is: the same every time, as the first test shows. */
let answered: Promise<SegmentResult> | null = null;

function answer(): Promise<SegmentResult> {
  answered ??= setUp().then(({ engine, request }) => engine.segment(request));
  return answered;
}

Deno.test.afterAll(async () => {
  const { engine, host } = await setUp();
  await engine[Symbol.asyncDispose]();
  await host.close();
});

function engineTest(
  name: string,
  body: (engine: Engine, request: SegmentRequest, host: GpuHost) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const { engine, request, host } = await setUp();
      const before = (await engine.gpu()).ledger.live;
      await body(engine, request, host);
      engine.resetOnline();
      const { ledger } = await engine.gpu();
      assert.equal(ledger.live, before, `live buffers left: ${ledger.labels().join(", ")}`);
    },
  });
}

engineTest("Engine.segment() gives the same labels and losses twice", async (engine, request) => {
  const first = await answer();
  const second = await engine.segment(request);
  assert.deepEqual(second.labels, first.labels);
  assert.deepEqual(second.confidence, first.confidence);
  assert.deepEqual(second.report.losses, first.report.losses);
  assert.equal(first.report.losses.length, STEPS + 1);
  assert.ok(first.report.losses[STEPS]! < first.report.losses[0]!);
  assert.equal(first.labels.length, request.scan.count);
  assert.ok(first.confidence.every((value) => value > 0 && value <= 1));
  assert.ok(first.report.changedPoints > 0);
  assert.deepEqual(Object.keys(first.report.metrics!), ["source", "ttt-kd"]);
  assert.equal(first.report.kernels, (await engine.gpu()).kernels.name);
});

engineTest("Engine.segment() reports a former name of an option", async (engine, request) => {
  const former = [{ field: "copies", former: "copies", now: "augmentations" }];
  const { report } = await engine.segment({
    ...request,
    options: { ...coarse({ method: "bn" }), former },
  });
  assert.deepEqual(report.kdLoss, report.losses);
  assert.equal(report.warnings.find(({ code }) => code === "former-name")!.field, "copies");
  const { report: usual } = await answer();
  assert.equal("kdLoss" in usual, false);
  assert.ok(usual.warnings.every(({ code }) => code !== "former-name"));
});

engineTest("Engine.segment() warns before its work begins", async (engine, request) => {
  const doubt = { code: "left-out", text: "A photograph was left out.", field: "images" };
  const { scene } = await setUp();
  const photos = scene.photos.slice(0, TELLING);
  const [first, second, ...rest] = scene.cameras.slice(0, TELLING);
  const cameras = [second!, first!, ...rest];
  const heard: Progress[] = [];
  const controller = new AbortController();
  const onProgress = (progress: Progress) => {
    heard.push(progress);
    controller.abort(new Error("heard enough"));
  };
  await assert.rejects(
    () =>
      engine.segment({
        ...{ ...request, photos, cameras, onProgress },
        warnings: [doubt],
        signal: controller.signal,
      }),
    /heard enough/,
  );
  const [{ phase, warnings }] = heard as [Progress];
  assert.equal(phase, "teacher");
  assert.deepEqual(warnings![0], doubt);
  assert.match(warnings!.find(({ code }) => code === "cameras")!.text, /fit another camera/);
});

engineTest(
  "Engine.firstLoss() is the loss before the first step, high for photographs of another place",
  async (engine, request) => {
    const options = segmentOptions({ method: "ttt-kd", steps: 1, augmentations: 0 }, true);
    const pair = { ...request, options };
    const { report } = await engine.segment(pair);
    const seen = report.studentChoice!.distances[engine.student.id]!.photographs!;
    assert.equal(seen.loss, report.losses[0]);
    assert.ok(seen.distance < 1.8, `${seen.loss}`);
    const first = async (photos: SegmentRequest["photos"]) =>
      await engine.firstLoss(metricRequest({ ...pair, photos }));
    const loss = await first(pair.photos);
    assert.ok(Math.abs(loss! - seen.loss) < 1e-4 * seen.loss, `${loss} ${seen.loss}`);
    assert.ok((await first(pair.photos.toReversed()))! > 1.5 * seen.loss);
    assert.equal(await first([]), null);
  },
);

engineTest("Engine.segment() never shows labels to the adaptation", async (engine, request) => {
  const labels = request.scan.labels!.map((label) => (label + 5) % 13);
  const other = await engine.segment({ ...request, scan: { ...request.scan, labels } });
  const without = await engine.segment({ ...request, scan: { ...request.scan, labels: null } });
  const plain = await answer();
  assert.deepEqual(other.labels, plain.labels);
  assert.deepEqual(without.labels, plain.labels);
  assert.equal(without.report.metrics, undefined);
});

engineTest("Engine.segment() stops within a step of an abort", async (engine, request) => {
  const controller = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ phase, step }: Progress) => {
    if (phase !== "adapt" || step === undefined) return;
    seen.push(step);
    controller.abort(new Error("client left"));
  };
  const options = coarse({ method: "ttt-kd", steps: 50 });
  await assert.rejects(
    () => engine.segment({ ...request, options, onProgress, signal: controller.signal }),
    /client left/,
  );
  // The GPU has the next step already; a slow machine announces it, too.
  assert.ok(seen.at(-1)! - seen[0]! <= 1, `${seen}`);
  assert.ok(seen[0]! <= 5);
});

engineTest(
  "Engine.segment() submits once a step and reads back at progress points",
  async (engine, request) => {
    const { stats } = await engine.gpu();
    const seen: { step: number; submits: number; readbacks: number; pipelines: number }[] = [];
    const onProgress = ({ phase, step }: Progress) => {
      // A slow machine gives more signs of life.
      if (phase === "adapt" && step !== undefined && step % 5 === 0) seen.push({ step, ...stats });
    };
    await engine.segment({ ...request, options: coarse({ steps: 10 }), onProgress });
    const [first, second] = seen;
    assert.deepEqual([first!.step, second!.step], [5, 10]);
    // When the fifth step is announced the GPU has the sixth already.
    assert.equal(second!.submits - first!.submits, 4);
    assert.equal(second!.readbacks - first!.readbacks, 1);
    assert.equal(second!.pipelines, first!.pipelines);
  },
);

engineTest("Engine.segment() refuses cameras that see nothing", async (engine, request) => {
  const cameras = request.cameras.map((camera) => {
    const worldToCamera = camera.worldToCamera.slice();
    worldToCamera[11] = -1000;
    return { ...camera, worldToCamera };
  });
  await assert.rejects(() => engine.segment({ ...request, cameras }), /no camera sees any point/);
});

engineTest(
  "Engine.segment() renders the same virtual views of a scan every time",
  async (engine, request) => {
    const options = coarse(
      { method: "ttt-kd", viewSource: "virtual", steps: 2, augmentations: 0 },
      false,
    );
    const bare = { ...request, photos: [], cameras: [], options };
    const { labels, report } = await engine.segment(bare);
    const { count, pointsSeen, virtual } = report.views;
    assert.equal(virtual, "colour");
    assert.ok(count > 1 && count <= 8);
    assert.ok(pointsSeen > 0.7 * request.scan.count && pointsSeen <= request.scan.count);
    assert.equal(report.losses.length, 3);
    assert.ok(report.losses[2]! < report.losses[0]!);
    assert.deepEqual((await engine.segment({ ...request, options })).labels, labels);
    const shape = { ...bare, scan: { ...request.scan, colors: null } };
    assert.equal((await engine.segment(shape)).report.views.virtual, "shape");
    await assert.rejects(
      () => engine.segment({ ...bare, options: { ...options, viewSource: "photographs" } }),
      /no photographs came/,
    );
  },
);

engineTest(
  "Engine.segment() throws a ScanError where a scan passes a limit",
  async (engine, request) => {
    const refused = (scan: Partial<typeof request.scan>) =>
      engine.segment({ ...request, scan: { ...request.scan, ...scan } });
    const isScanError = (error: unknown) =>
      error instanceof ScanError && error.file === request.scan.name;
    await assert.rejects(
      () => refused({ positions: request.scan.positions.with(0, 1e30) }),
      isScanError,
    );
    const crowd = { positions: new Float32Array(3 * 40_000), colors: null, labels: null };
    await assert.rejects(
      () => refused(crowd),
      (error) => isScanError(error) && /holds 40000 points.*voxelSize/.test(String(error)),
    );
  },
);

engineTest(
  "Engine.segment() keeps online weights until they are reset",
  async (engine, request) => {
    const options = coarse({ method: "ttt-kd-online", steps: 1 });
    const first = await engine.segment({ ...request, options });
    const second = await engine.segment({ ...request, options });
    assert.equal(
      second.report.losses[0],
      first.report.losses[1],
      "the second starts where the first ended",
    );
    engine.resetOnline();
    const again = await engine.segment({ ...request, options });
    assert.deepEqual(again.report.losses, first.report.losses);
  },
);

engineTest(
  "Engine.segment() works again after the device was lost",
  async (engine, request, host) => {
    const before = await answer();
    const gpu = await host.get();
    gpu.device.destroy();
    await gpu.lost;
    const after = await engine.segment(request);
    assert.deepEqual(after.labels, before.labels);
    assert.deepEqual(after.report.losses, before.report.losses);
  },
);
