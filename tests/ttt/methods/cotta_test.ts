/** CoTTA on a small scan with an untrained network. */
import assert from "node:assert/strict";
import type { Parameters } from "../../../lib/nn/parameters.ts";
import { bn } from "../../../lib/ttt/methods/bn.ts";
import { cotta } from "../../../lib/ttt/methods/cotta.ts";
import { softmaxReference } from "../../../lib/graph/ops/softmax.ts";
import { PredictionPlan } from "../../../lib/ttt/plans/prediction.ts";
import { SparseScan } from "../../../lib/voxels/sparse_scan.ts";
import { augmentedCopy } from "../../../lib/ttt/augmented_copy.ts";
import { Random } from "../../../lib/random/random.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose } from "../../graph/support.ts";
import {
  CARD,
  changedNames,
  type SmallScan,
  smallScan,
  type Values,
  valuesOf,
} from "../small_scan.ts";

/** With confidence 1, copies are averaged on every scan; with 0, never. */
const UNSURE = { confidence: 1, augmentations: 2 };
const SURE = { confidence: 0 };

function adapt(small: SmallScan, given: Record<string, number>) {
  return cotta.adapt(small.context, cotta.settings.parse(given));
}

/** Source, student and teacher after the method ran once. */
async function states(small: SmallScan): Promise<Record<"source" | "student" | "teacher", Values>> {
  const [student, teacher] = small.clones;
  return {
    source: await valuesOf(small.context.parameters),
    student: await valuesOf(student!),
    teacher: await valuesOf(teacher!),
  };
}

function numbers(state: Values): Float64Array {
  return Float64Array.from([...state.values()].flatMap((data) => [...data]));
}

withGpu("cotta answers by its teacher, from before the step", async (gpu) => {
  using small = await smallScan(gpu);
  const sure = await adapt(small, SURE);
  const source = await bn.adapt(small.context, {});
  assertClose(sure.probabilities.values, source.probabilities.values, 1e-5, "no copies");
  small.forget();
  const unsure = await adapt(small, UNSURE);
  assert.notDeepEqual(unsure.probabilities, sure.probabilities);
  assert.ok(sure.note !== unsure.note);
  for (let row = 0; row < unsure.probabilities.rows; row++) {
    const p = unsure.probabilities.values.subarray(5 * row, 5 * row + 5);
    assert.ok(Math.abs(p.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
  }
});

withGpu("cotta averages the logits of copies at the points of each voxel", async (gpu) => {
  using small = await smallScan(gpu);
  const { student, points, parameters, scan } = small.context;
  const random = new Random(5);
  random.uint32(); // the seed of the restore
  const rowsOf = (of: SparseScan) => gpu.read(of.voxels.pointRow, Uint32Array, of.voxels.points);
  const to = await rowsOf(scan);
  const counts = new Float64Array(scan.voxels.count);
  to.forEach((row) => counts[row]!++);
  // Log-probabilities are logits up to a number by row, which the softmax takes off again.
  const mean = new Float64Array(scan.voxels.count * 5);
  for (let i = 0; i < 2; i++) {
    const options = { jitter: 0.03, scale: 0.1, colour: 0.2 };
    const drawn = augmentedCopy(points, options, random);
    using copy = await SparseScan.build(gpu, student, CARD.features, drawn, CARD.voxelSize);
    using plan = new PredictionPlan({ gpu, student, scan: copy, parameters }, "batch");
    plan.submit();
    const { values } = await plan.read();
    const from = await rowsOf(copy);
    to.forEach((row, p) => {
      for (let c = 0; c < 5; c++) {
        mean[5 * row + c]! += Math.log(values[5 * from[p]! + c]!) / (2 * counts[row]!);
      }
    });
  }
  const { probabilities } = await adapt(small, UNSURE);
  assertClose(probabilities.values, softmaxReference(mean, 5), 1e-4, "mean of two copies");
});

withGpu("cotta moves all learned weights, the teacher by its share of them", async (gpu) => {
  using small = await smallScan(gpu);
  const untouched = await valuesOf(small.context.parameters);
  const rates = { teacherMomentum: 0.75, restore: 0, learningRate: 0.01 };
  const { losses } = await adapt(small, { ...UNSURE, ...rates });
  assert.equal(losses.length, 1);
  const { source, student, teacher } = await states(small);
  assert.deepEqual(source, untouched);
  const learned = small.context.parameters.specs.filter(({ kind }) => kind !== "statistic");
  assert.ok(learned.some(({ kind }) => kind === "kernel"));
  const names = learned.map(({ name }) => name).sort();
  assert.deepEqual(changedNames(source, student), names);
  const from = numbers(source);
  const moved = numbers(student);
  assertClose(
    numbers(teacher),
    from.map((value, i) => 0.75 * value + 0.25 * moved[i]!),
    1e-6,
    "teacher",
  );
});

withGpu("cotta restores the share asked for, and the teacher averages before that", async (gpu) => {
  using small = await smallScan(gpu);
  const moved = async (restore: number) => {
    small.forget();
    const first = small.clones.length;
    await adapt(small, { ...UNSURE, restore, teacherMomentum: 0.5 });
    const [student, teacher] = small.clones.slice(first);
    const source = numbers(await valuesOf(small.context.parameters));
    const differs = async (parameters: Parameters) =>
      numbers(await valuesOf(parameters)).reduce(
        (sum, value, i) => sum + Number(value !== source[i]),
        0,
      );
    return { student: await differs(student!), teacher: await differs(teacher!) };
  };
  const none = await moved(0);
  const some = await moved(0.25);
  const all = await moved(1);
  assert.equal(all.student, 0);
  assert.ok(Math.abs(some.student / none.student - 0.75) < 0.01);
  for (const { teacher } of [some, all]) assert.ok(teacher / none.teacher > 0.95);
});

withGpu(
  "cotta goes on from scan to scan, and the same sequence gives the same bits",
  async (gpu) => {
    const sequence = async () => {
      using small = await smallScan(gpu);
      const settings = { teacherMomentum: 0.5, learningRate: 0.01 };
      const first = await adapt(small, { ...UNSURE, ...settings });
      const second = await adapt(small, { ...SURE, ...settings });
      assert.equal(small.clones.length, 2, "one student and one teacher for both scans");
      return [first, second, await bn.adapt(small.context, {})] as const;
    };
    const answers = await sequence();
    const [, second, source] = answers;
    const drift = second.probabilities.values.map((p, i) => p - source.probabilities.values[i]!);
    assert.ok(Math.max(...drift) > 1e-3, "the teacher has moved since the first scan");
    assert.deepEqual(await sequence(), answers);
  },
);

Deno.test("cotta has the paper's settings but for a quicker teacher, and refuses what cannot be", () => {
  const { learningRate, teacherMomentum, restore, confidence, steps } = cotta.settings.parse(
    {},
  ) as Record<string, number>;
  assert.deepEqual(
    [learningRate, teacherMomentum, restore, confidence, steps],
    [1e-3, 0.9, 0.01, 0.92, 1],
  );
  for (
    const bad of [{ restore: 2 }, { augmentations: 0 }, { teacherMomentum: -1 }, { momentum: 1 }]
  ) {
    assert.equal(cotta.settings.safeParse(bad).success, false);
  }
  assert.equal(cotta.grid.length, 6);
  for (const settings of cotta.grid) cotta.settings.parse(settings);
});
