/** Large scans, labelled block by block: seams do not show. */
import assert from "node:assert/strict";
import { GpuHost } from "../../lib/gpu/mod.ts";
import { labelByBlocks } from "../../lib/segment/block_labelling.ts";
import { cutBlocks } from "../../lib/voxels/blocks.ts";
import { Engine } from "../../lib/segment/engine.ts";
import type { LabellingTask } from "../../lib/segment/labelling.ts";
import { labelWhole } from "../../lib/segment/whole_labelling.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import type { Scan } from "../../lib/scan/mod.ts";
import type { Progress } from "../../lib/ttt/progress.ts";
import type { SegmentRequest } from "../../lib/segment/segmenter.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";
import { withGpu } from "../gpu.ts";
import { SMALL_STUDENT } from "../small_student.ts";
import { CARD } from "../ttt/small_scan.ts";
import { corridorTask } from "./blocks/corridor.ts";

function corridorBlocks({ points, voxelSize }: LabellingTask, margin: number) {
  return cutBlocks(points.positions, voxelSize, { voxels: 700, points: Infinity, margin });
}

withGpu("labelByBlocks() agrees with labelWhole() where the margin is wide enough", async (gpu) => {
  using owned = new DisposableStack();
  const labelling = corridorTask(gpu, owned);
  const whole = await labelWhole(labelling);
  const differences = async (margin: number) => {
    const parts = await labelByBlocks(labelling, corridorBlocks(labelling, margin));
    assert.ok(parts.blocks > 2);
    assert.equal(parts.voxels, whole.voxels);
    for (const { labels, confidence, probabilities } of [parts, whole]) {
      const classes = CARD.classes.length;
      assert.equal(probabilities!.length, labels.length * classes);
      labels.forEach((label, p) =>
        assert.equal(probabilities![p * classes + label], confidence[p], `point ${p}`)
      );
    }
    return Math.max(
      ...parts.confidence.map((value, p) => Math.abs(value - whole.confidence[p]!)),
    );
  };
  // The receptive field of the network reaches 122 voxels far.
  const wide = await differences(128);
  assert.ok(wide < 1e-4, `confidence differs by ${wide}`);
  const narrow = await differences(0);
  assert.ok(narrow > 1e-3, "a narrow margin shows: the corridor tests something");
});

withGpu(
  "labelByBlocks() learns from corrected points, which vote in the block that they lie in",
  async (gpu) => {
    using owned = new DisposableStack();
    const method = METHODS.get("corrections")!;
    const settings = method.settings.parse({ steps: 6, learningRate: 0.02, augmentations: 0 });
    const labelling = { ...corridorTask(gpu, owned), method, settings };
    const blocks = corridorBlocks(labelling, 32);
    // One point in the core of the first block and one in that of the last.
    const cores = [blocks[0]!, blocks.at(-1)!].map(({ points, core }) => points[core.indexOf(1)]!);
    const corrections = new Uint8Array(4_000).fill(255);
    cores.forEach((point, i) => corrections[point] = i + 1);
    const parts = await labelByBlocks({ ...labelling, corrections, suggestions: 9 }, blocks);
    assert.deepEqual([...labelling.votes.own!.classes], [1, 2]);
    const { suggestions } = parts;
    assert.equal(new Set(suggestions).size, 9);
    assert.ok(
      !suggestions.some((point) => cores.includes(point)),
      "what was corrected is not asked",
    );
    assert.deepEqual(cores.map((point) => [parts.labels[point], parts.confidence[point]]), [
      ...[[1, 1], [2, 1]],
    ]);
    assert.deepEqual([parts.steps, parts.losses.length], [6, 6]);
    // The blocks alternate, so that pairs of losses can be compared.
    const [a, b, , , c, d] = parts.losses;
    assert.ok(c! + d! < a! + b!, `${parts.losses}`);
    const count = (label: number) => parts.labels.filter((own) => own === label).length;
    assert.ok(count(1) > 5 && count(2) > 5, `votes: ${count(1)}, ${count(2)}`);
    const silent = { ...labelling, corrections: new Uint8Array(4_000).fill(255) };
    await assert.rejects(labelByBlocks(silent, blocks), /no point is corrected/);
  },
);

const VOXEL_SIZE = 0.1;

/**
 * The smallest scans that are cut. The room has 3827 voxels, and three blocks of 2400 to 3000 with their margins; the
 * strip through it has 1292, and three of at most 1000. Larger ones cost in proportion to their voxels and show no other
 * fault; what a student knows of the strip is too little to compare how well it does.
 */
const BLOCK_VOXELS = { room: 3000, strip: 1000 };
const STRIP_WIDTH = 1.6;

/** Photographs that most tests take of the eight: every segmentation describes them anew. */
const PHOTOS = 4;

/** The points of a scan that lie in the strip. */
function strip(scan: Scan): Scan {
  const { positions, colors, labels } = scan;
  const points = Array.from({ length: scan.count }, (_, p) => p)
    .filter((p) => Math.abs(positions[3 * p]!) < STRIP_WIDTH / 2);
  const ofPoints = (values: Float32Array) =>
    Float32Array.from(points.flatMap((p) => [...values.subarray(3 * p, 3 * p + 3)]));
  return {
    ...scan,
    count: points.length,
    positions: ofPoints(positions),
    colors: ofPoints(colors!),
    labels: Int32Array.from(points, (p) => labels![p]!),
  };
}

/** A scan, an engine that cuts it, and one that does not. */
interface Cut {
  cutting: Engine;
  whole: Engine;
  request: Omit<SegmentRequest, "options">;
}

/** The engines of all tests of the file. */
let opened: Promise<{ host: GpuHost; room: Cut; strip: Cut }> | null = null;

function setUp() {
  opened ??= (async () => {
    const host = new GpuHost({});
    const whole = await Engine.open({ host, student: SMALL_STUDENT });
    const cuttingFrom = (blockVoxels: number) =>
      Engine.open({ host, student: SMALL_STUDENT, blockVoxels });
    const request = await roomScene(await host.get(), {
      domain: "noisy",
      split: "validation",
      index: 1,
    });
    return {
      host,
      room: { cutting: await cuttingFrom(BLOCK_VOXELS.room), whole, request },
      strip: {
        cutting: await cuttingFrom(BLOCK_VOXELS.strip),
        whole,
        request: { ...request, scan: strip(request.scan) },
      },
    };
  })();
  return opened;
}

Deno.test.afterAll(async () => {
  const { host, room, strip } = await setUp();
  for (const engine of [room.whole, room.cutting, strip.cutting]) {
    await engine[Symbol.asyncDispose]();
  }
  await host.close();
});

function blockTest(
  name: string,
  body: (parts: Cut) => Promise<void>,
  scan: "room" | "strip" = "strip",
  photos = PHOTOS,
) {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const { host, [scan]: parts } = await setUp();
      const { ledger } = await host.get();
      const before = ledger.live;
      const { request } = parts;
      const some = {
        photos: request.photos.slice(0, photos),
        cameras: request.cameras.slice(0, photos),
      };
      await body({ ...parts, request: { ...request, ...some } });
      parts.cutting.resetOnline();
      assert.equal(ledger.live, before, `live buffers left: ${ledger.labels().join(", ")}`);
    },
  });
}

const share = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, label, p) => sum + Number(label === b[p]), 0) / a.length;

// Statistics over blocks differ a little from those of the whole: within a block, layers normalise by its own ones.
for (
  const [method, least] of [["source", 0.98], ["bn", 0.8], ["probe", 0.99], [
    "fusion",
    0.95,
  ], ["ttt-kd-fusion", 0.95]] as const
) {
  blockTest(
    `Engine.segment() labels a cut scan by ${method} nearly as in one piece`,
    async (parts) => {
      const alone = {
        ...(method === "source" || method === "probe" ? {} : { augmentations: 0 }),
        // Without a step, as where photographs see little, so that the same weights predict.
        ...(method === "ttt-kd-fusion" ? { leastSeen: 1 } : {}),
      };
      const request = {
        ...parts.request,
        options: segmentOptions({ method, voxelSize: VOXEL_SIZE, ...alone }, true),
      };
      const whole = await parts.whole.segment(request);
      const cut = await parts.cutting.segment(request);
      assert.equal(whole.report.scan.blocks, 1);
      assert.ok(cut.report.scan.blocks > 2);
      assert.equal(cut.report.scan.voxels, whole.report.scan.voxels);
      const same = share(cut.labels, whole.labels);
      assert.ok(same > least, `${same} of the labels are the same`);
    },
    method === "source" ? "room" : "strip",
    // With fewer, what the probe says weighs less, and the statistics of blocks more.
    8,
  );
}

blockTest("Engine.segment() adapts to blocks that it draws", async (parts) => {
  const request = {
    ...parts.request,
    options: segmentOptions(
      { method: "ttt-kd", voxelSize: VOXEL_SIZE, steps: 2, augmentations: 0, evaluate: true },
      true,
    ),
    // The second has no use for the steps, since photographs do not see all.
    readouts: [0, 1].map((leastSeen) =>
      segmentOptions(
        {
          ...{ method: "ttt-kd", voxelSize: VOXEL_SIZE, steps: 2, augmentations: 0 },
          ...{ fusion: 2, unadapted: 1, trust: 2, leastSeen },
        },
        true,
      ).settings
    ),
  };
  const seen: Progress[] = [];
  const cut = await parts.cutting.segment({ ...request, onProgress: (p) => seen.push(p) });
  const again = await parts.cutting.segment({ ...request, readouts: [] });
  assert.deepEqual(again.labels, cut.labels);
  assert.deepEqual(again.report.losses, cut.report.losses);
  assert.equal(cut.report.steps, 2);
  assert.equal(cut.report.losses.length, 2);
  assert.ok(cut.report.views.pointsSeen > 0);
  assert.notDeepEqual(cut.readouts[0]!.labels, cut.labels);
  const still = segmentOptions(
    { method: "fusion", voxelSize: VOXEL_SIZE, weight: 1, trust: 2, augmentations: 0 },
    true,
  );
  const unmoved = await parts.cutting.segment({ ...request, options: still, readouts: [] });
  assert.deepEqual(cut.readouts[1]!.labels, unmoved.labels);
  const { blocks } = cut.report.scan;
  assert.deepEqual(
    seen.filter(({ phase, step }) => phase === "predict" && step).map(({ step }) => step),
    Array.from({ length: blocks }, (_, i) => i + 1),
  );
  const words = seen.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
  assert.deepEqual(words.slice(-3), ["adapt", "statistics", "predict"], "no word comes twice");
  assert.ok(
    seen.filter(({ phase }) => phase === "adapt").slice(1).every((p) => p.secondsLeft! > 0),
  );
  assert.equal(seen.at(-1)!.secondsLeft, 0);
  const { source, "ttt-kd": adapted } = cut.report.metrics!;
  assert.ok(adapted!.miou > source!.miou);
}, "room");

blockTest(
  "Engine.segment() renders views of a cut scan once, for all its blocks",
  async (parts) => {
    const options = segmentOptions(
      {
        method: "ttt-kd",
        viewSource: "virtual",
        voxelSize: VOXEL_SIZE,
        steps: 1,
        augmentations: 0,
      },
      false,
    );
    const request = { ...parts.request, photos: [], cameras: [], options };
    const whole = await parts.whole.segment(request);
    const cut = await parts.cutting.segment(request);
    assert.ok(cut.report.scan.blocks > 2);
    assert.deepEqual(
      [cut.report.views.count, cut.report.views.virtual],
      [whole.report.views.count, "colour"],
    );
    // The report counts points of a whole scan, but points of seen voxels for blocks.
    const seen = cut.report.views.pointsSeen;
    assert.ok(seen >= whole.report.views.pointsSeen && seen <= request.scan.count);
    assert.equal(cut.report.steps, 1);
    assert.notDeepEqual(cut.labels, cut.sourceLabels);
  },
);

blockTest("Engine.segment() keeps online weights from cut scan to cut scan", async (parts) => {
  const options = segmentOptions(
    { method: "ttt-kd-online", voxelSize: VOXEL_SIZE, augmentations: 0, reset: "kd-loss" },
    true,
  );
  const first = await parts.cutting.segment({ ...parts.request, options });
  const second = await parts.cutting.segment({ ...parts.request, options });
  assert.equal(first.report.steps, 1);
  // Kept weights do better on the first block than the source, and are not reset.
  assert.ok(second.report.losses[0]! < first.report.losses[0]!);
  assert.equal(second.report.note, undefined);
});

blockTest(
  "Engine.segment() does not adapt to a cut scan that the guard mistrusts",
  async (parts) => {
    const options = segmentOptions(
      { method: "ttt-kd", voxelSize: VOXEL_SIZE, augmentations: 0, guard: 1e-3 },
      true,
    );
    const { report } = await parts.cutting.segment({ ...parts.request, options });
    assert.equal(report.steps, 0);
    assert.match(report.note!, /^not adapted/);
  },
);

blockTest(
  "Engine.segment() refuses options that a cut scan cannot have",
  async ({ cutting, request }) => {
    const ask = (given: Record<string, unknown>, more: Partial<SegmentRequest> = {}) =>
      cutting.segment({
        ...request,
        options: segmentOptions({ voxelSize: VOXEL_SIZE, ...given }, true),
        ...more,
      });
    await assert.rejects(() => ask({ method: "tent" }), /cut into \d+ blocks.* or use source/);
    await assert.rejects(
      () => ask({ method: "ttt-kd", average: true }),
      /Cannot set average to true/,
    );
    await assert.rejects(
      () => ask({ method: "ttt-kd", stop: "held-out" }),
      /Cannot set stop to held-out/,
    );
    await assert.rejects(
      () => ask({ method: "ttt-kd" }, { snapshots: [1] }),
      /Cannot give snapshots/,
    );
    const cameras = request.cameras.map((camera) => {
      const worldToCamera = camera.worldToCamera.slice();
      worldToCamera[11] = -1000;
      return { ...camera, worldToCamera };
    });
    await assert.rejects(() => ask({ method: "ttt-kd" }, { cameras }), /no camera sees any point/);
  },
);
