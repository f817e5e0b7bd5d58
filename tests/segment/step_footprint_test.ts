/** Memory of steps, computed on paper. */
import assert from "node:assert/strict";
import { CapacityError } from "../../lib/gpu/mod.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { stepFootprint, type StepKind, surfaceLevels } from "../../lib/segment/step_footprint.ts";
import { adaptationPlan } from "../../lib/ttt/plans/adaptation.ts";
import { distillationTarget } from "../../lib/ttt/plans/distillation_target.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import { trainingPlan } from "../../lib/ttt/plans/training.ts";
import { Targets } from "../../lib/pairing/mod.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { levelCounts, roomCloud } from "../bench/room_cloud.ts";
import { withGpu } from "../gpu.ts";

/** Limits of lavapipe. */
const LIMITS = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 31 - 1 };
const FEATURES = ["red", "green", "blue"] as const;

function studentOf(backbone: string, width: number | null): Student {
  return new Student({
    backbone,
    classes: Array.from({ length: 20 }, (_, i) => `class ${i}`),
    features: [...FEATURES],
    teacher: width === null ? null : { id: "teacher", width },
  });
}

Deno.test("stepFootprint() of a MinkUNet34C step on 40,000 voxels is under 6 GiB and near what is live", () => {
  const student = studentOf("MinkUNet34C", null);
  const levels = levelCounts(roomCloud(1, 40_000), student.network.depth);
  const { bytes, liveBytes, storedBytes } = stepFootprint(student, "training", levels, LIMITS);
  const parameters = student.parameters()
    .filter(({ kind }) => kind !== "statistic")
    .reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
  // Values, gradients and AdamW's two moments have buffers beside the plan.
  assert.ok(bytes + 4 * parameters < 6 * 2 ** 30, `${bytes} + 4 * ${parameters} bytes`);
  assert.ok(bytes <= 1.1 * liveBytes, `${bytes} bytes for ${liveBytes} live ones`);
  assert.ok(bytes <= 1.2 * storedBytes, `${bytes} bytes for ${storedBytes} stored ones`);
  assert.ok(storedBytes <= liveBytes);
});

for (
  const backbone of ["MinkUNet14Slim", "MinkUNet14A", "MinkUNet34C", "SpUNet-v1m1", "ptv3-base"]
) {
  Deno.test(`stepFootprint() of ${backbone} grows with the voxels and stays near what is live`, () => {
    const student = studentOf(backbone, 32);
    const of = (step: StepKind, voxels: number) =>
      stepFootprint(student, step, surfaceLevels(voxels, student.network.depth), LIMITS);
    const [small, large] = [of("adaptation", 20_000), of("adaptation", 60_000)];
    const growth = large.bytes / small.bytes;
    assert.ok(growth > 2.5 && growth < 3.2, `three times the voxels, ${growth} times the bytes`);
    for (const step of ["prediction", "adaptation", "training"] as const) {
      const { bytes, liveBytes } = of(step, 60_000);
      // A prediction of a transformer holds few tensors at a time, of which one is more than a twentieth.
      const spare = step === "prediction" && student.network.serialization ? 1.12 : 1.06;
      assert.ok(bytes <= spare * liveBytes, `${step}: ${bytes} bytes for ${liveBytes} live ones`);
    }
    assert.ok(of("prediction", 60_000).bytes < large.bytes / 2);
  });
}

Deno.test("stepFootprint() refuses an adaptation without a teacher, levels that do not fit, and too large a tensor", () => {
  const levels = [4000, 1000, 250, 60, 15];
  assert.throws(
    () => stepFootprint(studentOf("MinkUNet14A", null), "adaptation", levels, LIMITS),
    TypeError,
  );
  const student = studentOf("MinkUNet14A", 1024);
  assert.throws(() => stepFootprint(student, "adaptation", levels.slice(1), LIMITS), TypeError);
  assert.ok(stepFootprint(student, "adaptation", levels, LIMITS).largestBytes >= 4000 * 4096);
  assert.throws(
    () => stepFootprint(student, "adaptation", surfaceLevels(40_000, 4), LIMITS),
    CapacityError,
  );
});

withGpu(
  "stepFootprint() equals the bytes that plans over a scan with the same counts allocate",
  async (gpu) => {
    using owned = new DisposableStack();
    const width = 12;
    const student = studentOf("MinkUNet14Slim", width);
    const coords = roomCloud(2, 1500);
    const scan = owned.use(
      await SparseScan.build(gpu, student, [...FEATURES], {
        positions: Float32Array.from(coords, (x) => x + 0.5),
        origin: [0, 0, 0],
        colors: null,
        intensity: null,
        normals: null,
      }, 1),
    );
    assert.equal(scan.voxels.count, 1500);
    const parameters = owned.use(new Parameters(gpu, student.parameters()));
    const history = owned.use(new LossHistory(gpu, 1));
    const context = { gpu, student, scan, parameters };
    const targets = owned.use(
      new Targets({
        channels: width,
        rows: 1500,
        half: false,
        values: gpu.buffer("targets", 1500 * width * 4),
        weight: gpu.buffer("weights", 1500 * 4),
        pointsSeen: 1500,
        voxelsSeen: 1500,
      }),
    );
    const centre = owned.use(gpu.zeros("centre", width * 4));
    const velocity = owned.use(gpu.zeros("velocity", parameters.endOf("backbone")));
    using adaptation = adaptationPlan(context, {
      target: distillationTarget(targets, centre),
      history,
      velocity,
      sgd: { learningRate: 0.1, momentum: 0.9, weightDecay: 0 },
    });
    const labels = owned.use(gpu.zeros("labels", 1500 * 4));
    using training = trainingPlan(context, {
      labels: new Tensor("labels", 1500, 1, { binding: labels }),
      ignore: 255,
      weight: 1,
      classHistory: history,
      distillationHistory: history,
    });
    const levels = levelCounts(coords, student.network.depth);
    for (const [step, plan] of [["adaptation", adaptation], ["training", training]] as const) {
      const { bytes, liveBytes } = stepFootprint(student, step, levels, gpu.limits);
      assert.deepEqual(
        { bytes, liveBytes },
        { bytes: plan.bytes, liveBytes: plan.liveBytes },
        step,
      );
    }
  },
);
