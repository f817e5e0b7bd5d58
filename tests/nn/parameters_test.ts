import assert from "node:assert/strict";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { CheckpointError, type NamedTensor } from "../../lib/nn/safetensors.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** Heads first, so that parts and specs differ in order; no channel count is a multiple of four. */
const SPECS: readonly ParameterSpec[] = [
  { name: "final.kernel", part: "classes", kind: "kernel", shape: [6, 3] },
  { name: "final.bias", part: "classes", kind: "bias", shape: [1, 3] },
  { name: "conv.kernel", part: "backbone", kind: "kernel", shape: [27, 5, 7] },
  { name: "bn.weight", part: "backbone", kind: "scale", shape: [7] },
  { name: "bn.bias", part: "backbone", kind: "shift", shape: [7] },
  { name: "bn.running_mean", part: "backbone", kind: "statistic", shape: [7] },
  { name: "bn.running_var", part: "backbone", kind: "statistic", shape: [7] },
  { name: "attn.rpe_table", part: "backbone", kind: "table", shape: [15, 3] },
  { name: "up.kernel", part: "backbone", kind: "kernel", shape: [8, 9, 2] },
  { name: "distillation.kernel", part: "distillation", kind: "kernel", shape: [6, 13] },
];

/** A state dict of random bits, with infinity, denormals and -0; no NaN, whose bits JavaScript may change. */
function randomBits(seed: number): Map<string, NamedTensor> {
  const next = mulberry32(seed);
  return new Map(SPECS.map(({ name, shape }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const words = Uint32Array.from({ length: count }, () => Math.floor(next() * 2 ** 32));
    words.forEach((word, i) => words[i] = (word >>> 23 & 255) === 255 ? 0x7f800000 : word);
    words[0] = 0x80000000;
    words[1] = 1;
    return [name, { shape, data: new Float32Array(words.buffer) }];
  }));
}

function assertSameBits(
  actual: ReadonlyMap<string, NamedTensor>,
  expected: ReadonlyMap<string, NamedTensor>,
): void {
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, { shape, data }] of expected) {
    const got = actual.get(name)!;
    assert.deepEqual(got.shape, shape, name);
    assert.deepEqual(new Uint8Array(got.data.buffer), new Uint8Array(data.buffer), name);
  }
}

withGpu("Parameters.stateDict() gives what load() was given, bit for bit", async (gpu) => {
  using parameters = new Parameters(gpu, SPECS);
  const state = randomBits(1);
  const counted = new Map(state).set("bn.num_batches_tracked", {
    shape: [],
    data: BigInt64Array.of(7n),
  });
  parameters.load(counted);
  assertSameBits(await parameters.stateDict(), state);
});

withGpu(
  "Parameters.gradientDict() starts at zero, with the names of all learned entries",
  async (gpu) => {
    using parameters = new Parameters(gpu, SPECS);
    const gradients = await parameters.gradientDict();
    const learned = SPECS.filter(({ kind }) => kind !== "statistic");
    assert.deepEqual([...gradients.keys()], learned.map(({ name }) => name));
    for (const { name, shape } of learned) {
      const { data, shape: got } = gradients.get(name)!;
      assert.deepEqual(got, shape);
      assert.ok((data as Float32Array).every((value) => value === 0), name);
    }
  },
);

withGpu(
  "Parameters.copyFrom() copies values and statistics and clears the gradients",
  async (gpu) => {
    using source = new Parameters(gpu, SPECS);
    using target = new Parameters(gpu, SPECS);
    source.load(randomBits(2));
    target.load(randomBits(3));
    gpu.write(target.gradients, new Float32Array(target.gradients.size / 4).fill(1));
    target.copyFrom(source);
    assertSameBits(await target.stateDict(), randomBits(2));
    const gradients = await gpu.read(target.gradients, Float32Array);
    assert.ok(gradients.every((value) => value === 0));
  },
);

withGpu(
  "Parameters.endOf() bounds the backbone, then the classes, then the distillation head",
  (gpu) => {
    using parameters = new Parameters(gpu, SPECS);
    const ends = (["backbone", "classes", "distillation"] as const).map((part) =>
      parameters.endOf(part)
    );
    assert.deepEqual(ends, ends.toSorted((a, b) => a - b));
    assert.equal(ends[2], parameters.gradients.size);
    for (const { name, part, kind } of SPECS) {
      if (kind === "statistic") continue;
      const { binding } = parameters.parameter(name, true).values;
      assert.ok(binding && "buffer" in binding);
      const index = ["backbone", "classes", "distillation"].indexOf(part);
      assert.ok(binding.offset >= (ends[index - 1] ?? 0), name);
      assert.ok(binding.offset + binding.size <= ends[index]!, name);
    }
  },
);

withGpu("Parameters.loadStatistics() loads them alone, and needs all of them", async (gpu) => {
  using parameters = new Parameters(gpu, SPECS);
  parameters.load(randomBits(6));
  const kinds = new Map(SPECS.map(({ name, kind }) => [name, kind]));
  const others = randomBits(7);
  const statistics = new Map([...others].filter(([name]) => kinds.get(name) === "statistic"));
  parameters.loadStatistics(statistics);
  assertSameBits(await parameters.stateDict(), new Map([...randomBits(6), ...statistics]));
  assert.throws(() => parameters.loadStatistics(others), /"conv\.kernel" is left over/);
  statistics.delete("bn.running_var");
  assert.throws(() => parameters.loadStatistics(statistics), /"bn\.running_var" is missing/);
});

withGpu("Parameters.load() lists what is missing, left over or of another shape", async (gpu) => {
  using parameters = new Parameters(gpu, SPECS);
  const state = randomBits(4);
  parameters.load(state);
  const without = (...names: string[]) =>
    new Map([...randomBits(5)].filter(([name]) => !names.includes(name)));
  const cases: [Map<string, NamedTensor>, string][] = [
    [without("conv.kernel"), '"conv.kernel" is missing'],
    [without("bn.running_var"), '"bn.running_var" is missing'],
    [
      without().set("extra.kernel", { shape: [1], data: new Float32Array(1) }),
      '"extra.kernel" is left over',
    ],
    [
      without().set("conv.kernel", { shape: [27, 7, 5], data: new Float32Array(945) }),
      '"conv.kernel" is [27,7,5], not [27,5,7]',
    ],
    [
      without().set("bn.weight", { shape: [7], data: new Int32Array(7) }),
      '"bn.weight" is not F32',
    ],
    [
      without("bn.bias", "final.bias")
        .set("bn.weight", { shape: [1, 7], data: new Float32Array(7) })
        .set("module.bn.bias", { shape: [7], data: new Float32Array(7) }),
      '"bn.weight" is [1,7], not [7]; "bn.bias" is missing; "final.bias" is missing; ' +
      '"module.bn.bias" is left over',
    ],
    [
      new Map([["other", { shape: [1], data: new Float32Array(1) }]]),
      ["conv.kernel", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
        .concat("attn.rpe_table", "up.kernel", "final.kernel")
        .map((name) => `"${name}" is missing`).join("; ") + "; and 3 more",
    ],
  ];
  for (const [tensors, list] of cases) {
    assert.throws(
      () => parameters.load(tensors),
      new CheckpointError(`Cannot load the checkpoint: ${list}`),
    );
  }
  assertSameBits(await parameters.stateDict(), state);
});

withGpu("Parameters.parameter() names a parameter that the network does not have", (gpu) => {
  using parameters = new Parameters(gpu, SPECS);
  assert.throws(() => parameters.parameter("conv9.kernel", true), /"conv9\.kernel"/);
});

withGpu("Parameters.clone() copies a network without statistics", async (gpu) => {
  const specs = SPECS.filter(({ kind }) => kind !== "statistic");
  const state = new Map([...randomBits(9)].filter(([name]) => !name.includes("running")));
  using parameters = new Parameters(gpu, specs);
  parameters.load(state);
  using copy = parameters.clone();
  copy.loadStatistics(new Map());
  assertSameBits(await copy.stateDict(), await parameters.stateDict());
  assert.equal((await copy.statisticsDict()).size, 0);
});
