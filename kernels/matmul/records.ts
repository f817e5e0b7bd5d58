/**
 * Records of the kernels behind sparse convolutions and linear layers. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Extent, Kernel, Launch } from "../../lib/gpu/kernel.ts";
import { elements, perElement } from "../../lib/gpu/work.ts";
import convNarrowCode from "./conv_narrow.wgsl" with { type: "text" };
import convCode from "./conv.wgsl" with { type: "text" };
import convStatisticsCode from "./conv_statistics.wgsl" with { type: "text" };
import convStatisticsTiledCode from "./conv_statistics_tiled.wgsl" with { type: "text" };
import convTiledCode from "./conv_tiled.wgsl" with { type: "text" };
import convWeightGradientCode from "./conv_weight_gradient.wgsl" with { type: "text" };
import convWeightGradientTiledCode from "./conv_weight_gradient_tiled.wgsl" with { type: "text" };
import gemmCode from "./gemm.wgsl" with { type: "text" };
import gemmTiledCode from "./gemm_tiled.wgsl" with { type: "text" };
import gemmWideCode from "./gemm_wide.wgsl" with { type: "text" };
import gemmWeightGradientCode from "./gemm_weight_gradient.wgsl" with { type: "text" };
import gemmWeightGradientTiledCode from "./gemm_weight_gradient_tiled.wgsl" with { type: "text" };
import noStatisticsCode from "./no_statistics.wgsl" with { type: "text" };
import outerProductsCode from "./outer_products.wgsl" with { type: "text" };
import rowTilesCode from "./row_tiles.wgsl" with { type: "text" };
import sumChunksCode from "./sum_chunks.wgsl" with { type: "text" };
import sumRowsCode from "./sum_rows.wgsl" with { type: "text" };
import tiledOuterProductsCode from "./tiled_outer_products.wgsl" with { type: "text" };
import tiledRowsCode from "./tiled_rows.wgsl" with { type: "text" };

/**
 * Multiply-adds of a kernel that multiplies the channels of two bindings for every pair of a list, which is its binding
 * `entries`: one number for each pair. A launch over some of the offsets is taken to have their share of the pairs.
 */
function pairProducts(
  [input, output, entries]: readonly [number, number, number],
): (launch: Launch<Extent>) => number {
  return (launch) => {
    const { bindings } = launch;
    const { volume, first = 0, end = volume } = launch.params as Record<string, number>;
    const share = (end! - first) / volume! * shareOfChannels(launch);
    return share * bindings[entries]!.channels * bindings[input]!.channels *
      bindings[output]!.channels;
  };
}

/** The share of its summed channels and columns that a launch goes through. */
function shareOfChannels({ params }: Launch<Extent>): number {
  const { firstSum, endSum, sumQuads, firstColumn, endColumn, quads } = params as Record<
    string,
    number
  >;
  if (endSum === undefined) return 1;
  return (endSum - firstSum!) / sumQuads! * (endColumn! - firstColumn!) / quads!;
}

/** How a launch goes through the weights in its window. */
const WINDOW_OF_WEIGHTS = {
  sumQuads: "u32",
  quads: "u32",
  sumStride: "u32",
  stride: "u32",
  firstBlock: "u32",
  firstSum: "u32",
  endSum: "u32",
  firstColumn: "u32",
  endColumn: "u32",
} as const;

/** The same of launches that may begin with a bias. */
const WINDOW_PARAMS = { ...WINDOW_OF_WEIGHTS, hasBias: "u32" } as const;

/** y[o] = bias + sum over k of W[k] x[source(o, k)], and its dx. Bindings: x, weight, bias, entries, offsets, y. */
export const conv = {
  name: "conv",
  code: rowTilesCode + noStatisticsCode + convCode,
  params: {
    rows: "u32",
    tiles: "u32",
    volume: "u32",
    first: "u32",
    end: "u32",
    mirrored: "u32",
    ...WINDOW_PARAMS,
  },
  bindings: ["read", "uniform", "read", "read", "read", "write"],
  rows: { x: 0 },
  work: {
    multiplyAdds: pairProducts([0, 5, 3]),
  },
} as const satisfies Kernel;

/**
 * {@link conv} that leaves mean and squared deviations of each tile of y. Bindings: x, weight, bias, entries, offsets, y,
 * partials.
 */
export const convStatistics = {
  name: "conv_statistics",
  code: rowTilesCode + convStatisticsCode + convCode,
  params: conv.params,
  bindings: ["read", "uniform", "read", "read", "read", "write", "write"],
  rows: conv.rows,
  work: {
    multiplyAdds: (launch) => conv.work.multiplyAdds(launch) + 3 * elements(launch, 5),
  },
} as const satisfies Kernel;

/** {@link conv} for one quad of summed channels, without a bias. Bindings: x, weight, entries, offsets, found, y. */
export const convNarrow = {
  name: "conv_narrow",
  code: rowTilesCode + noStatisticsCode + convNarrowCode,
  params: {
    rows: "u32",
    tiles: "u32",
    volume: "u32",
    first: "u32",
    end: "u32",
    mirrored: "u32",
    ...WINDOW_OF_WEIGHTS,
  },
  bindings: ["read", "uniform", "read", "read", "read", "write"],
  rows: conv.rows,
  work: {
    multiplyAdds: pairProducts([0, 5, 2]),
  },
} as const satisfies Kernel;

/**
 * {@link convNarrow} that leaves statistics as {@link convStatistics}. Bindings: x, weight, entries, offsets, found, y,
 * partials.
 */
export const convNarrowStatistics = {
  name: "conv_narrow_statistics",
  code: rowTilesCode + convStatisticsCode + convNarrowCode,
  params: convNarrow.params,
  bindings: ["read", "uniform", "read", "read", "read", "write", "write"],
  rows: conv.rows,
  work: {
    multiplyAdds: (launch) => convNarrow.work.multiplyAdds(launch) + 3 * elements(launch, 5),
  },
} as const satisfies Kernel;

/** dW of {@link conv}, a partial sum for each chunk of tiles. Bindings: x, dy, entries, offsets, partial. */
export const convWeightGradient = {
  name: "conv_weight_gradient",
  code: outerProductsCode + convWeightGradientCode,
  params: {
    tiles: "u32",
    chunkTiles: "u32",
    chunks: "u32",
    volume: "u32",
    mirrored: "u32",
    inputQuads: "u32",
    outputQuads: "u32",
  },
  bindings: ["read", "read", "read", "read", "write"],
  rows: { x: 0, dy: 1 },
  work: {
    multiplyAdds: pairProducts([0, 1, 2]),
  },
} as const satisfies Kernel;

/** y = x W + bias by rows, and its dx. Bindings: x, weight, bias, y. */
export const gemm = {
  name: "gemm",
  code: rowTilesCode + gemmCode,
  params: {
    rows: "u32",
    ...WINDOW_PARAMS,
  },
  bindings: ["read", "uniform", "read", "write"],
  rows: { x: 0 },
  work: {
    multiplyAdds: (launch) =>
      elements(launch, 0) * launch.bindings[3]!.channels * shareOfChannels(launch),
  },
} as const satisfies Kernel;

/** {@link gemm} by weights in a storage buffer. Bindings: x, weight, bias, y. */
export const gemmWide = {
  name: "gemm_wide",
  code: gemmWideCode,
  params: {
    rows: "u32",
    sumQuads: "u32",
    quads: "u32",
    sumStride: "u32",
    stride: "u32",
    hasBias: "u32",
  },
  bindings: ["read", "read", "read", "write"],
  rows: { x: 0 },
  work: gemm.work,
} as const satisfies Kernel;

/** dW of {@link gemm}, a partial sum for each chunk of rows. Bindings: x, dy, partial. */
export const gemmWeightGradient = {
  name: "gemm_weight_gradient",
  code: outerProductsCode + gemmWeightGradientCode,
  params: { rows: "u32", chunkRows: "u32", chunks: "u32", inputQuads: "u32", outputQuads: "u32" },
  bindings: ["read", "read", "write"],
  rows: { x: 0, dy: 1 },
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * launch.bindings[1]!.channels,
  },
} as const satisfies Kernel;

/** {@link conv} for hardware. Bindings: x, weight, bias, entries, offsets, y. */
export const convTiled = {
  name: "conv_tiled",
  code: tiledRowsCode + noStatisticsCode + convTiledCode,
  params: {
    rows: "u32",
    tiles: "u32",
    volume: "u32",
    first: "u32",
    end: "u32",
    mirrored: "u32",
    sumQuads: "u32",
    quads: "u32",
    sumStride: "u32",
    stride: "u32",
    hasBias: "u32",
  },
  bindings: ["read", "read", "read", "read", "read", "write"],
  rows: { x: 0, y: 5 },
  work: conv.work,
} as const satisfies Kernel;

/** {@link convStatistics} for hardware. Bindings: x, weight, bias, entries, offsets, y, partials. */
export const convStatisticsTiled = {
  name: "conv_statistics_tiled",
  code: tiledRowsCode + convStatisticsTiledCode + convTiledCode,
  params: convTiled.params,
  bindings: ["read", "read", "read", "read", "read", "write", "write"],
  rows: convTiled.rows,
  work: convStatistics.work,
} as const satisfies Kernel;

/** {@link convWeightGradient} for hardware. Bindings: x, dy, entries, offsets, partial. */
export const convWeightGradientTiled = {
  name: "conv_weight_gradient_tiled",
  code: tiledOuterProductsCode + convWeightGradientTiledCode,
  params: convWeightGradient.params,
  bindings: convWeightGradient.bindings,
  rows: convWeightGradient.rows,
  work: convWeightGradient.work,
} as const satisfies Kernel;

/** {@link gemm} for hardware. Bindings: x, weight, bias, y. */
export const gemmTiled = {
  name: "gemm_tiled",
  code: tiledRowsCode + gemmTiledCode,
  params: gemmWide.params,
  bindings: gemmWide.bindings,
  rows: { x: 0, y: 3 },
  work: gemm.work,
} as const satisfies Kernel;

/** {@link gemmWeightGradient} for hardware. Bindings: x, dy, partial. */
export const gemmWeightGradientTiled = {
  name: "gemm_weight_gradient_tiled",
  code: tiledOuterProductsCode + gemmWeightGradientTiledCode,
  params: gemmWeightGradient.params,
  bindings: gemmWeightGradient.bindings,
  rows: gemmWeightGradient.rows,
  work: gemmWeightGradient.work,
} as const satisfies Kernel;

/** Column sums of rows, a partial sum for each chunk of rows. Bindings: x, partial. */
export const sumRows = {
  name: "sum_rows",
  code: sumRowsCode,
  params: { rows: "u32", chunkRows: "u32", chunks: "u32", quads: "u32" },
  bindings: ["read", "write"],
  rows: { x: 0 },
  work: {
    multiplyAdds: perElement(0, 1),
    fusable: true,
  },
} as const satisfies Kernel;

/** Adds the partial sums of chunks in order. Bindings: partial, total. */
export const sumChunks = {
  name: "sum_chunks",
  code: sumChunksCode,
  params: { count: "u32", chunks: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    bytesRead: ({ constants: { ADD }, bindings: [partial, total] }) =>
      partial!.bytes + ADD! * total!.bytes,
    fusable: true,
  },
} as const satisfies Kernel;
