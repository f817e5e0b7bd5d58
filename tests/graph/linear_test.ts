import assert from "node:assert/strict";
import { type Gpu, type KernelSetting, WINDOW_BYTES } from "../../lib/gpu/mod.ts";
import {
  linearBackwardReference,
  linearForward,
  linearInputGradient,
  linearReference,
  linearWeightGradient,
  linearWeightGradientScratch,
} from "../../lib/graph/ops/linear.ts";
import type { LinearShape } from "../../lib/graph/ops/matrix_kernels.ts";
import {
  biasGradient,
  biasGradientReference,
  biasGradientScratch,
} from "../../lib/graph/ops/bias_gradient.ts";
import { paddedChannels } from "../../lib/graph/tensor.ts";
import { packedLength, packKernel, unpackKernel } from "../../lib/nn/packing.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  centralDifferences,
  dot,
  padRows,
  seededNumbers,
  settingsOf,
  unpadRows,
} from "./support.ts";

const TOLERANCE = 1e-5;
const RESULTS = ["y", "dx", "dweight", "dbias"] as const;

interface Values {
  readonly x: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly dy: Float64Array;
  /** Gradients of weight and bias that the new ones are added to. */
  readonly before: { weight: Float64Array; bias: Float64Array } | null;
}

function makeValues(seed: number, { rows, cin, cout }: LinearShape, accumulate = false): Values {
  const weights = () => seededNumbers(seed++, cin * cout);
  const biases = () => seededNumbers(seed++, cout);
  return {
    x: seededNumbers(seed++, rows * cin),
    weight: weights(),
    bias: biases(),
    dy: seededNumbers(seed++, rows * cout),
    before: accumulate ? { weight: weights(), bias: biases() } : null,
  };
}

function reference(shape: LinearShape, { x, weight, bias, dy, before }: Values) {
  const { dx, dweight, dbias } = linearBackwardReference(x, weight, dy, shape);
  return {
    y: linearReference(x, weight, bias, shape),
    dx,
    dweight: dweight.map((value, i) => value + (before?.weight[i] ?? 0)),
    dbias: dbias.map((value, i) => value + (before?.bias[i] ?? 0)),
  };
}

async function onGpu(gpu: Gpu, kernels: KernelSetting, sizes: LinearShape, values: Values) {
  using owned = new DisposableStack();
  const { rows, cin, cout } = sizes;
  const shape = { kernels, ...sizes };
  const upload = (label: string, data: ArrayBufferView, room = 0) =>
    owned.use(gpu.upload(label, data, room));
  const buffer = (label: string, bytes: number) => owned.use(gpu.buffer(label, bytes));
  const { before } = values;
  const x = upload("x", padRows(values.x, cin));
  const dy = upload("dy", padRows(values.dy, cout));
  const weight = upload("weight", packKernel(values.weight, [cin, cout]), WINDOW_BYTES);
  const bias = upload("bias", padRows(values.bias, cout));
  const y = buffer("y", rows * paddedChannels(cout) * 4);
  const dx = buffer("dx", rows * paddedChannels(cin) * 4);
  const dweight = before
    ? upload("dW", packKernel(before.weight, [cin, cout]))
    : buffer("dW", packedLength([cin, cout]) * 4);
  const dbias = before
    ? upload("db", padRows(before.bias, cout))
    : buffer("db", paddedChannels(cout) * 4);
  const accumulate = before !== null;
  const weightScratch = buffer("scratch of dW", linearWeightGradientScratch(shape));
  const biasShape = { rows, channels: cout };
  const biasScratch = buffer("scratch of db", biasGradientScratch(biasShape));
  gpu.run([
    ...linearForward({ ...shape, x, weight, bias, y }),
    ...linearInputGradient({ ...shape, dy, weight, dx }),
    ...linearWeightGradient({
      ...shape,
      x,
      dy,
      total: dweight,
      scratch: weightScratch,
      accumulate,
    }),
    ...biasGradient({ ...biasShape, dy, total: dbias, scratch: biasScratch, accumulate }),
  ]);
  const read = async (from: typeof y, count: number, channels: number) =>
    unpadRows(
      await gpu.read(from, Float32Array, count * paddedChannels(channels)),
      channels,
      from.label,
    );
  const packed = await gpu.read(dweight, Float32Array, packedLength([cin, cout]));
  const unpacked = unpackKernel(packed, [cin, cout]);
  assert.deepEqual(packKernel(unpacked, [cin, cout]), packed, "padding of dW must stay zero");
  return {
    y: await read(y, rows, cout),
    dx: await read(dx, rows, cin),
    dweight: unpacked,
    dbias: await read(dbias, 1, cout),
  };
}

Deno.test("linearBackwardReference() has the gradients of central differences", () => {
  const shape = { rows: 5, cin: 3, cout: 4 };
  const { x, weight, bias, dy } = makeValues(1, shape);
  const { dx, dweight, dbias } = linearBackwardReference(x, weight, dy, shape);
  const loss = (x: Float64Array, weight: Float64Array, bias: Float64Array) =>
    dot(linearReference(x, weight, bias, shape), dy);
  assertClose(dx, centralDifferences((at) => loss(at, weight, bias), x), 1e-8, "dx");
  assertClose(dweight, centralDifferences((at) => loss(x, at, bias), weight), 1e-8, "dW");
  assertClose(dbias, centralDifferences((at) => loss(x, weight, at), bias), 1e-8, "db");
  assert.deepEqual(biasGradientReference(dy, shape.cout), dbias);
});

// Each setting of the family hardware, the last number, has a case: compiling costs most of the time.
const CASES = [
  [0, 8, 8, 1],
  [1, 1, 1],
  [1, 16, 16],
  [15, 3, 5, 3],
  [17, 18, 20],
  [1000, 16, 13, 2],
  [3001, 32, 48, 1],
  [129, 96, 130, 0],
  // Its weights take two windows, the second of which does not begin with a block.
  [37, 140, 132],
  // Too few rows of its weights fit a window.
  [18, 8, 4100],
] as const;
for (const [rows, cin, cout, hardware] of CASES) {
  withGpu(
    `linear agrees with its reference: ${rows} rows, ${cin} to ${cout} channels`,
    async (gpu) => {
      for (const accumulate of [false, true]) {
        const shape = { rows, cin, cout };
        const values = makeValues(rows + cin + cout, shape, accumulate);
        const expected = reference(shape, values);
        for (const kernels of settingsOf(hardware)) {
          const actual = await onGpu(gpu, kernels, shape, values);
          for (const name of RESULTS) {
            assertClose(actual[name], expected[name], TOLERANCE, `${name} by ${kernels.name}`);
          }
        }
      }
    },
  );
}

withGpu("linearForward() without a bias starts from zero", async (gpu) => {
  const shape = { rows: 33, cin: 5, cout: 6 };
  const { x, weight } = makeValues(2, shape);
  using xRows = gpu.upload("x", padRows(x, 5));
  using packed = gpu.upload("weight", packKernel(weight, [5, 6]), WINDOW_BYTES);
  using y = gpu.buffer("y", 33 * 8 * 4);
  for (const kernels of settingsOf(0)) {
    gpu.run(linearForward({ kernels, ...shape, x: xRows, weight: packed, y }));
    const actual = unpadRows(await gpu.read(y, Float32Array, 33 * 8), 6);
    assertClose(actual, linearReference(x, weight, null, shape), TOLERANCE, kernels.name);
  }
});

withGpu("linear gives the same bits twice", async (gpu) => {
  const shape = { rows: 3000, cin: 16, cout: 16 };
  const values = makeValues(3, shape);
  for (const kernels of settingsOf(0)) {
    const bytes = linearWeightGradientScratch({ kernels, ...shape });
    assert.ok(bytes > packedLength([16, 16]) * 4, "several chunks");
    const first = await onGpu(gpu, kernels, shape, values);
    assert.deepEqual(await onGpu(gpu, kernels, shape, values), first, kernels.name);
  }
});
