/** AdaContrast on a small scan with an untrained network. */
import assert from "node:assert/strict";
import { adacontrast } from "../../../lib/ttt/methods/adacontrast.ts";
import { bn } from "../../../lib/ttt/methods/bn.ts";
import type { AdaptationContext } from "../../../lib/ttt/method.ts";
import { Random } from "../../../lib/random/random.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose } from "../../graph/support.ts";
import { boxPoints, changedNames, smallScan, type Values, valuesOf } from "../small_scan.ts";

/** Adapts with augmentations and samples that do not depend on what ran before. */
function adapt(context: AdaptationContext, given: Record<string, number>) {
  return adacontrast.adapt(
    { ...context, random: new Random(4) },
    adacontrast.settings.parse(given),
  );
}

/** Points where nothing has to be learned: every voxel is held against every other one. */
const FEW = boxPoints(1, 200);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

withGpu("adacontrast lowers its loss, with and without contrast and diversity", async (gpu) => {
  using small = await smallScan(gpu);
  for (
    const given of [
      { contrast: 1, diversity: 1 },
      { contrast: 0, diversity: 0 },
    ]
  ) {
    const { losses, steps } = await adapt(small.context, {
      ...given,
      steps: 6,
      learningRate: 0.01,
    });
    assert.equal(steps, 6);
    assert.equal(losses.length, 6);
    assert.ok(mean(losses.slice(-2)) < mean(losses.slice(0, 2)), `losses ${losses}`);
  }
});

withGpu("adacontrast leaves the source weights, and does the same twice", async (gpu) => {
  using small = await smallScan(gpu, undefined, { points: FEW });
  const before = await valuesOf(small.context.parameters);
  const first = await adapt(small.context, { steps: 2 });
  const second = await adapt(small.context, { steps: 2 });
  assert.deepEqual(second, first);
  assert.deepEqual(await valuesOf(small.context.parameters), before);
});

withGpu(
  "adacontrast updates backbone and class head, and the key encoder by its share",
  async (gpu) => {
    const after: Values[] = [];
    using small = await smallScan(gpu, async (moment) => {
      if (moment !== "step 1") return;
      for (const clone of small.clones) after.push(await valuesOf(clone));
    }, { points: FEW });
    const { parameters } = small.context;
    const before = await valuesOf(parameters);
    await adapt(small.context, { steps: 1, learningRate: 0.01, keyMomentum: 0.75 });
    const [query, key] = after as [Values, Values];
    const learned = parameters.specs.filter(({ kind }) => kind !== "statistic");
    assert.deepEqual(changedNames(before, query), learned.map(({ name }) => name).sort());
    for (const name of ["conv0p1s1.kernel", "final.bias"]) {
      const want = before.get(name)!.map((value, i) => 0.75 * value + 0.25 * query.get(name)![i]!);
      assertClose(key.get(name)!, want, 1e-6, name);
    }
  },
);

withGpu(
  "adacontrast predicts on the scan itself, from the source weights at step 0",
  async (gpu) => {
    using small = await smallScan(gpu, undefined, { snapshots: [0, 2], points: FEW });
    const { probabilities, snapshots } = await adapt(small.context, { steps: 2 });
    assert.equal(probabilities.rows, small.context.scan.voxels.count);
    assert.deepEqual(snapshots!.map(({ step }) => step), [0, 2]);
    const before = await bn.adapt(small.context, {});
    assertClose(snapshots![0]!.probabilities.values, before.probabilities.values, 1e-6, "step 0");
    assert.deepEqual(snapshots![1]!.probabilities, probabilities);
  },
);

withGpu("adacontrast adapts to a scan of one point", async (gpu) => {
  using small = await smallScan(gpu, undefined, { points: boxPoints(2, 1) });
  const { probabilities, losses } = await adapt(small.context, { steps: 1 });
  assert.equal(probabilities.rows, 1);
  assert.ok(losses.every(Number.isFinite), `losses ${losses}`);
});

Deno.test("adacontrast has settings that parse, and refuses bad ones", () => {
  for (const bad of [{ steps: 0 }, { keyMomentum: 2 }, { contrast: -1 }, { rate: 1 }]) {
    assert.equal(adacontrast.settings.safeParse(bad).success, false);
  }
  assert.equal(adacontrast.grid.length, 6);
  for (const settings of adacontrast.grid) adacontrast.settings.parse(settings);
});
