/** TTT-MAE on a small scan with an untrained network. */
import assert from "node:assert/strict";
import type { Gpu } from "../../../lib/gpu/mod.ts";
import { initialState } from "../../../lib/nn/initialise.ts";
import { Parameters } from "../../../lib/nn/parameters.ts";
import { Student } from "../../../lib/nn/student.ts";
import { CELLS, MASK, Masker } from "../../../lib/ttt/masking.ts";
import { bn } from "../../../lib/ttt/methods/bn.ts";
import type { AdaptationContext } from "../../../lib/ttt/method.ts";
import { tttMae } from "../../../lib/ttt/methods/ttt_mae.ts";
import { LossHistory } from "../../../lib/ttt/plans/loss_history.ts";
import { reconstructionPlan } from "../../../lib/ttt/plans/reconstruction.ts";
import { Random } from "../../../lib/random/random.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose } from "../../graph/support.ts";
import { CARD, changedNames, smallScan, valuesOf } from "../small_scan.ts";

/** Runs `body` with the context of a student that can reconstruct. */
async function withContext(
  gpu: Gpu,
  body: (context: AdaptationContext) => Promise<void>,
  snapshots: number[] = [],
): Promise<void> {
  using small = await smallScan(gpu, undefined, { snapshots });
  // A narrower network learns too little from masks in so few steps.
  const card = { ...CARD, backbone: "MinkUNet14Slim", reconstruction: CELLS };
  const student = new Student(card);
  using parameters = new Parameters(gpu, student.parameters());
  const random = new Random(11);
  parameters.load(initialState(parameters.specs, () => random.uniform()));
  await body({ ...small.context, card, student, parameters });
}

/** Adapts with masks that do not depend on what ran before. */
function adapt(context: AdaptationContext, given: Record<string, unknown>) {
  return tttMae.adapt({ ...context, random: new Random(4) }, tttMae.settings.parse(given));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

for (
  const given of [
    { optimizer: "adamw", learningRate: 0.01 },
    { optimizer: "sgd", learningRate: 0.5 },
    { optimizer: "adamw", learningRate: 0.01, statistics: "running" },
  ]
) {
  withGpu(`ttt-mae lowers its loss: ${Object.values(given).join(", ")}`, async (gpu) => {
    await withContext(gpu, async (context) => {
      const { losses, steps } = await adapt(context, { ...given, steps: 12 });
      assert.equal(steps, 12);
      assert.equal(losses.length, 12);
      // Masks differ from step to step, so single losses may rise.
      assert.ok(mean(losses.slice(-4)) < 0.95 * mean(losses.slice(0, 4)), `losses ${losses}`);
    });
  });
}

withGpu("ttt-mae leaves the source weights, and does the same twice", async (gpu) => {
  await withContext(gpu, async (context) => {
    const before = await valuesOf(context.parameters);
    const first = await adapt(context, { steps: 3 });
    const second = await adapt(context, { steps: 3 });
    assert.deepEqual(second, first);
    assert.deepEqual(await valuesOf(context.parameters), before);
    assert.notEqual(first.losses[0], first.losses[1]);
  });
});

withGpu("ttt-mae predicts on the whole scan, from the source weights at step 0", async (gpu) => {
  await withContext(gpu, async (context) => {
    const { probabilities, snapshots } = await adapt(context, { steps: 2, learningRate: 0.01 });
    assert.equal(probabilities.rows, context.scan.voxels.count);
    assert.deepEqual(snapshots!.map(({ step }) => step), [0, 2]);
    const before = await bn.adapt(context, {});
    assertClose(snapshots![0]!.probabilities.values, before.probabilities.values, 1e-6, "step 0");
    assert.deepEqual(snapshots![1]!.probabilities, probabilities);
    assert.notDeepEqual(probabilities, before.probabilities);
  }, [0, 2]);
});

withGpu(
  "reconstructionPlan() gives gradients to trainable parameters, but none to the class head",
  async (gpu) => {
    await withContext(gpu, async (context) => {
      const before = await valuesOf(context.parameters);
      const masker = await Masker.of({ ...context, features: CARD.features });
      using masked = await masker.draw(MASK, new Random(1));
      using history = new LossHistory(gpu, 1);
      using plan = reconstructionPlan(context, masked, {
        statistics: "batch",
        trainable: () => true,
        weight: 1,
        history,
      });
      plan.submit();
      const gradients = await context.parameters.gradientDict();
      const moved = (name: string) => gradients.get(name)!.data.some((value) => value !== 0);
      assert.ok(moved("reconstruction.kernel") && moved("reconstruction.bias"));
      assert.ok(moved("conv0p1s1.kernel"));
      assert.ok(!moved("final.kernel"));
      assert.deepEqual(changedNames(before, await valuesOf(context.parameters)), []);
      // Occupied and empty cells weigh alike, so the loss of a guess is about log 2.
      const [loss] = await history.values();
      assert.ok(loss! > 0.5 && loss! < 1.5, `loss ${loss}`);
    });
  },
);

Deno.test("ttt-mae has settings that parse, and refuses bad ones", () => {
  for (const bad of [{ steps: 0 }, { optimizer: "lion" }, { share: 2 }, { rate: 1 }]) {
    assert.equal(tttMae.settings.safeParse(bad).success, false);
  }
  assert.equal(tttMae.grid.length, 6);
  for (const settings of tttMae.grid) tttMae.settings.parse(settings);
});
