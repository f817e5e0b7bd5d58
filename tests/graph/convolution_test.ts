import assert from "node:assert/strict";
import {
  type Gpu,
  type GpuBuffer,
  HARDWARE_SETTINGS,
  type KernelSetting,
  type Launch,
  SOFTWARE_SETTING,
  WINDOW_BYTES,
} from "../../lib/gpu/mod.ts";
import { statisticsReference } from "../../lib/graph/ops/batch_norm.ts";
import {
  convolutionBackwardReference,
  convolutionForward,
  convolutionInputGradient,
  convolutionReference,
  convolutionWeightGradient,
  convolutionWeightGradientScratch,
} from "../../lib/graph/ops/convolution.ts";
import type { KernelSizes, PairOperand } from "../../lib/graph/ops/matrix_kernels.ts";
import { paddedChannels } from "../../lib/graph/tensor.ts";
import { packedLength, packKernel, unpackKernel } from "../../lib/nn/packing.ts";
import { coordinateKey, kernelOffsets, pairListReference } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { assertConvolution, denseConvolution, type Site } from "./dense_oracle.ts";
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

type HostList = PairOperand<Uint32Array>;

/** A convolution with both pair lists on the host. */
interface Case extends KernelSizes {
  readonly inputs: readonly Site[];
  readonly outputs: readonly Site[];
  readonly forward: HostList;
  readonly transposed: HostList;
}

interface Values {
  readonly x: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array | null;
  readonly dy: Float64Array;
}

/** Distinct sites: draws from a box of side `side` around the origin. */
function cloud(seed: number, draws: number, side: number): Site[] {
  const numbers = seededNumbers(seed, draws * 3).map((n) => Math.floor(n * side / 2));
  return distinct(Array.from({ length: draws }, (_, i) => [...numbers.slice(3 * i, 3 * i + 3)]));
}

function distinct(sites: number[][]): Site[] {
  const found = new Map(sites.map(([x, y, z]) => [coordinateKey(x!, y!, z!), [x!, y!, z!]]));
  return [...found.values()] as unknown as Site[];
}

function hostList(rows: readonly Site[], sources: readonly Site[], offsets: Site[]): HostList {
  const index = new Map(sources.map(([x, y, z], i) => [coordinateKey(x, y, z), i]));
  const coords = Int32Array.from(rows.flatMap(([x, y, z]) => [x, y, z, 0]));
  return {
    rows: rows.length,
    tiles: Math.ceil(rows.length / 64),
    mirrored: false,
    ...pairListReference(coords, index, offsets),
  };
}

function makeCase(
  inputs: readonly Site[],
  kernelSize: number,
  stride: number,
  cin: number,
  cout: number,
): Case {
  const outputs = stride === 1
    ? inputs
    : distinct(inputs.map((site) => site.map((c) => Math.floor(c / stride) * stride)));
  const offsets = kernelOffsets(kernelSize, 1);
  const forward = hostList(outputs, inputs, offsets);
  const isMirrored = stride === 1 && kernelSize % 2 === 1;
  const back = offsets.map(([x, y, z]): [number, number, number] => [-x, -y, -z]);
  const transposed = isMirrored ? { ...forward, mirrored: true } : hostList(inputs, outputs, back);
  return { inputs, outputs, volume: kernelSize ** 3, cin, cout, forward, transposed };
}

function makeValues(seed: number, c: Case, hasBias = false): Values {
  return {
    x: seededNumbers(seed, c.inputs.length * c.cin),
    weight: seededNumbers(seed + 1, c.volume * c.cin * c.cout),
    bias: hasBias ? seededNumbers(seed + 2, c.cout) : null,
    dy: seededNumbers(seed + 3, c.outputs.length * c.cout),
  };
}

function reference(c: Case, { x, weight, bias, dy }: Values) {
  return {
    y: convolutionReference(x, weight, bias, c.forward, c),
    ...convolutionBackwardReference(x, weight, dy, c.forward, c),
  };
}

/** Runs forward and backward on the GPU. dW is added to `before`, if given. */
async function onGpu(
  gpu: Gpu,
  kernels: KernelSetting,
  c: Case,
  values: Values,
  before: Float64Array | null = null,
) {
  using owned = new DisposableStack();
  const { volume, cin, cout } = c;
  const sizes = { kernels, volume, cin, cout };
  const shape = [volume, cin, cout];
  const upload = (label: string, data: ArrayBufferView, room = 0) =>
    owned.use(gpu.upload(label, data, room));
  const rows = (label: string, count: number, channels: number) =>
    owned.use(gpu.buffer(label, count * paddedChannels(channels) * 4));
  const list = (host: HostList) => ({
    ...host,
    entries: upload("entries", host.entries),
    offsets: upload("offsets", host.offsets),
    found: upload("found", host.found),
  });
  const x = upload("x", padRows(values.x, cin));
  const dy = upload("dy", padRows(values.dy, cout));
  const weight = upload("weight", packKernel(values.weight, shape), WINDOW_BYTES);
  const bias = values.bias ? upload("bias", padRows(values.bias, cout)) : undefined;
  const y = rows("y", c.outputs.length, cout);
  const dx = rows("dx", c.inputs.length, cin);
  const total = before
    ? upload("dW", packKernel(before, shape))
    : owned.use(gpu.buffer("dW", packedLength(shape) * 4));
  const forward = list(c.forward);
  const scratch = owned.use(
    gpu.buffer("scratch", convolutionWeightGradientScratch({ ...sizes, list: c.forward })),
  );
  const accumulate = before !== null;
  const launches: Launch[] = [
    ...convolutionForward({ ...sizes, list: forward, x, weight, bias, y }),
    ...convolutionInputGradient({ ...sizes, list: list(c.transposed), dy, weight, dx }),
    ...convolutionWeightGradient({
      ...sizes,
      list: forward,
      x,
      dy,
      total,
      scratch,
      accumulate,
    }),
  ];
  gpu.run(launches);
  const read = async (buffer: typeof y, count: number, channels: number) =>
    unpadRows(
      await gpu.read(buffer, Float32Array, count * paddedChannels(channels)),
      channels,
      buffer.label,
    );
  const packed = await gpu.read(total, Float32Array, packedLength(shape));
  const dweight = unpackKernel(packed, shape);
  assert.deepEqual(packKernel(dweight, shape), packed, "padding of dW must stay zero");
  return {
    y: await read(y, c.outputs.length, cout),
    dx: await read(dx, c.inputs.length, cin),
    dweight,
  };
}

Deno.test("convolutionBackwardReference() has the gradients of central differences", () => {
  const c = makeCase(cloud(1, 20, 4), 3, 2, 2, 3);
  const { x, weight, dy } = makeValues(2, c);
  const { dx, dweight } = convolutionBackwardReference(x, weight, dy, c.forward, c);
  const loss = (x: Float64Array, weight: Float64Array) =>
    dot(convolutionReference(x, weight, null, c.forward, c), dy);
  assertClose(dx, centralDifferences((at) => loss(at, weight), x), 1e-8, "dx");
  assertClose(dweight, centralDifferences((at) => loss(x, at), weight), 1e-8, "dW");
});

for (const [kernelSize, stride] of [[1, 1], [2, 1], [3, 1], [5, 1], [2, 2], [3, 2]] as const) {
  for (
    const [what, sites] of [
      ["an empty cloud", []],
      ["one voxel", [[-3, 5, 0]]],
      ["a tiny cloud", cloud(kernelSize, 60, 5)],
    ] as const
  ) {
    withGpu(
      `convolution agrees with a dense one: kernel ${kernelSize}, stride ${stride}, ${what}`,
      async (gpu) => {
        const c = makeCase(sites, kernelSize, stride, 3, 5);
        const values = makeValues(10 * kernelSize + stride, c);
        const dense = denseConvolution({ ...c, kernelSize }, values.x, values.weight, values.dy);
        assertConvolution(reference(c, values), dense, 1e-12, "reference");
        for (const kernels of settingsOf(1)) {
          assertConvolution(await onGpu(gpu, kernels, c, values), dense, TOLERANCE, kernels.name);
        }
      },
    );
  }
}

// Channels cross the edges of blocks (4 in a quad, 16 in a thread, 32 and 64 in a tile of the family hardware); voxels
// suffice for several tiles and chunks. Each setting of the family hardware, the last number, has a case: compiling costs most of the time.
const CASES = [
  [4, 16, 5, 1, 900, 14, 3],
  [16, 16, 3, 1, 3000, 24],
  [1, 1, 3, 1, 300, 8],
  [3, 20, 3, 2, 700, 12],
  [17, 13, 3, 1, 700, 12],
  [20, 36, 2, 2, 1200, 14, 2],
  [68, 8, 3, 1, 300, 8, 0],
  [2, 260, 3, 1, 2800, 20, 1],
  // The weights of an offset take two windows, the second of which does not begin with a block.
  [140, 132, 2, 1, 40, 4],
] as const;
for (const [cin, cout, kernelSize, stride, draws, side, hardware] of CASES) {
  withGpu(
    `convolution agrees with its reference: ${cin} to ${cout} channels, kernel ${kernelSize}, stride ${stride}`,
    async (gpu) => {
      const c = makeCase(cloud(cin + cout, draws, side), kernelSize, stride, cin, cout);
      const values = makeValues(cin * cout, c, true);
      const expected = reference(c, values);
      for (const kernels of settingsOf(hardware)) {
        assertConvolution(await onGpu(gpu, kernels, c, values), expected, TOLERANCE, kernels.name);
      }
    },
  );
}

withGpu(
  "convolutionForward() has a launch for each window of the weights",
  async (gpu) => {
    // 75 blocks of weights for each of 343 offsets; 13 offsets fit a window.
    const c = makeCase(cloud(3, 120, 5), 7, 1, 300, 2);
    assert.equal(launchCount(c), 27);
    const values = makeValues(4, c, true);
    const results = await onGpu(gpu, SOFTWARE_SETTING, c, values);
    assertConvolution(results, reference(c, values), TOLERANCE, "WGSL");
  },
);

withGpu(
  "convolutionForward() leaves the statistics of every tile beside the same y",
  async (gpu) => {
    for (
      const [cin, cout, kernelSize, stride, draws, side] of [
        [17, 13, 3, 1, 700, 12],
        [3, 70, 2, 2, 1200, 14],
        [4, 16, 3, 1, 40, 5],
        // Its offsets are split over two launches by the software family.
        [300, 2, 7, 1, 120, 5],
      ] as const
    ) {
      const c = makeCase(cloud(cin, draws, side), kernelSize, stride, cin, cout);
      const values = makeValues(11, c, true);
      for (const kernels of [SOFTWARE_SETTING, ...HARDWARE_SETTINGS.slice(0, 2)]) {
        using owned = new DisposableStack();
        const upload = (label: string, data: ArrayBufferView, room = 0) =>
          owned.use(gpu.upload(label, data, room));
        const rows = c.forward.rows;
        const chunks = c.forward.tiles;
        const width = paddedChannels(cout);
        const operands = {
          kernels,
          ...c,
          list: {
            ...c.forward,
            entries: upload("entries", c.forward.entries),
            offsets: upload("offsets", c.forward.offsets),
            found: upload("found", c.forward.found),
          },
          x: upload("x", padRows(values.x, cin)),
          weight: upload("weight", packKernel(values.weight, [c.volume, cin, cout]), WINDOW_BYTES),
          // Up to four channels without a bias have kernels of their own.
          bias: cin > 4 ? upload("bias", padRows(values.bias!, cout)) : undefined,
        };
        const read = async (buffer: GpuBuffer, count: number) =>
          unpadRows(await gpu.read(buffer, Float32Array, count * width), cout, buffer.label);
        const y = owned.use(gpu.buffer("y", rows * width * 4));
        gpu.run(convolutionForward({ ...operands, y }));
        const plain = await read(y, rows);
        const statistics = owned.use(gpu.buffer("statistics", chunks * 2 * width * 4));
        gpu.run(convolutionForward({ ...operands, y, statistics }));
        assert.deepEqual(await read(y, rows), plain, kernels.name);
        const got = await read(statistics, chunks * 2);
        for (let tile = 0; tile < chunks; tile++) {
          const count = Math.min(64, rows - 64 * tile);
          const part = plain.subarray(64 * tile * cout, (64 * tile + count) * cout);
          const { mean, variance } = statisticsReference(part, count);
          const [at, next] = [2 * tile * cout, (2 * tile + 1) * cout];
          const name = `${kernels.name}, tile ${tile} of ${cin} to ${cout} channels`;
          assertClose(got.subarray(at, next), mean, TOLERANCE, `mean by ${name}`);
          const m2 = variance.map((value) => value * count);
          assertClose(got.subarray(next, next + cout), m2, TOLERANCE, `deviations by ${name}`);
        }
      }
    }
  },
);

function launchCount(c: Case): number {
  const list = { ...c.forward, entries: 0, offsets: 0, found: 0 };
  return convolutionForward({ kernels: SOFTWARE_SETTING, ...c, list, x: 0, weight: 0, y: 0 })
    .length;
}

withGpu(
  "convolution of up to four channels has the same bits without a bias and with one of zeros",
  async (gpu) => {
    for (
      const [cin, cout, kernelSize, stride, draws, side] of [
        [4, 16, 5, 1, 900, 14],
        [3, 34, 3, 2, 700, 12],
        // Its offsets are split over two launches, and so are its gradient's.
        [1, 20, 7, 1, 120, 5],
      ] as const
    ) {
      const c = makeCase(cloud(cin, draws, side), kernelSize, stride, cin, cout);
      const values = makeValues(12, c);
      const plain = await onGpu(gpu, SOFTWARE_SETTING, c, values);
      const biased = { ...values, bias: new Float64Array(cout) };
      assert.deepEqual(plain.y, (await onGpu(gpu, SOFTWARE_SETTING, c, biased)).y);
      assertConvolution(plain, reference(c, values), TOLERANCE, `${cin} to ${cout} channels`);
    }
  },
);

withGpu("convolutionWeightGradient() adds to the gradient on request", async (gpu) => {
  for (const draws of [0, 60, 2000]) {
    const c = makeCase(cloud(5, draws, 20), 3, 1, 6, 7);
    const values = makeValues(6, c);
    const before = seededNumbers(7, c.volume * c.cin * c.cout);
    const expected = reference(c, values).dweight.map((value, i) => value + before[i]!);
    for (const kernels of settingsOf(0)) {
      const { dweight } = await onGpu(gpu, kernels, c, values, before);
      assertClose(dweight, expected, TOLERANCE, `dW after ${draws} draws by ${kernels.name}`);
    }
  }
});

withGpu("convolution gives the same bits twice", async (gpu) => {
  const c = makeCase(cloud(8, 3000, 24), 3, 1, 16, 16);
  const values = makeValues(9, c, true);
  for (const kernels of settingsOf(0)) {
    const bytes = convolutionWeightGradientScratch({ kernels, ...c, list: c.forward });
    assert.ok(bytes > packedLength([c.volume, c.cin, c.cout]) * 4, "several chunks");
    const first = await onGpu(gpu, kernels, c, values);
    assert.deepEqual(await onGpu(gpu, kernels, c, values), first, kernels.name);
  }
});
