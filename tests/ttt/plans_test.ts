/**
 * What the plans promise about their work on the GPU, checked by counters: the same bits every time, one submit a
 * step, no readback, no new pipeline for a second scan, no buffer left behind.
 */
import assert from "node:assert/strict";
import { type Gpu, inPrecision, type RowPrecision } from "../../lib/gpu/mod.ts";
import type { FeatureName } from "../../lib/nn/features.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { Targets } from "../../lib/pairing/mod.ts";
import { adaptationPlan } from "../../lib/ttt/plans/adaptation.ts";
import { distillationTarget } from "../../lib/ttt/plans/distillation_target.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import { PredictionPlan } from "../../lib/ttt/plans/prediction.ts";
import type { Points } from "../../lib/voxels/points.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { Random } from "../../lib/random/random.ts";
import { withGpu } from "../gpu.ts";
import { assertClose, dot, seededNumbers } from "../graph/support.ts";
import { boxPoints } from "./small_scan.ts";

const CARD = {
  backbone: "MinkUNet14Tiny",
  classes: ["a", "b", "c"],
  features: ["red", "green", "blue", "one"] as FeatureName[],
  teacher: { id: "none", width: 10 },
};
const SGD = { learningRate: 0.1, momentum: 0.9, weightDecay: 0 };
const STEPS = 4;

/** Targets that follow the colours, so that there is something to learn. */
function targetsOf(gpu: Gpu, scan: SparseScan): Targets {
  const rows = scan.voxels.count;
  const width = 12;
  const values = new Float32Array(rows * width);
  const noise = seededNumbers(7, values.length);
  values.forEach((_, i) => values[i] = i % width < 10 ? noise[i % 40]! : 0);
  return new Targets({
    channels: 10,
    rows,
    values: gpu.upload("targets", values),
    half: false,
    weight: gpu.upload("weights", new Float32Array(rows).fill(1)),
    pointsSeen: scan.voxels.points,
    voxelsSeen: rows,
  });
}

/** Adapts seeded weights to a scan; every buffer is freed. */
async function adaptOnce(
  gpu: Gpu,
  points: Points,
  precision: RowPrecision = "f32",
  steps = STEPS,
) {
  using owned = new DisposableStack();
  const student = new Student(CARD);
  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  const random = new Random(5);
  parameters.load(initialState(parameters.specs, () => random.uniform()));
  const scan = owned.use(await SparseScan.build(gpu, student, CARD.features, points, 0.1));
  const centre = owned.use(gpu.zeros("centre", 48));
  const target = distillationTarget(owned.use(targetsOf(gpu, scan)), centre);
  const history = owned.use(new LossHistory(gpu, steps + 1));
  const velocity = owned.use(gpu.zeros("velocity", parameters.endOf("backbone")));
  using _ = storing(gpu, precision);
  const context = { gpu, student, scan, parameters };
  const step = owned.use(adaptationPlan(context, { target, history, velocity, sgd: SGD }));
  const predict = owned.use(new PredictionPlan(context, "batch", { target, history }));
  const before = { ...gpu.stats };
  for (let i = 0; i < steps; i++) step.submit();
  const counts = {
    submits: gpu.stats.submits - before.submits,
    readbacks: gpu.stats.readbacks - before.readbacks,
  };
  predict.submit();
  return {
    counts,
    voxels: scan.voxels.count,
    prediction: await predict.read(),
    losses: await history.values(),
    weights: await gpu.read(parameters.values, Uint32Array),
    velocity: await gpu.read(velocity, Float32Array),
    bytes: step.bytes,
    heads: (await parameters.stateDict()).get("final.kernel")!.data,
    headsBefore: initialHead(parameters),
  };
}

/** Has a device store activations in a precision until this is disposed of. */
function storing(gpu: Gpu, precision: RowPrecision): Disposable {
  const { kernels } = gpu;
  gpu.kernels = inPrecision(kernels, precision);
  return { [Symbol.dispose]: () => void (gpu.kernels = kernels) };
}

function initialHead(parameters: Parameters) {
  const random = new Random(5);
  return initialState(parameters.specs, () => random.uniform()).get("final.kernel")!.data;
}

withGpu("adaptationPlan() gives the same bits twice: labels, losses, weights", async (gpu) => {
  const first = await adaptOnce(gpu, boxPoints(1, 1500));
  const second = await adaptOnce(gpu, boxPoints(1, 1500));
  assert.deepEqual(second.losses, first.losses);
  assert.deepEqual(second.prediction, first.prediction);
  assert.deepEqual(second.weights, first.weights);
  assert.ok(first.losses.every(Number.isFinite));
  assert.ok(first.losses.at(-1)! < first.losses[0]!, `losses ${first.losses}`);
});

withGpu("adaptationPlan() leaves the heads as they are", async (gpu) => {
  const { heads, headsBefore } = await adaptOnce(gpu, boxPoints(1, 500));
  assert.deepEqual(heads, headsBefore);
});

withGpu("adaptationPlan() makes one submit a step and reads nothing back", async (gpu) => {
  const { counts, losses } = await adaptOnce(gpu, boxPoints(2, 500));
  assert.deepEqual(counts, { submits: STEPS, readbacks: 0 });
  assert.equal(losses.length, STEPS + 1);
});

withGpu("adaptationPlan() compiles no pipeline for a second scan of another size", async (gpu) => {
  const first = await adaptOnce(gpu, boxPoints(3, 4000), "f32", 1);
  const { pipelines } = gpu.stats;
  for (const points of [1, 40, 700, 9000]) {
    const other = await adaptOnce(gpu, boxPoints(4, points), "f32", 1);
    assert.notEqual(other.voxels, first.voxels);
    assert.equal(gpu.stats.pipelines, pipelines, `${points} points`);
  }
});

withGpu("adaptationPlan() takes the same step with activations in float16", async (gpu) => {
  const points = boxPoints(1, 1500);
  const exact = await adaptOnce(gpu, points, "f32", 1);
  const rounded = await adaptOnce(gpu, points, "f16", 1);
  assertClose(rounded.losses, exact.losses, 2e-3, "losses");
  const cosine = dot(rounded.velocity, exact.velocity) /
    Math.sqrt(dot(rounded.velocity, rounded.velocity) * dot(exact.velocity, exact.velocity));
  assert.ok(cosine > 0.98, `the step has cosine ${cosine} with that in float32`);
  // Rows below the finest level stay float32.
  assert.ok(rounded.bytes < 0.85 * exact.bytes, `${rounded.bytes} bytes of ${exact.bytes}`);
});
