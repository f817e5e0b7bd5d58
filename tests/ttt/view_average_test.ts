/** Predictions averaged over views of a small scan. */
import assert from "node:assert/strict";
import type { Gpu, GpuBuffer } from "../../lib/gpu/mod.ts";
import { PredictionPlan } from "../../lib/ttt/plans.ts";
import { Predictor } from "../../lib/ttt/prediction.ts";
import { drawView, ViewAverage } from "../../lib/ttt/view_average.ts";
import { Random } from "../../lib/worlds/random.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { type SmallScan, smallScan } from "./small_scan.ts";

const read = (gpu: Gpu, { logits }: ViewAverage) =>
  gpu.read(logits.binding as GpuBuffer, Float32Array);

const viewOf = ({ context: { points, scan } }: SmallScan, seed: number) =>
  drawView(points, scan.voxels.size, new Random(seed));

withGpu("ViewAverage is the mean of what the network says of each view", async (gpu) => {
  using small = await smallScan(gpu);
  using average = new ViewAverage(small.context);
  const each: Float32Array[] = [];
  for (const view of [undefined, viewOf(small, 1), viewOf(small, 2)]) {
    average.clear();
    await average.add(small.context, "batch", view);
    each.push(await read(gpu, average));
  }
  assert.notDeepEqual(each[1], each[0]);
  average.clear();
  for (const view of [undefined, viewOf(small, 1), viewOf(small, 2)]) {
    await average.add(small.context, "batch", view);
  }
  const want = each[0]!.map((_, i) => (each[0]![i]! + each[1]![i]! + each[2]![i]!) / 3);
  assertClose(await read(gpu, average), want, 1e-5, "mean logits");
});

withGpu("ViewAverage over the scan itself is its prediction", async (gpu) => {
  using small = await smallScan(gpu);
  using average = new ViewAverage(small.context);
  for (const statistics of ["batch", "running"] as const) {
    average.clear();
    await average.add(small.context, statistics);
    await average.add(small.context, statistics);
    using plan = new PredictionPlan(small.context, statistics);
    plan.submit();
    const { values } = await average.probabilities(small.context);
    assertClose(values, (await plan.read()).values, 1e-6, statistics);
  }
});

withGpu("Predictor asks the same views again", async (gpu) => {
  using small = await smallScan(gpu);
  using predictor = new Predictor(small.context, "batch", 2);
  const first = await predictor.predict();
  assert.deepEqual(await predictor.predict(), first);
  using alone = new Predictor(small.context, "batch", 0);
  assert.notDeepEqual(await alone.predict(), first);
});
