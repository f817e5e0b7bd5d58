/** Predictions averaged over augmentations of a small scan. */
import assert from "node:assert/strict";
import type { Gpu, GpuBuffer } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { cosineDistillationReference } from "../../lib/graph/losses/cosine_distillation.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { frozenLayers } from "../../lib/ttt/plans/context.ts";
import { PredictionPlan } from "../../lib/ttt/plans/prediction.ts";
import { Predictor } from "../../lib/ttt/predictor.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { AugmentationAverage } from "../../lib/ttt/augmentation_average.ts";
import { Random } from "../../lib/random/random.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { augmentationRowsToScan, drawAugmentation } from "../../lib/ttt/augmentation.ts";
import { CARD, type SmallScan, smallScan } from "./small_scan.ts";

const read = (gpu: Gpu, { logits }: AugmentationAverage) =>
  gpu.read(logits.binding as GpuBuffer, Float32Array);

const PLAIN = { statistics: "batch", target: null } as const;

const augmentationOf = ({ context: { points, scan } }: SmallScan, seed: number) =>
  drawAugmentation(
    points,
    { scale: 0.1, colour: 0.2, jitter: 0.1 * scan.voxels.size },
    new Random(seed),
  );

withGpu("AugmentationAverage is the mean of the predictions of all augmentations", async (gpu) => {
  using small = await smallScan(gpu);
  using average = new AugmentationAverage(small.context);
  const each: Float32Array[] = [];
  for (const augmentation of [undefined, augmentationOf(small, 1), augmentationOf(small, 2)]) {
    average.clear();
    await average.add(small.context, "batch", augmentation);
    each.push(await read(gpu, average));
  }
  assert.notDeepEqual(each[1], each[0]);
  average.clear();
  for (const augmentation of [undefined, augmentationOf(small, 1), augmentationOf(small, 2)]) {
    await average.add(small.context, "batch", augmentation);
  }
  const want = each[0]!.map((_, i) => (each[0]![i]! + each[1]![i]! + each[2]![i]!) / 3);
  assertClose(await read(gpu, average), want, 1e-5, "mean logits");
});

withGpu("AugmentationAverage of the scan itself is its prediction", async (gpu) => {
  using small = await smallScan(gpu);
  using average = new AugmentationAverage(small.context);
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

withGpu("Predictor.predict() averages the same augmentations every time", async (gpu) => {
  using small = await smallScan(gpu);
  using predictor = new Predictor(small.context, { ...PLAIN, augmentations: 2 });
  const first = await predictor.predict();
  assert.deepEqual(await predictor.predict(), first);
  using alone = new Predictor(small.context, { ...PLAIN, augmentations: 0 });
  assert.notDeepEqual(await alone.predict(), first);
});

withGpu(
  "AugmentationAverage weighs augmentations by how well they agree with the photographs",
  async (gpu) => {
    const width = 8;
    const teacher = { id: "test", width };
    using small = await smallScan(gpu, undefined, { card: { ...CARD, teacher } });
    const { context } = small;
    const { scan, student } = context;
    const rows = scan.voxels.count;
    const augmentations = [undefined, augmentationOf(small, 1), augmentationOf(small, 2)];

    // The network's outputs for each augmentation, brought to the scan's voxels.
    const each: { logits: Float32Array; z: Float32Array }[] = [];
    for (const points of augmentations) {
      using built = points &&
        await SparseScan.build(gpu, student, CARD.features, points, scan.voxels.size);
      const seen = built ?? scan;
      const graph = new Graph(gpu.kernels);
      const layers = frozenLayers({ ...context, scan: seen }, "batch");
      const features = student.backbone(graph, layers, seen.features);
      const heads = [
        student.classHead(graph, layers, features),
        student.distillationHead(graph, layers, features),
      ].map((x) => built ? augmentationRowsToScan(graph, x, built, scan) : x);
      using plan = new Plan(gpu, graph, heads);
      plan.submit();
      const [logits, z] = [await plan.read(heads[0]!), await plan.read(heads[1]!)];
      each.push({ logits, z });
    }

    // Photographs that agree best with the scan itself, and with the first augmentation more than with the second.
    const t = each[0]!.z.map((value, i) => value + 0.3 * each[1]!.z[i]!);
    const mask = new Float32Array(rows).fill(1);
    const centre = new Float32Array(width);
    using buffers = new DisposableStack();
    const tensor = (label: string, count: number, channels: number, data: Float32Array) => {
      const binding = buffers.use(gpu.upload(label, data as Float32Array<ArrayBuffer>));
      return new Tensor(label, count, channels, { binding });
    };
    const target = {
      values: tensor("targets", rows, width, t),
      mask: tensor("mask", rows, 1, mask),
      centre: tensor("centre", 1, width, centre),
    };
    const losses = each.map(({ z }) => cosineDistillationReference(z, t, mask, centre).loss);
    const weights = losses.map((loss) => Math.exp(-Math.max(loss / losses[0]! - 1, 0) / 0.1));
    assert.ok(weights.some((weight) => weight < 0.9), `weights ${weights}`);
    const sum = weights.reduce((a, b) => a + b);
    const want = each[0]!.logits.map((_, i) =>
      each.reduce((mean, { logits }, k) => mean + weights[k]! / sum * logits[i]!, 0)
    );

    using average = new AugmentationAverage(context, target);
    // Twice, since the second time has to start anew.
    for (let round = 0; round < 2; round++) {
      average.clear();
      for (const points of augmentations) await average.add(context, "batch", points);
    }
    assertClose(await read(gpu, average), want, 1e-4, "weighted mean");
  },
);
