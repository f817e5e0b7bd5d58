/** TTT-KD's settings on a held-out scene, with a small student. */
import assert from "node:assert/strict";
import { GpuHost } from "../../lib/gpu/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import type { SegmentRequest } from "../../lib/segment/segmenter.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";
import { SMALL_STUDENT } from "../small_student.ts";

/** Enough to hold one out. */
const PHOTOS = 4;

/** One engine for all tests of the file; the device outlives the test that opens it. */
let opened:
  | Promise<{ engine: Engine; host: GpuHost; request: Omit<SegmentRequest, "options"> }>
  | null = null;

function setUp() {
  opened ??= (async () => {
    const host = new GpuHost({});
    const engine = await Engine.open({ host, student: SMALL_STUDENT });
    const scene = await roomScene(await host.get(), {
      domain: "noisy",
      split: "validation",
      index: 1,
    });
    const [photos, cameras] = [scene.photos.slice(0, PHOTOS), scene.cameras.slice(0, PHOTOS)];
    return { engine, host, request: { ...scene, photos, cameras } };
  })();
  return opened;
}

Deno.test.afterAll(async () => {
  const { engine, host } = await setUp();
  await engine[Symbol.asyncDispose]();
  await host.close();
});

/**
 * Runs a method on the scene, TTT-KD and without augmentations unless told otherwise. In voxels of twice the
 * student's edge the scene has 159: enough for losses to fall and labels to differ.
 */
async function run(given: Record<string, unknown>, more: Partial<SegmentRequest> = {}) {
  const { engine, request } = await setUp();
  const alone = given["method"] === "probe" ? {} : { augmentations: 0 };
  const options = segmentOptions({ method: "ttt-kd", voxelSize: 0.8, ...alone, ...given }, true);
  return await engine.segment({ ...request, options, ...more });
}

/** Results that more than one test compares with. */
const shared = new Map<string, ReturnType<typeof run>>();

/** Like {@link run}, but only once for the same options. */
function known(given: Record<string, unknown>): ReturnType<typeof run> {
  return shared.getOrInsertComputed(JSON.stringify(given), () => run(given));
}

function methodTest(name: string, body: () => Promise<void>): void {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const { engine } = await setUp();
      const { ledger } = await engine.gpu();
      const before = ledger.live;
      await body();
      engine.resetOnline();
      assert.equal(ledger.live, before, `live buffers left: ${ledger.labels().join(", ")}`);
    },
  });
}

const STEPS = 4;

methodTest(
  "ttt-kd returns the labels after the requested steps, the last of which are its result",
  async () => {
    const whole = await run({ steps: STEPS }, { snapshots: [0, 3, STEPS] });
    assert.deepEqual(whole.snapshots.map(({ step }) => step), [0, 3, STEPS]);
    assert.deepEqual(whole.snapshots[2]!.labels, whole.labels);
    const bn = await known({ method: "bn" });
    assert.deepEqual(whole.snapshots[0]!.labels, bn.labels, "step 0 is bn");
    const half = await known({ steps: 3 });
    assert.deepEqual(whole.snapshots[1]!.labels, half.labels);
  },
);

methodTest("ttt-kd with average predicts the mean over all steps", async () => {
  const averaged = await run({ steps: 1, average: true });
  const first = await known({ method: "bn" });
  const last = await run({ steps: 1 });
  assert.deepEqual(averaged.report.losses, last.report.losses, "the steps are the same");
  // Where the predictions before and after the step agree, the mean has their class and their mean confidence.
  let agreeing = 0;
  averaged.labels.forEach((label, p) => {
    if (first.labels[p] !== last.labels[p]) return;
    agreeing++;
    if (label !== first.labels[p]) return;
    const mean = (first.confidence[p]! + last.confidence[p]!) / 2;
    assert.ok(Math.abs(averaged.confidence[p]! - mean) < 1e-5);
  });
  assert.ok(agreeing > averaged.labels.length / 2);
});

methodTest("ttt-kd gives each readout the labels that it would get alone", async () => {
  const steps = { steps: 3, learningRate: 0.1 };
  const others = [
    { augmentations: 2 },
    { average: true },
    { method: "ttt-kd-fusion", augmentations: 1 },
    // No step serves this one.
    { method: "ttt-kd-fusion", leastSeen: 1 },
  ];
  const settingsOf = (given: Record<string, unknown>) =>
    segmentOptions({ method: "ttt-kd", ...steps, augmentations: 0, ...given }, true).settings;
  const { labels, readouts } = await run(steps, { readouts: others.map(settingsOf) });
  assert.deepEqual(labels, (await run(steps)).labels);
  for (const [i, other] of others.entries()) {
    assert.deepEqual(readouts[i]!.labels, (await run({ ...steps, ...other })).labels);
    assert.notDeepEqual(readouts[i]!.labels, labels);
  }
});

methodTest("ttt-kd stops once the loss is that of source scenes, and says so", async () => {
  const { engine } = await setUp();
  const sourceKdLoss = engine.student.teacher!.sourceKdLoss!;
  const { report } = await run({ steps: 200, stop: "source-loss", learningRate: 0.1 });
  assert.ok(report.steps < 200);
  assert.match(report.note!, /the loss is that of source scenes/);
  // The last loss that was checked is the one before the last step.
  assert.ok(report.losses.at(-2)! <= sourceKdLoss);
  assert.ok(
    report.losses[report.steps - 6]! > sourceKdLoss,
    "it stopped at the first look that could",
  );
});

methodTest("ttt-kd stops once the loss on held-out photographs no longer falls", async () => {
  const still = await run({ steps: 60, stop: "held-out", learningRate: 0 });
  assert.equal(still.report.steps, 5, "the first look sees that nothing moves");
  assert.match(still.report.note!, /held-out photographs/);
  const moving = await run({ steps: STEPS, stop: "held-out" });
  assert.equal(moving.report.steps, STEPS);
});

methodTest("ttt-kd with a guard does not adapt to targets of the wrong voxels", async () => {
  // The student's own: in coarser voxels the right targets, too, are far from what it knows.
  const voxelSize = 0.4;
  const bn = await run({ method: "bn", voxelSize });
  for (const method of ["ttt-kd", "ttt-kd-fusion"]) {
    const guarded = await run(
      { method, voxelSize, steps: STEPS, guard: 2 },
      { placebo: "shuffle" },
    );
    assert.equal(guarded.report.steps, 0);
    assert.match(guarded.report.note!, /not adapted/);
    assert.deepEqual(guarded.labels, bn.labels);
  }
  const trusted = await run({ voxelSize, steps: 2, guard: 2 });
  assert.equal(trusted.report.steps, 2);
});

methodTest("ttt-kd-fusion takes no step where photographs see too little of the scan", async () => {
  const { report, labels } = await run({ method: "ttt-kd-fusion", steps: STEPS, leastSeen: 1 });
  assert.equal(report.steps, 0);
  assert.match(report.note!, /photographs see \d+ % of the points, and steps pay from 100 %/);
  // What the network says before the steps and after none weighs 1.5, the probe 3.
  assert.deepEqual(labels, (await run({ method: "fusion", weight: 2, trust: 2 })).labels);
  const { report: enough } = await run({ method: "ttt-kd-fusion", steps: 2 });
  assert.equal(enough.steps, 2);
});

methodTest("ttt-kd takes the statistics that agree better with the photographs", async () => {
  const first = async (statistics: string) =>
    (await run({ steps: 1, learningRate: 0, statistics })).report.losses[0]!;
  const [batch, running] = [await first("batch"), await first("running")];
  assert.notEqual(batch, running);
  assert.equal(await first("auto"), Math.min(batch, running));
});

methodTest("ttt-kd with running statistics starts at the source prediction", async () => {
  const { snapshots, sourceLabels, report } = await run(
    { steps: STEPS, statistics: "running", learningRate: 0.01 },
    { snapshots: [0] },
  );
  assert.deepEqual(snapshots[0]!.labels, sourceLabels);
  assert.ok(report.losses.at(-1)! < report.losses[0]!);
});

methodTest("ttt-kd with consistency pulls the network towards the fused prediction", async () => {
  const fused = await run({ method: "fusion" });
  const agreementOf = (labels: Uint8Array) =>
    labels.reduce((sum, label, p) => sum + Number(label === fused.labels[p]), 0);
  const plain = await run({ steps: STEPS });
  const pulled = await run({ steps: STEPS, consistency: 1 });
  assert.ok(agreementOf(pulled.labels) > agreementOf(plain.labels));
});

methodTest(
  "fusion with weight 0 predicts as the network, with a heavy probe as the probe",
  async () => {
    const none = await run({ method: "fusion", weight: 0 });
    assert.deepEqual(none.labels, (await known({ method: "bn" })).labels);
    const heavy = await run({ method: "fusion", weight: 10, statistics: "running" });
    const probe = await run({ method: "probe" });
    const alike = heavy.labels.filter((label, p) => label === probe.labels[p]).length;
    assert.ok(alike > 0.95 * heavy.labels.length, `${alike} of ${heavy.labels.length}`);
  },
);

methodTest("ttt-kd-online with anchor 1 starts the next scan at the source", async () => {
  const first = await run({ method: "ttt-kd-online", anchor: 1 });
  const second = await run({ method: "ttt-kd-online", anchor: 1 });
  assert.equal(second.report.losses[0], first.report.losses[0]);
});

methodTest("ttt-kd-online carries what corrections taught to the next scan", async () => {
  const { engine, request: { scan } } = await setUp();
  const next = async (given: Record<string, unknown>) => {
    engine.resetOnline();
    const strong = { learningRate: 0.1, correctionWeight: 1 };
    await run({ method: "ttt-kd-online", steps: STEPS, ...strong, ...given });
    return (await run({ method: "ttt-kd-online", learningRate: 0 })).labels;
  };
  const untaught = await next({});
  // All of one class that is seldom found: what is learned of it is no accident.
  const points = [...untaught.keys()].filter((p) => scan.labels![p] === 1 && untaught[p] !== 1);
  const taught = await next({ corrections: { "1": points } });
  const found = points.filter((point) => taught[point] === 1).length;
  assert.ok(found > points.length / 4, `${found} of ${points.length}`);
});

methodTest("corrections of one scan of a session vote in the next one", async () => {
  const { request: { scan } } = await setUp();
  const online = { method: "ttt-kd-online", correctionWeight: 0 };
  const first = await run(online, { learned: null });
  assert.equal(first.learned!.remembered, null);
  const points = [...first.labels.keys()].filter((p) =>
    scan.labels![p] === 1 && first.labels[p] !== 1
  );
  const clicked = points.filter((_, i) => i % Math.ceil(points.length / 10) === 0);
  const corrections = { "1": clicked };
  const { learned } = await run({ ...online, corrections }, { learned: null });
  const { classes } = learned!.remembered!;
  assert.ok(classes.length > 0 && classes.length <= clicked.length);
  assert.ok(classes.every((label) => label === 1));
  const told = await run(online, { learned: learned! });
  const untold = await run(online, { learned: { ...learned!, remembered: null } });
  const found = (labels: Uint8Array) => points.filter((point) => labels[point] === 1).length;
  assert.ok(found(told.labels) > found(untold.labels));
  assert.match(told.report.note!, /Corrections of other scans voted: \d+/);
  assert.equal(untold.report.note, undefined);
  assert.deepEqual(told.learned!.remembered, learned!.remembered);
});

methodTest(
  "corrections are learned from where they are to be, and stay as they are said to be",
  async () => {
    const plain = await known({ steps: 3 });
    const truth = (await setUp()).request.scan.labels!;
    const { sourceLabels } = plain;
    const wrong = [...sourceLabels.keys()].filter((point) =>
      truth[point] !== 255 && sourceLabels[point] !== truth[point]
    );
    const clicked = wrong.filter((_, i) => i % Math.ceil(wrong.length / 20) === 0);
    const corrections: Record<string, number[]> = {};
    for (const point of clicked) (corrections[truth[point]!] ??= []).push(point);
    const alone = await run({ method: "corrections", corrections, steps: 6 });
    const { losses } = alone.report;
    assert.equal(losses.length, 6);
    assert.ok(losses.at(-1)! < losses[0]!, `${losses}`);
    const voted = await run({ steps: 3, corrections });
    assert.deepEqual(voted.report.losses, plain.report.losses, "no step learns from them");
    const both = await run({ steps: 3, corrections, correctionWeight: 1 });
    assert.deepEqual(
      both.report.losses[0],
      plain.report.losses[0],
      "the loss is still the KD loss",
    );
    assert.notDeepEqual(both.report.losses, plain.report.losses);
    const { unvoted } = plain;
    const quick = await run({ steps: 3, corrections }, { unvoted: unvoted! });
    assert.deepEqual(quick.labels, voted.labels);
    assert.deepEqual(quick.confidence, voted.confidence);
    assert.deepEqual(quick.report.losses, voted.report.losses);
    assert.deepEqual(quick.report.views, voted.report.views);
    assert.deepEqual(quick.unvoted, { ...unvoted, note: quick.unvoted!.note });
    assert.deepEqual(
      [quick, voted].map(({ report: { phases } }) =>
        ["teacher", "adapt"].filter((phase) => phase in phases).length
      ),
      [0, 2],
    );
    assert.match(quick.report.note!, /no steps were taken again/);
    assert.equal(both.unvoted, undefined, "what steps learn is learned anew each time");
    for (const { labels, confidence } of [alone, voted, both]) {
      assert.deepEqual(clicked.map((point) => labels[point]), clicked.map((point) => truth[point]));
      assert.ok(clicked.every((point) => confidence[point] === 1));
    }
  },
);
