/** TENT on a small scan with an untrained network. */
import assert from "node:assert/strict";
import { bn } from "../../../lib/ttt/methods/bn.ts";
import { tent } from "../../../lib/ttt/methods/tent.ts";
import type { Probabilities } from "../../../lib/ttt/probabilities.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose } from "../../graph/support.ts";
import { changedNames, smallScan, type Values, valuesOf } from "../small_scan.ts";

const RATE = 1e-3;

/** Mean over rows of the Shannon entropy, in nats. */
function entropyOf({ rows, values }: Probabilities): number {
  return -values.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0) / rows;
}

withGpu("tent lowers the entropy of its predictions", async (gpu) => {
  using small = await smallScan(gpu, undefined, { snapshots: [0, 2, 5] });
  const settings = tent.settings.parse({ steps: 5, learningRate: 1e-2 });
  const { probabilities, losses, steps, snapshots } = await tent.adapt(small.context, settings);
  assert.equal(steps, 5);
  assert.equal(losses.length, 6);
  losses.slice(1).forEach((loss, i) => assert.ok(loss < losses[i]!, `entropy rose: ${losses}`));
  assert.deepEqual(snapshots!.map(({ step }) => step), [0, 2, 5]);
  for (const snapshot of snapshots!) {
    assertClose([entropyOf(snapshot.probabilities)], [losses[snapshot.step]!], 1e-5, "entropy");
  }
  assert.deepEqual(snapshots![2]!.probabilities, probabilities);
  const before = await bn.adapt(small.context, {});
  assertClose(snapshots![0]!.probabilities.values, before.probabilities.values, 1e-5, "step 0");
});

withGpu("tent updates only scale and shift of norm layers, by Adam's first step", async (gpu) => {
  let after: Values | undefined;
  using small = await smallScan(gpu, async (moment) => {
    if (moment === "step 1") after = await valuesOf(small.clones[0]!);
  });
  const { parameters } = small.context;
  const before = await valuesOf(parameters);
  await tent.adapt(small.context, tent.settings.parse({ steps: 1, learningRate: RATE }));
  const affine = parameters.specs.filter(({ kind }) => kind === "scale" || kind === "shift");
  assert.deepEqual(changedNames(before, after!), affine.map(({ name }) => name).sort());
  // The first step of Adam has the length of the learning rate for every parameter.
  for (const { name } of affine) {
    const [from, to] = [before.get(name)!, after!.get(name)!];
    const largest = Math.max(...Array.from(from, (value, i) => Math.abs(to[i]! - value)));
    assert.ok(Math.abs(largest - RATE) < 0.02 * RATE, `${name} moved by ${largest}`);
  }
});

withGpu("tent leaves the source weights and starts every scan from them", async (gpu) => {
  using small = await smallScan(gpu);
  const before = await valuesOf(small.context.parameters);
  const settings = tent.settings.parse({ steps: 3 });
  const first = await tent.adapt(small.context, settings);
  const second = await tent.adapt(small.context, settings);
  assert.deepEqual(second, first);
  assert.deepEqual(await valuesOf(small.context.parameters), before);
});

Deno.test("tent has the paper's learning rate by default, and refuses bad settings", () => {
  assert.deepEqual(tent.settings.parse({}), { steps: 10, learningRate: 3e-3 });
  assert.deepEqual(tent.settings.parse({ steps: "4" }), { steps: 4, learningRate: 3e-3 });
  for (const bad of [{ steps: 0 }, { learningRate: -1 }, { momentum: 0.9 }]) {
    assert.equal(tent.settings.safeParse(bad).success, false);
  }
  assert.equal(tent.grid.length, 6);
  for (const settings of tent.grid) tent.settings.parse(settings);
});
