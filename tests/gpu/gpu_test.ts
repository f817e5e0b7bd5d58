import assert from "node:assert/strict";
import {
  CapacityError,
  type Gpu,
  GpuHost,
  GpuLostError,
  GpuValidationError,
  type Kernel,
  launch,
  Program,
  splitGrid,
  WINDOW_BYTES,
} from "../../lib/gpu/mod.ts";
import { BufferPool, sizeClass } from "../../lib/gpu/pool.ts";
import { withGpu } from "../gpu.ts";

/** Adds a step to the place of its workgroup, so that a missing or doubled workgroup shows. */
const count = {
  name: "count",
  params: { groups: "u32", step: "u32" },
  bindings: ["write"],
  code: /* wgsl */ `
    struct Params { groups: u32, step: u32 }
    override WIDTH: u32 = 1;
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read_write> seen: array<u32>;
    var<workgroup> scratch: array<u32, WIDTH>;
    @compute @workgroup_size(WIDTH)
    fn main(
      @builtin(workgroup_id) wid: vec3u,
      @builtin(num_workgroups) num: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let group = wid.x + wid.y * num.x;
      if (group >= params.groups) { return; }
      scratch[lane] = 1u;
      seen[group * WIDTH + lane] += params.step * scratch[lane];
    }`,
} as const satisfies Kernel;

/** Copies the first quad of a window. */
const peek = {
  name: "peek",
  params: {},
  bindings: ["uniform", "write"],
  code: /* wgsl */ `
    @group(0) @binding(1) var<uniform> window: array<vec4u, ${WINDOW_BYTES / 16}>;
    @group(0) @binding(2) var<storage, read_write> seen: array<vec4u>;
    @compute @workgroup_size(1)
    fn main() { seen[0] = window[0]; }`,
} as const satisfies Kernel;

withGpu(
  "Gpu.run() binds a window where the launch says, which the buffer has to hold",
  async (gpu) => {
    const words = Uint32Array.from({ length: 192 }, (_, i) => i);
    using buffer = gpu.upload("words", words, WINDOW_BYTES - 256);
    using seen = gpu.buffer("seen", 16);
    const at = (window: number) =>
      gpu.run([launch(peek, {
        bindings: [{ buffer, offset: 256, size: 512 }, seen],
        window,
        workgroups: 1,
      })]);
    at(256);
    assert.deepEqual([...await gpu.read(seen, Uint32Array)], [128, 129, 130, 131]);
    assert.throws(
      () => at(512),
      (error) => error instanceof RangeError && /peek on "words" of/.test(error.message),
    );
  },
);

for (const groups of [0, 1, 65_535, 65_536, 200_001]) {
  withGpu(`Gpu.run() runs each of ${groups} workgroups once`, async (gpu) => {
    using seen = gpu.zeros("seen", Math.max(groups, 1) * 4);
    const params = { groups, step: 3 };
    gpu.run([launch(count, { params, bindings: [seen], workgroups: groups })]);
    const got = await gpu.read(seen, Uint32Array, groups);
    assert.equal(got.length, groups);
    assert.ok(got.every((value) => value === 3));
  });
}

Deno.test("splitGrid() covers the count with less than one row to spare", () => {
  for (const n of [0, 1, 65_535, 65_536, 65_537, 1_000_003]) {
    const [x, y] = splitGrid(n);
    assert.ok(x * y >= n && x * y - n < Math.max(x, 1) && x <= 65_535 && y <= 65_535);
  }
  for (const n of [-1, 0.5, NaN]) assert.throws(() => splitGrid(n), RangeError);
  assert.throws(() => splitGrid(65_535 * 65_535 + 1), CapacityError);
});

withGpu("Gpu.pipeline() specialises by constants and caches", (gpu) => {
  const before = gpu.stats.pipelines;
  const one = gpu.pipeline(count, { WIDTH: 4 });
  assert.equal(gpu.pipeline(count, { WIDTH: 4 }), one);
  assert.notEqual(gpu.pipeline(count, { WIDTH: 8 }), one);
  assert.equal(gpu.stats.pipelines, before + 2);
});

withGpu("Program.submit() runs again with new params and makes no new objects", async (gpu) => {
  using seen = gpu.zeros("seen", 64);
  using program = new Program(gpu, [
    launch(count, {
      constants: { WIDTH: 4 },
      params: { groups: 4, step: 1 },
      bindings: [seen],
      workgroups: 4,
    }),
  ]);
  const { submits, pipelines } = { ...gpu.stats };
  program.submit();
  program.setParams(0, count, { groups: 4, step: 10 });
  program.submit();
  assert.deepEqual([...await gpu.read(seen, Uint32Array, 16)], Array(16).fill(11));
  assert.equal(gpu.stats.submits, submits + 2);
  assert.equal(gpu.stats.pipelines, pipelines);
});

withGpu("Gpu.settled() throws what WebGPU refused", async (gpu) => {
  const broken = {
    name: "broken",
    code: "fn main( {",
    params: {},
    bindings: ["write"],
  } as const satisfies Kernel;
  using buffer = gpu.buffer("b", 16);
  gpu.run([launch(broken, { bindings: [buffer], workgroups: 1 })]);
  await assert.rejects(() => gpu.settled(), GpuValidationError);
  await gpu.settled();
});

withGpu("Gpu refuses what WebGPU would drop without a word", async (gpu) => {
  using buffer = gpu.buffer("small", 16);
  assert.throws(() => gpu.write(buffer, new Uint32Array(5)), RangeError);
  await assert.rejects(() => gpu.read(buffer, Uint32Array, 5), RangeError);
  assert.throws(() => gpu.buffer("huge", gpu.limits.maxBufferSize + 16), CapacityError);
  assert.throws(
    () => gpu.run([launch(count, { params: { groups: 1, step: 1 }, bindings: [], workgroups: 1 })]),
    TypeError,
  );
  const size = gpu.limits.maxStorageBufferBindingSize + 16;
  const bindings = [{ buffer, offset: 0, size }];
  assert.throws(
    () => gpu.run([launch(count, { params: { groups: 1, step: 1 }, bindings, workgroups: 1 })]),
    (error) => error instanceof CapacityError && /count on "small" of/.test(error.message),
  );
  const gone = gpu.buffer("gone", 16);
  gone.destroy();
  gone.destroy();
  assert.throws(() => gpu.write(gone, new Uint32Array(1)), /gone/);
});

Deno.test("BufferPool keeps no more than its capacity", () => {
  const destroyed: number[] = [];
  const pool = new BufferPool(
    (size) => ({ size, destroy: () => destroyed.push(size) }) as unknown as GPUBuffer,
    4096,
    2 ** 31 - 1,
  );
  const first = pool.take(1000);
  pool.give(first);
  assert.equal(pool.take(1001), first, "same size class");
  pool.give(first);
  const large = pool.take(4000);
  pool.give(large);
  assert.ok(pool.bytes <= 4096);
  assert.deepEqual(destroyed, [first.size]);
  pool.give(pool.take(8192));
  assert.ok(pool.bytes <= 4096);
});

Deno.test("BufferPool never makes a buffer beyond the adapter's limit, which need not be a multiple of 16", () => {
  // llvmpipe's; 2^31 itself is refused.
  const limit = 2 ** 31 - 1;
  const pool = new BufferPool(
    (size) => ({ size, destroy: () => {} }) as unknown as GPUBuffer,
    0,
    limit,
  );
  for (const bytes of [1_900_000_000, 2_000_000_000, 2_050_000_000, limit - 15]) {
    const { size } = pool.take(bytes);
    assert.ok(size >= bytes && size <= limit && size % 16 === 0, `${bytes} -> ${size}`);
  }
  assert.equal(pool.take(2_000_000_000).size, sizeClass(2_000_000_000));
});

Deno.test("sizeClass() wastes at most an eighth", () => {
  for (const n of [1, 256, 257, 1000, 65_537, 1_000_003]) {
    const size = sizeClass(n);
    assert.ok(size >= n && (size <= 256 || size <= n * 1.125 + 256), `${n} -> ${size}`);
    assert.equal(size % 16, 0);
  }
});

Deno.test({
  name: "GpuHost.get() gives a fresh device after the old one was lost",
  sanitizeResources: false,
  fn: async () => {
    const host = new GpuHost({});
    const old = await host.get();
    assert.equal(await host.get(), old);
    old.device.destroy();
    const lost = await old.lost;
    assert.ok(lost instanceof GpuLostError);
    assert.match(lost.message, /the GPU device was lost .* smaller blocks help \(--block-voxels\)/);
    assert.throws(() => old.buffer("late", 16), GpuLostError);
    const fresh: Gpu = await host.get();
    assert.notEqual(fresh, old);
    using buffer = fresh.upload("works", new Uint32Array([7]));
    assert.equal((await fresh.read(buffer, Uint32Array, 1))[0], 7);
    await host.close();
  },
});
