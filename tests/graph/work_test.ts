/** The work of launches, as their records say it, against counts that walk through everything. */
import assert from "node:assert/strict";
import * as elementwise from "../../kernels/elementwise/records.ts";
import * as losses from "../../kernels/losses/records.ts";
import * as matmul from "../../kernels/matmul/records.ts";
import * as norm from "../../kernels/norm/records.ts";
import * as optimizers from "../../kernels/optimizers/records.ts";
import {
  GpuBuffer,
  HARDWARE_SETTINGS,
  type Kernel,
  type Launch,
  launch,
  SOFTWARE_SETTING,
} from "../../lib/gpu/mod.ts";
import { Graph, type Parameter } from "../../lib/graph/graph.ts";
import { batchNorm } from "../../lib/graph/ops/batch_norm.ts";
import { linear, sparseConvolution } from "../../lib/graph/ops/learned.ts";
import { sgdStep } from "../../lib/graph/optimizers/sgd.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { launchWork, leastBytes } from "../../lib/graph/work.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** Kernels that graphs launch. */
const KERNELS: Kernel[] = [elementwise, losses, matmul, norm, optimizers].flatMap((records) =>
  Object.values<Kernel>(records)
);

function bound(label: string, rows: number, channels: number, bytes?: number): Tensor {
  const { bytes: stored } = new Tensor(label, rows, channels);
  return new Tensor(label, rows, channels, {
    binding: GpuBuffer.placeholder(label, bytes ?? stored),
    requiresGradient: true,
  });
}

function parameter(label: string, rows: number, channels: number): Parameter {
  return {
    values: bound(label, rows, channels),
    gradient: bound(`grad ${label}`, rows, channels),
    trainable: true,
  };
}

/** Multiply-adds of the launches of some kernels. */
function multiplyAdds({ launches }: Graph, name: RegExp): number[] {
  return launches.filter(({ kernel }) => name.test(kernel.name)).map((found) =>
    launchWork(found).multiplyAdds
  );
}

Deno.test("every kernel that a graph launches says its work", () => {
  assert.ok(KERNELS.length > 40);
  assert.deepEqual(KERNELS.filter(({ work }) => !work).map(({ name }) => name), []);
});

Deno.test("kernels that read what they write count it as read, and no other does", () => {
  for (const kernel of KERNELS) {
    const bindings = kernel.bindings.map((_, i) => bound(`operand ${i}`, 64, 4));
    const params = Object.fromEntries(Object.keys(kernel.params).map((name) => [name, 1]));
    // Of sum_chunks with ADD the test below has an example.
    const made = { ...launch(kernel, { params: {}, bindings, workgroups: 1 }), params };
    const { bytesRead } = launchWork({ ...made, constants: { ADD: 0 } } as Launch<Tensor>);
    const header = kernel.code.match(/^\/\/.*$/gm)!.join(" ").replaceAll(" // ", " ");
    const updated = [...header.matchAll(/((?:\w+, )*\w+) read and written/g)]
      .flatMap(([, names]) => names!.split(", "));
    const always = /with [A-Z]+, read and written|with first > 0|moves the running/i.test(header)
      ? 0
      : updated.length;
    const read = kernel.bindings.filter((use) => use !== "write").length + always;
    assert.equal(bytesRead, read * 64 * 4 * 4, kernel.name);
  }
});

Deno.test("launchWork() refuses a kernel that does not say its work", () => {
  const { work: _, ...silent } = elementwise.add;
  const tensors = ["a", "b", "y"].map((label) => bound(label, 1, 4));
  const adding = launch(silent, { params: { count: 1 }, bindings: tensors, workgroups: 1 });
  assert.throws(() => launchWork(adding), /Cannot count the work of add: its record/);
});

/** Pairs (output, input, offset) of a 3x3x3 convolution over random voxels, found one by one. */
function randomPairs(voxels: number): { output: number; input: number; k: number }[] {
  const next = mulberry32(7);
  const rows = new Map<string, number>();
  while (rows.size < voxels) {
    const site = [0, 0, 0].map(() => Math.floor(next() * 6)).join();
    if (!rows.has(site)) rows.set(site, rows.size);
  }
  const pairs: { output: number; input: number; k: number }[] = [];
  for (const [site, output] of rows) {
    const [x, y, z] = site.split(",").map(Number) as [number, number, number];
    for (let k = 0; k < 27; k++) {
      const at = [x + k % 3 - 1, y + Math.floor(k / 3) % 3 - 1, z + Math.floor(k / 9) - 1].join();
      const input = rows.get(at);
      if (input !== undefined) pairs.push({ output, input, k });
    }
  }
  return pairs;
}

Deno.test("a convolution's work is that of its pairs, in both families", () => {
  const [voxels, cin, cout] = [90, 5, 9];
  const pairs = randomPairs(voxels);
  let products = 0;
  const touched = { x: new Set<number>(), weight: new Set<number>(), y: new Set<number>() };
  for (const { output, input, k } of pairs) {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++) {
        products++;
        touched.x.add(input * cin + i);
        touched.weight.add((k * cin + i) * cout + o);
        touched.y.add(output * cout + o);
      }
    }
  }
  assert.equal(touched.weight.size, 27 * cin * cout);
  const tiles = Math.ceil(voxels / 64);
  const list = {
    rows: voxels,
    tiles,
    mirrored: false,
    entries: bound("entries", 1, pairs.length),
    offsets: bound("offsets", 1, 27 * tiles + 1),
    found: bound("found", 1, 2 * 27 * tiles),
  };
  for (const setting of [SOFTWARE_SETTING, ...HARDWARE_SETTINGS]) {
    const graph = new Graph(setting);
    const x = bound("x", voxels, cin);
    // Weights are packed in blocks of four by four channels.
    const weight = parameter("weight", 27 * 2 * 3 * 4, 4);
    const y = sparseConvolution(graph, x, weight, {
      volume: 27,
      channels: cout,
      forward: list,
      transposed: { ...list, mirrored: true },
    });
    graph.differentiable(y, () => {});
    graph.contribute(y, bound("dy", voxels, cout));
    graph.backward();
    assert.deepEqual(multiplyAdds(graph, /^conv/), [products, products, products], setting.name);

    // Rows are stored as whole vec4f.
    const padded = (numbers: number, channels: number) =>
      4 * numbers / channels * Math.ceil(channels / 4) * 4;
    const { bytesRead, bytesWritten } = launchWork(graph.launches[0]!);
    const index = 4 * Math.ceil(pairs.length / 4) * 4 + 4 * Math.ceil((27 * tiles + 1) / 4) * 4;
    assert.equal(bytesWritten, padded(touched.y.size, cout));
    assert.equal(bytesRead, padded(touched.x.size, cin) + 27 * 8 * 12 * 4 + index);
  }
});

Deno.test("a linear layer's work is that of its products, forward and backward", () => {
  const [rows, cin, cout] = [33, 6, 10];
  const graph = new Graph(SOFTWARE_SETTING);
  const y = linear(graph, bound("x", rows, cin), parameter("weight", 2 * 3 * 4, 4), null, cout);
  graph.contribute(y, bound("dy", rows, cout));
  graph.backward();
  assert.deepEqual(multiplyAdds(graph, /^gemm/), [1980, 1980, 1980]);
  // The gradient is added to what is there.
  const added = graph.launches.find(({ kernel }) => kernel.name === "sum_chunks")!;
  const { bytesRead, bytesWritten } = launchWork(added);
  assert.equal(bytesWritten, 8 * 12 * 4);
  assert.equal(bytesRead - added.bindings[0]!.bytes, 8 * 12 * 4);
});

Deno.test("a gradient that replaces another one is summed where it belongs, if it is a single sum", () => {
  for (
    const [rows, isReplaced, kernels] of [
      [64, true, ["gemm_weight_gradient"]],
      [64, false, ["gemm_weight_gradient", "sum_chunks"]],
      [200_000, true, ["gemm_weight_gradient", "sum_chunks"]],
    ] as const
  ) {
    const graph = new Graph(SOFTWARE_SETTING);
    const x = new Tensor("x", rows, 400);
    const weight = { ...parameter("weight", 100 * 100 * 4, 4), isReplaced };
    const y = linear(graph, x, weight, null, 400);
    graph.contribute(y, bound("dy", rows, 400));
    graph.backward();
    const backward = graph.launches.filter(({ kernel }) => kernel.name !== "gemm");
    assert.deepEqual(backward.map(({ kernel }) => kernel.name), kernels);
    const last = backward.at(-1)!;
    assert.equal(last.bindings.at(-1), weight.gradient);
    assert.equal(Boolean(last.constants.ADD), !isReplaced);
  }
});

Deno.test("values in half precision take the bytes of their buffer", () => {
  const half = bound("targets", 100, 8, 100 * 8 * 2);
  const [z, mask, centre, terms, dz] = [
    bound("z", 100, 8),
    bound("mask", 1, 100),
    bound("centre", 1, 8),
    bound("terms", 50, 4),
    bound("dz", 1, 8),
  ];
  const { bytesRead } = launchWork(launch(losses.cosine, {
    params: { rows: 100, scale: 1 },
    bindings: [z, half, mask, centre, mask, terms, dz],
    workgroups: 2,
  }));
  assert.equal(bytesRead, 3200 + 1600 + 400 + 32);
});

Deno.test("leastBytes() leaves out what launches of one pass hand to each other", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const [rows, channels] = [6400, 16];
  const x = bound("x", rows, channels);
  const weight = parameter("weight", 4 * 4 * 4, 4);
  const state = {
    gamma: { ...parameter("gamma", 1, channels), trainable: false },
    beta: { ...parameter("beta", 1, channels), trainable: false },
    runningMean: bound("mean", 1, channels),
    runningVariance: bound("variance", 1, channels),
  };
  const mode = { statistics: "batch", momentum: 0, epsilon: 1e-5 } as const;
  const y = linear(graph, x, { ...weight, trainable: false }, null, channels);
  const normed = batchNorm(graph, y, state, mode, { relu: true });
  linear(graph, normed, { ...weight, trainable: false }, null, channels);
  const whole = rows * channels * 4;
  // x is read; y is written, with its statistics, and read; what ReLU leaves is written and read; the end is not needed.
  const least = leastBytes(graph.launches);
  assert.equal(Math.floor(least / whole), 5);
  assert.ok(least % whole < whole / 10, `${least % whole} bytes of statistics and weights`);
  // As it stands the statistics read y once more, and the end is written.
  const moved = graph.launches.map(launchWork).reduce(
    (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
    0,
  );
  assert.ok(moved > 7 * whole);
});

Deno.test("leastBytes() counts weights that a step updates as read and written", () => {
  const [values, gradient, velocity] = ["w", "g", "v"].map((label) => bound(label, 1, 400));
  const step = sgdStep({ values: values!, gradient: gradient!, velocity: velocity! }, 100, {
    learningRate: 1,
    momentum: 0,
    weightDecay: 0,
  }, 1);
  assert.equal(leastBytes([step]), 6 * 1600);
});
