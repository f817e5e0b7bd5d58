/**
 * Sparse convolutions on the surface of a room, forward and both gradients, against our own dense GEMM in the same run.
 * Only the multiply-adds of neighbours that exist are counted.
 */
import { type Gpu, WINDOW_BYTES } from "../../lib/gpu/mod.ts";
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  convolutionWeightGradientScratch,
} from "../../lib/graph/ops/convolution.ts";
import { linearWeightGradient, linearWeightGradientScratch } from "../../lib/graph/ops/linear.ts";
import { packedLength } from "../../lib/nn/packing.ts";
import { type KernelMap, Pyramid } from "../../lib/sparse/mod.ts";
import { gemmContender } from "./gemm.ts";
import { anyNumbers, launchContender, measureRates, tableLine } from "./measure.ts";

/** [kernel size, cin, cout]: the planes of the embedded student, its stem, and those of larger MinkUNets. */
const LAYERS = [
  [3, 64, 64],
  [3, 16, 16],
  [3, 32, 32],
  [3, 48, 48],
  [3, 96, 96],
  [3, 128, 128],
  [3, 48, 32],
  [5, 4, 16],
  [5, 4, 32],
] as const;

/** Surface voxels of 5 cm of a room of 3.0 x 2.4 x 2.4 m with four pieces of furniture, in a shuffled order. */
export function roomSurface(): Int32Array {
  const boxes: [number, number, number, number, number, number][] = [
    [0, 0, 0, 59, 47, 47],
    [8, 8, 1, 23, 20, 15],
    [40, 5, 1, 55, 12, 40],
    [25, 34, 1, 31, 40, 9],
    [42, 30, 1, 55, 44, 14],
  ];
  const sites = new Map<string, [number, number, number]>();
  for (const [x0, y0, z0, x1, y1, z1] of boxes) {
    for (let x = x0; x <= x1; x++) {
      for (let y = y0; y <= y1; y++) {
        for (let z = z0; z <= z1; z++) {
          const isFace = x === x0 || x === x1 || y === y0 || y === y1 || z === z0 || z === z1;
          if (isFace) sites.set([x, y, z].join(), [x, y, z]);
        }
      }
    }
  }
  const shuffled = [...sites.values()].map((site, i) => ({ site, key: Math.imul(i, 0x9e3779b1) }));
  shuffled.sort((a, b) => a.key - b.key);
  return Int32Array.from(shuffled.flatMap(({ site }) => [...site, 0]));
}

async function layerRates(
  gpu: Gpu,
  map: KernelMap,
  cin: number,
  cout: number,
  rounds: number,
): Promise<number[]> {
  using owned = new DisposableStack();
  const { volume, forward, transposed, inRows, outRows } = map;
  const rows = (label: string, count: number, channels: number) =>
    owned.use(gpu.upload(label, anyNumbers(count * channels)));
  const x = rows("x", inRows, cin);
  const y = rows("y", outRows, cout);
  const dx = rows("dx", inRows, cin);
  const dy = rows("dy", outRows, cout);
  const packed = anyNumbers(packedLength([volume, cin, cout]));
  const weight = owned.use(gpu.upload("weight", packed, WINDOW_BYTES));
  const total = rows("dW", packedLength([volume, cin, cout]), 1);
  const sizes = { kernels: gpu.kernels, volume, cin, cout };
  const scratch = owned.use(
    gpu.buffer("scratch", convolutionWeightGradientScratch({ ...sizes, list: forward })),
  );
  const flop = 2 * forward.pairs * cin * cout;
  const contenders = [
    ["forward", convolutionForward({ ...sizes, list: forward, x, weight, y })],
    ["dx", convolutionInputGradient({ ...sizes, list: transposed, dy, weight, dx })],
    [
      "dW",
      convolutionWeightGradient({
        ...sizes,
        list: forward,
        x,
        dy,
        total,
        scratch,
        accumulate: false,
      }),
    ],
  ] as const;
  return await measureRates([
    gemmContender(gpu, owned, 1024, 1024, 1024),
    ...contenders.map(([name, launches]) => launchContender(gpu, owned, name, flop, launches)),
  ], rounds);
}

/** Prints one line for each layer. */
export async function benchConvolution(gpu: Gpu, rounds: number): Promise<void> {
  const sites = roomSurface();
  const count = sites.length / 4;
  using coords = gpu.upload("sites", sites);
  using pyramid = await Pyramid.build(gpu, coords, count, 0);
  const maps = new Map<number, KernelMap>();
  for (const kernelSize of [3, 5]) {
    const [map] = await pyramid.kernelMaps([{ kernelSize, stride: 1, dilation: 1, from: 0 }]);
    maps.set(kernelSize, map!);
    const neighbours = (map!.forward.pairs / count).toFixed(1);
    console.log(`room surface: ${count} voxels, ${neighbours} of ${kernelSize}^3 neighbours each`);
  }
  console.log(
    tableLine("sparse convolution, GFLOP/s", ["gemm", "forward", "dx", "dW", "fwd/gemm"]),
  );
  for (const [kernelSize, cin, cout] of LAYERS) {
    const rates = await layerRates(gpu, maps.get(kernelSize)!, cin, cout, rounds);
    const label = `  ${kernelSize}x${kernelSize}x${kernelSize}, ${cin} to ${cout}`;
    console.log(tableLine(label, [...rates, rates[1]! / rates[0]!]));
  }
}

/** Prints one line for each shape: forward and weight gradient of linear layers. */
export async function benchLinear(gpu: Gpu, rounds: number): Promise<void> {
  console.log(tableLine("linear layer, GFLOP/s", ["forward", "dW"]));
  for (
    const [rows, cin, cout] of [[20_000, 96, 96], [20_000, 32, 16], [20_000, 32, 384]] as const
  ) {
    using owned = new DisposableStack();
    const shape = { kernels: gpu.kernels, rows, cin, cout };
    const x = owned.use(gpu.upload("x", anyNumbers(rows * cin)));
    const dy = owned.use(gpu.upload("dy", anyNumbers(rows * cout)));
    const total = owned.use(gpu.buffer("dW", cin * cout * 4));
    const scratch = owned.use(gpu.buffer("scratch", linearWeightGradientScratch(shape)));
    const launches = linearWeightGradient({ ...shape, x, dy, total, scratch, accumulate: false });
    const rates = await measureRates([
      gemmContender(gpu, owned, rows, cout, cin),
      launchContender(gpu, owned, "dW", 2 * rows * cin * cout, launches),
    ], rounds);
    console.log(tableLine(`  ${rows} rows, ${cin} to ${cout}`, rates));
  }
}
