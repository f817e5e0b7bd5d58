/** Element-wise launches over buffers larger than a binding. */
import assert from "node:assert/strict";
import { type Binding, GpuBuffer, type Launch } from "../../lib/gpu/mod.ts";
import { movingAverage } from "../../lib/graph/optimizers/moving_average.ts";
import { adamStep } from "../../lib/graph/optimizers/adam.ts";
import { launchOverRanges, wholeBuffer } from "../../lib/graph/optimizers/bindable_ranges.ts";
import { restoreReference, restoreStep } from "../../lib/graph/optimizers/restore.ts";
import { withGpu } from "../gpu.ts";
import { seededNumbers } from "./support.ts";

const ADAM = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

Deno.test("launchOverRanges() cuts the weights of MinkUNet34C into parts that every adapter can bind", () => {
  const weights = {
    buffer: GpuBuffer.placeholder("weights", 2 ** 28),
    offset: 512,
    size: 151_445_248,
  };
  const average = {
    buffer: GpuBuffer.placeholder("average", 2 ** 28),
    offset: 0,
    size: weights.size,
  };
  const firsts: number[] = [];
  const launches = launchOverRanges({ x: weights, average }, (part, count, first) => {
    firsts.push(first);
    return movingAverage<Binding>(part, count, 0.5);
  });
  const parts = launches.map(({ bindings: [x] }) => x as { offset: number; size: number });
  assert.deepEqual(parts.map(({ offset, size }) => [offset, size]), [
    [512, 2 ** 27],
    [512 + 2 ** 27, weights.size - 2 ** 27],
  ]);
  assert.deepEqual(firsts, [0, 2 ** 23]);
  assert.deepEqual(launches.map(({ params }) => params.count), parts.map(({ size }) => size / 16));
});

Deno.test("launchOverRanges() refuses ranges of different sizes", () => {
  const [a, b] = [32, 48].map((size) => wholeBuffer(GpuBuffer.placeholder("buffer", size)));
  assert.throws(
    () =>
      launchOverRanges(
        { x: a!, average: b! },
        (part, count) => movingAverage<Binding>(part, count, 0),
      ),
    TypeError,
  );
});

withGpu(
  "launchOverRanges() gives the same bits as one launch, for AdamW and for restores",
  async (gpu) => {
    const count = 4 * 300;
    const upload = (label: string, seed: number) =>
      gpu.upload(label, Float32Array.from(seededNumbers(seed, count), (x) => x * x + 0.1));
    const run = async (most: number) => {
      using values = upload("values", 1);
      using gradient = upload("gradient", 2);
      using first = upload("first", 3);
      using second = upload("second", 4);
      using source = upload("source", 5);
      const step = launchOverRanges(
        {
          values: wholeBuffer(values),
          gradient: wholeBuffer(gradient),
          first: wholeBuffer(first),
          second: wholeBuffer(second),
        },
        (part, vectors): Launch => adamStep<Binding>(part, vectors, 1, ADAM, 1),
        most,
      );
      gpu.run(step);
      const stepped = await gpu.read(values, Float32Array);
      const draw = { probability: 0.5, seed: 7, step: 3 };
      gpu.run(launchOverRanges(
        { source: wholeBuffer(source), values: wholeBuffer(values) },
        (part, vectors, before) => restoreStep<Binding>(part, vectors, draw, before),
        most,
      ));
      const want = Float64Array.from(stepped);
      restoreReference(await gpu.read(source, Float32Array), want, draw);
      const restored = await gpu.read(values, Float32Array);
      assert.deepEqual(restored, Float32Array.from(want));
      return { launches: step.length, stepped, restored };
    };
    const [parts, whole] = [await run(1024), await run(2 ** 27)];
    assert.deepEqual([parts.launches, whole.launches], [5, 1]);
    assert.deepEqual(parts.stepped, whole.stepped);
    assert.deepEqual(parts.restored, whole.restored);
  },
);
