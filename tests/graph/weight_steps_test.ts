/** Updates of weights other than the optimizers: averages and restores. */
import assert from "node:assert/strict";
import {
  movingAverage,
  movingAverageReference,
} from "../../lib/graph/optimizers/moving_average.ts";
import { restoreReference, restoreStep } from "../../lib/graph/optimizers/restore.ts";
import { withGpu } from "../gpu.ts";
import { assertClose, seededNumbers } from "./support.ts";

withGpu(
  "movingAverage() equals its reference, and with keep 1 - 1/k is the mean of k terms",
  async (gpu) => {
    const count = 4 * 70;
    using average = gpu.upload("average", new Float32Array(count).fill(NaN));
    const terms = [0, 1, 2].map((seed) => seededNumbers(seed, count).map(Math.fround));
    let want: Float64Array = new Float64Array(count);
    for (const [k, term] of terms.entries()) {
      using x = gpu.upload("x", Float32Array.from(term));
      const keep = k / (k + 1);
      gpu.run([movingAverage({ x, average }, count / 4, keep)]);
      want = movingAverageReference(term, want, keep);
    }
    assertClose(await gpu.read(average, Float32Array), want, 1e-6, "average");
    const mean = want.map((_, i) => terms.reduce((sum, term) => sum + term[i]! / 3, 0));
    assertClose(want, mean, 1e-12, "mean");
  },
);

withGpu("restoreStep() equals its reference bit for bit", async (gpu) => {
  const count = 4 * 5000;
  const source = seededNumbers(3, count).map(Math.fround);
  const start = seededNumbers(4, count).map(Math.fround);
  for (const probability of [0, 0.01, 0.5, 1]) {
    const options = { probability, seed: 7, step: 3 };
    using values = gpu.upload("values", Float32Array.from(start));
    using from = gpu.upload("source", Float32Array.from(source));
    gpu.run([restoreStep({ source: from, values }, count / 4, options)]);
    const want = start.slice();
    restoreReference(source, want, options);
    assert.deepEqual(await gpu.read(values, Float32Array), Float32Array.from(want));
  }
});

Deno.test("restoreReference() restores the given share of numbers, others at every step and seed", () => {
  const count = 100_000;
  const restored = (seed: number, step: number) => {
    const values = new Float64Array(count);
    restoreReference(new Float64Array(count).fill(1), values, { probability: 0.1, seed, step });
    return values;
  };
  const overlap = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const [first, next, other] = [restored(1, 0), restored(1, 1), restored(2, 0)];
  assert.deepEqual(restored(1, 0), first);
  // Five standard deviations of a binomial of 100 000 at 0.1 are 474; at 0.01 (two draws), 157.
  for (const draw of [first, next, other]) assert.ok(Math.abs(overlap(draw, draw) - 10_000) < 474);
  assert.ok(Math.abs(overlap(first, next) - 1000) < 157, "steps are independent");
  assert.ok(Math.abs(overlap(first, other) - 1000) < 157, "seeds are independent");
});
