/** DUA on a small scan with an untrained network. */
import assert from "node:assert/strict";
import type { Gpu } from "../../../lib/gpu/mod.ts";
import { dua } from "../../../lib/ttt/methods/dua.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose } from "../../graph/support.ts";
import { changedNames, smallScan, type Values, valuesOf } from "../small_scan.ts";

/** Runs DUA and returns the weights before and after it, and its prediction. */
async function run(gpu: Gpu, given: Record<string, number>) {
  let after: Values | undefined;
  using small = await smallScan(gpu, async (moment) => {
    if (moment === "predict") after = await valuesOf(small.clones[0]!);
  });
  const { parameters, source } = small.context;
  const before = await valuesOf(parameters);
  const adapted = await dua.adapt(small.context, dua.settings.parse(given));
  assert.deepEqual(await valuesOf(parameters), before, "the source weights stay");
  return { before, after: after!, adapted, source };
}

/** All running statistics, one after the other. */
function statistics(state: Values): Float64Array {
  return Float64Array.from(
    [...state].flatMap(([name, data]) => name.includes(".running_") ? [...data] : []),
  );
}

withGpu("dua updates only the running statistics, which change the prediction", async (gpu) => {
  const { before, after, adapted, source } = await run(gpu, { augmentations: 3 });
  const names = [...before.keys()].filter((name) => name.includes(".running_"));
  assert.deepEqual(changedNames(before, after), names.sort());
  assert.notDeepEqual(adapted.probabilities.values, source.values);
  assert.equal(adapted.steps, 0);
});

withGpu("dua returns the same result twice", async (gpu) => {
  const first = await run(gpu, { augmentations: 2 });
  const second = await run(gpu, { augmentations: 2 });
  assert.deepEqual(second.adapted, first.adapted);
});

withGpu("dua updates with momentum · decay^i + minimum at its i-th augmentation", async (gpu) => {
  // Updates by one half reveal each augmentation's own statistics: batch = 2 updated - start.
  const half = { momentum: 0, decay: 0, minimum: 0.5 };
  const one = await run(gpu, { ...half, augmentations: 1 });
  const two = await run(gpu, { ...half, augmentations: 2 });
  const start = statistics(one.before);
  const halfway = statistics(one.after);
  const first = halfway.map((value, i) => 2 * value - start[i]!);
  const second = statistics(two.after).map((value, i) => 2 * value - halfway[i]!);
  const want = start.map((value, i) => {
    const moved = value + (0.1 * 0.94 + 0.005) * (first[i]! - value);
    return moved + (0.1 * 0.94 ** 2 + 0.005) * (second[i]! - moved);
  });
  const moved = await run(gpu, { augmentations: 2, decay: 0.94 });
  assertClose(statistics(moved.after), want, 1e-5, "statistics");
});

Deno.test("dua has a momentum that does not decay by default, and refuses bad settings", () => {
  assert.deepEqual(
    dua.settings.parse({}),
    { augmentations: 20, momentum: 0.1, decay: 1, minimum: 0.005 },
  );
  for (const bad of [{ augmentations: 0 }, { momentum: 0.6 }, { decay: 1.1 }, { steps: 1 }]) {
    assert.equal(dua.settings.safeParse(bad).success, false);
  }
  assert.equal(dua.grid.length, 6);
  for (const settings of dua.grid) dua.settings.parse(settings);
});
