/**
 * Peak rates of GPUs: that of the adapter in hand, by two small kernels, and those that makers publish.
 */
import {
  type Gpu,
  groupsOf64,
  type Kernel,
  type Launch,
  launch,
  Program,
} from "../../lib/gpu/mod.ts";

/** What a GPU could do at best. */
export interface Peaks {
  readonly name: string;
  /** Float32 multiply-adds a second, outside of matrix units, which WebGPU does not reach. */
  readonly multiplyAdds: number;
  /** Bytes a second between the GPU and its memory. */
  readonly bytes: number;
  readonly source: string;
}

/** Peaks of GPUs that are not at hand. A multiply-add is two of the operations that makers count. */
export const PUBLISHED: readonly Peaks[] = [
  {
    name: "H100",
    multiplyAdds: 67e12 / 2,
    bytes: 3.35e12,
    source: "NVIDIA H100 Tensor Core GPU datasheet, SXM",
  },
  {
    name: "RTX 4090",
    multiplyAdds: 82.6e12 / 2,
    bytes: 1.008e12,
    source: "NVIDIA Ada GPU Architecture whitepaper",
  },
  {
    name: "RX 7900 XTX",
    multiplyAdds: 61.4e12 / 2,
    bytes: 0.96e12,
    source: "AMD Radeon RX 7900 XTX product page",
  },
  {
    name: "M2",
    multiplyAdds: 3.6e12 / 2,
    bytes: 0.1e12,
    source: "Apple, introduction of M2, June 2022, 10 GPU cores",
  },
];

/** Milliseconds that a measurement should take at least. */
const LONG_ENOUGH = 20;

const CHAINS = 8;
const UNROLLED = 4;
const LOOPS = 256;

/** Independent chains of multiply-adds, without loads: `LOOPS` × `UNROLLED` × `CHAINS` vec4f a thread. */
const multiplyAdd = {
  name: "multiply_add",
  code: `
struct Params { loops: u32, factor: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let f = vec4f(params.factor);
  let t = vec4f(f32(lane) * 1e-3);
  ${chains((c) => `var a${c} = t + vec4f(${c}.0);`)}
  for (var i = 0u; i < params.loops; i++) {
    ${chains((c) => `a${c} = fma(a${c}, f, t);`).repeat(UNROLLED)}
  }
  let sum = ${chains((c) => `${c === 0 ? "" : " + "}a${c}`)};
  // Never true, but not for the compiler: nothing is left out, and nothing is stored.
  if (sum.x == 12345.0) { y[wid.x + wid.y * num.x] = sum; }
}`,
  params: { loops: "u32", factor: "f32" },
  bindings: ["write"],
} as const satisfies Kernel;

function chains(text: (chain: number) => string): string {
  return Array.from({ length: CHAINS }, (_, chain) => text(chain)).join(" ");
}

/** y = x. */
const streamingCopy = {
  name: "streaming_copy",
  code: `
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i < params.count) { y[i] = x[i]; }
}`,
  params: { count: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Bytes that are copied; no cache of today's GPUs holds both sides. */
const COPIED = 2 ** 28;

/** Measures the peaks of the adapter in hand, the best of `rounds`. */
export async function measurePeaks(gpu: Gpu, rounds: number): Promise<Peaks> {
  using owned = new DisposableStack();
  const y = owned.use(gpu.buffer("sums", 2 ** 20));
  let groups = 32;
  const arithmetic = () => [
    launch(multiplyAdd, {
      params: { loops: LOOPS, factor: 0.999 },
      bindings: [y],
      workgroups: groups,
    }),
  ];
  while (groups < 2 ** 24 && await fastest(gpu, arithmetic(), 2) < LONG_ENOUGH) groups *= 2;
  const perGroup = 64 * LOOPS * UNROLLED * CHAINS * 4;
  const multiplyAdds = groups * perGroup / await fastest(gpu, arithmetic(), rounds) * 1e3;

  const size = Math.min(COPIED, gpu.limits.maxStorageBufferBindingSize);
  const from = owned.use(gpu.zeros("copied", size));
  const to = owned.use(gpu.zeros("copy", size));
  const count = size / 16;
  const copying = launch(streamingCopy, {
    params: { count },
    bindings: [from, to],
    workgroups: groupsOf64(count),
  });
  return {
    name: gpu.adapterName,
    multiplyAdds,
    bytes: 2 * size / await fastest(gpu, [copying], rounds) * 1e3,
    source: "measured in this run: a loop of fma, a streaming copy",
  };
}

/** Milliseconds of the fastest of several runs: by the GPU's own timestamps where there are any. */
async function fastest(
  gpu: Gpu,
  launches: readonly Launch[],
  rounds: number,
): Promise<number> {
  using program = new Program(gpu, launches, "peaks");
  const stamped = gpu.features.has("timestamp-query");
  let best = Infinity;
  // The first run compiles.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const milliseconds = stamped
      ? (await program.profile()).reduce((sum, { nanoseconds }) => sum + nanoseconds, 0) / 1e6
      : (program.submit(), await gpu.finished(), performance.now() - start);
    if (round > 0) best = Math.min(best, milliseconds);
  }
  return best;
}
