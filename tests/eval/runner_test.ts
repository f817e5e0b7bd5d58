import assert from "node:assert/strict";
import { join } from "node:path";
import { parseCell } from "../../lib/eval/cells/cell.ts";
import { Journal } from "../../lib/journal/journal.ts";
import { type CellBatch, planCells } from "../../lib/eval/cells/plan.ts";
import { groupCells, runPlan, workOf } from "../../lib/eval/cells/runner.ts";
import { drawNotableScenes, LabelFiles } from "../../lib/eval/pictures/before_after.ts";
import type { Results } from "../../lib/eval/results/results.ts";
import { buildStudy } from "../../lib/eval/studies/studies.ts";
import type { StudyName } from "../../lib/eval/studies/study.ts";
import type { Cell } from "../../lib/eval/cells/cell.ts";
import { Confusion } from "../../lib/metrics/confusion.ts";
import { unseenPoints } from "../../lib/eval/cells/unseen_points.ts";
import { cameraAt, type Scan } from "../../lib/scan/mod.ts";
import { withFolder } from "../commands/support.ts";
import { batchEngineOf, smallContext, smallDataset, SmallEngine, smallScene } from "./support.ts";

const planOf = (...names: StudyName[]) =>
  planCells(names.map((name) => buildStudy(name, smallContext())));

/** Runs a plan on new engines; fails before scene number `dies`. */
async function run(
  path: string,
  plan: CellBatch[],
  { engines = [], shown = [], dies = Infinity }: {
    engines?: SmallEngine[];
    shown?: string[];
    dies?: number;
  } = {},
): Promise<Map<string, Cell>> {
  using journal = await Journal.open(path, parseCell, { fresh: false });
  let begun = 0;
  await runPlan({
    plan,
    journal,
    scene: (domain, index) => {
      if (begun++ >= dies) throw new Error("killed");
      return Promise.resolve(smallScene(domain, index));
    },
    open: () => {
      engines.push(new SmallEngine());
      return Promise.resolve(batchEngineOf(engines.at(-1)!, shown));
    },
  });
  // Only the seconds may differ from run to run.
  return new Map([...journal.entries].map(([key, cell]) => [key, { ...cell, seconds: 0 }]));
}

Deno.test("runPlan() computes every cell, and never shows labels or the scan's file", async () => {
  await withFolder(async (folder) => {
    const engines: SmallEngine[] = [];
    const shown: string[] = [];
    const plan = planOf("main");
    const cells = await run(join(folder, "cells"), plan, { engines, shown });
    // Four methods and a step 0 from two seeds, TTT-KD as in the paper from one.
    assert.equal(cells.size, (5 * 2 + 1) * 3 * 3);
    const requests = engines.flatMap((engine) => engine.requests);
    const labelled = requests.reduce((sum, { readouts = [] }) => sum + 1 + readouts.length, 0);
    assert.equal(labelled, cells.size);
    assert.equal(shown.length, requests.length, "the bench hears of every scene");
    for (const { scan, options } of requests) {
      assert.equal(scan.labels, null);
      assert.equal(scan.bytes.length, 0);
      assert.equal(options.evaluate, false);
    }
    for (const { confusion } of cells.values()) {
      assert.equal(confusion.reduce((sum, count) => sum + count), 29, "255 is left out");
    }
  });
});

Deno.test("groupCells() groups variants that take the same steps", () => {
  const cells = planOf("main", "steps", "ablations").flatMap(({ single }) => single);
  const groups = groupCells(cells);
  assert.deepEqual(new Set(groups.flat()), new Set(cells));
  const idsOf = groups.filter(([cell]) =>
    cell!.seed === 0 && cell!.domain === "noisy" && cell!.scene === 0
  ).map((group) => group.map(({ variant }) => variant.id));
  const shared = idsOf.filter((group) => group.length > 1);
  assert.deepEqual(shared, [[
    "ttt-kd, as in the paper",
    "ttt-kd",
    "ttt-kd, 8 test-time augmentations",
    "ttt-kd, mean of all steps' predictions",
    "ttt-kd, fused with the 2D probe",
  ]]);
});

Deno.test("runPlan() appends each readout of the same steps as its own cell", async () => {
  await withFolder(async (folder) => {
    const engines: SmallEngine[] = [];
    const cells = await run(join(folder, "cells"), planOf("main"), { engines });
    const hits = (variant: string) => {
      const cell = [...cells.values()].find((cell) =>
        cell.variant === variant && cell.domain === "noisy" && cell.scene === 1
      )!;
      return [0, 1, 2].reduce((sum, k) => sum + cell.confusion[4 * k]!, 0);
    };
    assert.equal(hits("ttt-kd") - hits("ttt-kd, as in the paper"), 1);
  });
});

Deno.test("runPlan() requests the snapshots, photographs and placebos of the variants", async () => {
  await withFolder(async (folder) => {
    const engines: SmallEngine[] = [];
    const plan = planOf("steps", "images", "teachers");
    const cells = await run(join(folder, "cells"), plan, { engines });
    const requests = engines.flatMap((engine) => engine.requests);
    const steps = requests.filter(({ snapshots }) => snapshots);
    assert.ok(steps.length > 0 && steps.every((r) => r.options.settings["steps"] === 5));
    const curves = [...cells.values()].filter(({ curve }) => curve.length > 0);
    assert.deepEqual(curves.map(({ curve }) => curve.map(({ step }) => step)), [
      ...curves.map(() => [0, 5]),
    ]);
    assert.ok(requests.some(({ photos }) => photos.length === 1));
    assert.ok(requests.some(({ placebo }) => placebo === "shuffle"));
    assert.ok(requests.some(({ photos, cameras }) => photos[0]?.name !== cameras[0]?.file));
    assert.ok(
      requests.filter(({ options }) => options.method === "source")
        .every(({ photos }) => photos.length === 0),
    );
  });
});

Deno.test("runPlan() labels in voxels as large as the run wants them, as a multiple of the student's", async () => {
  await withFolder(async (folder) => {
    const voxelsOf = async (name: string, voxelScale: number) => {
      const context = smallContext();
      context.size.voxelScale = voxelScale;
      const engines: SmallEngine[] = [];
      await run(join(folder, name), planCells([buildStudy("images", context)]), { engines });
      const requests = engines.flatMap((engine) => engine.requests);
      return [...new Set(requests.map(({ options }) => options.voxelSize))];
    };
    assert.deepEqual(await voxelsOf("own", 1), [undefined]);
    assert.deepEqual(await voxelsOf("coarse", 3), [3 * new SmallEngine().student.voxelSize]);
  });
});

Deno.test("runPlan() finds the same after being stopped anywhere as without a stop", async () => {
  await withFolder(async (folder) => {
    const plan = planOf("main", "online");
    const engines: SmallEngine[] = [];
    const whole = await run(join(folder, "whole"), plan, { engines });
    const scenes = engines.reduce((sum, { requests }) => sum + requests.length, 0);
    for (const dies of [0, 1, 17, 40, 69, scenes - 1]) {
      const path = join(folder, `stopped ${dies}`);
      await assert.rejects(run(path, plan, { dies }), /killed/);
      assert.deepEqual(await run(path, plan), whole, `stopped before scene ${dies}`);
    }
  });
});

Deno.test("runPlan() starts an interrupted sequence over, and appends only missing cells", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "cells");
    const study = buildStudy("online", smallContext());
    const plan = planCells([{
      ...study,
      entries: study.entries.filter(({ variant }) => variant.online).slice(0, 1),
    }]);
    await assert.rejects(run(path, plan, { dies: 5 }), /killed/);
    const engines: SmallEngine[] = [];
    await run(path, plan, { engines });
    assert.equal(engines[0]!.requests.length, 8, "from the first scan on");
    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    assert.equal(lines.length, 8, "no cell stands there twice");
    await run(path, plan, { engines });
    assert.equal(engines.length, 1, "with nothing left to do nothing is opened");
  });
});

Deno.test("runPlan() refuses scenes without labels", async () => {
  await withFolder(async (folder) => {
    using journal = await Journal.open(join(folder, "cells"), parseCell, { fresh: false });
    const scene = smallScene("noisy", 0);
    await assert.rejects(
      runPlan({
        plan: planOf("main"),
        journal,
        scene: () => Promise.resolve({ ...scene, scan: { ...scene.scan, labels: null } }),
        open: () => Promise.resolve(batchEngineOf(new SmallEngine())),
      }),
      /noisy\/test\/0: it has no labels/,
    );
  });
});

Deno.test("workOf() grows with the number of gradient steps", () => {
  const cells = planOf("main")[1]!.single;
  const work = (method: string) => workOf(cells.find((cell) => cell.variant.method === method)!);
  assert.ok(work("ttt-kd") > 10 * work("bn"));
});

Deno.test("runPlan() counts points that no photograph sees apart, where it is asked to", async () => {
  const camera = cameraAt("a.png", [0, 0, 0], 0, 0, { width: 40, height: 30, fieldOfView: 1 });
  // The camera looks along one axis: ahead, behind it, and beside its picture.
  const positions = Float32Array.of(2, 0, 0, -2, 0, 0, 2, 9, 0);
  const scan = { ...smallScene("noisy", 0).scan, positions, origin: [0, 0, 0] as Scan["origin"] };
  assert.deepEqual(unseenPoints({ scan, cameras: [camera] }, 0.1), [false, true, true]);

  await withFolder(async (folder) => {
    using journal = await Journal.open(join(folder, "cells"), parseCell, { fresh: false });
    const [{ single, ...batch }] = planOf("main") as [CellBatch];
    await runPlan({
      plan: [{ ...batch, single: single.slice(0, 1), sequences: [] }],
      journal,
      countsUnseen: true,
      scene: (domain, index) => Promise.resolve({ ...smallScene(domain, index), cameras: [] }),
      open: () => Promise.resolve(batchEngineOf(new SmallEngine(), [])),
    });
    const [cell] = [...journal.entries.values()];
    assert.deepEqual(cell!.unseen, cell!.confusion, "without photographs, all points");
  });
});

Deno.test("pictures show the labels that a run kept, and no scene is labelled twice", async () => {
  await withFolder(async (folder) => {
    const plan = planOf("main");
    const kept = new LabelFiles(join(folder, "labels"));
    using journal = await Journal.open(join(folder, "cells"), parseCell, { fresh: false });
    const scene = (domain: string, index: number) => Promise.resolve(smallScene(domain, index));
    await runPlan({
      plan,
      journal,
      scene,
      open: () => Promise.resolve(batchEngineOf(new SmallEngine(), [])),
      onLabels: (planned, labels) => kept.keep(planned, labels),
    });
    const labels = await kept.labels("ttt-kd", "noisy", 0, smallScene("noisy", 0).scan.count);
    const counts = new Confusion(3).add(smallScene("noisy", 0).scan.labels!, labels!).counts;
    assert.deepEqual([...counts], journal.entries.get("ttt-kd | seed 0 | noisy | 0")!.confusion);
    assert.equal(await kept.labels("ttt-kd", "noisy", 0, 7), null, "of another scan");

    const results = {
      about: {},
      domains: { noisy: { source: { perScene: [0.4] }, "ttt-kd": { perScene: [0.5] } } },
    } as unknown as Results;
    let opened = 0;
    const draw = (from: LabelFiles, file: string) =>
      drawNotableScenes(results, plan, {
        ...{ dataset: smallDataset(), folder: file, kept: from, scene },
        open: () => {
          opened++;
          return Promise.resolve(batchEngineOf(new SmallEngine(), []));
        },
      });
    assert.equal((await draw(kept, folder)).length, 1);
    assert.equal(opened, 0);
    // Without the files, as after a run of an earlier version, a scene is labelled once more.
    await draw(new LabelFiles(join(folder, "none")), join(folder, "labels"));
    assert.equal(opened, 2);
  });
});
