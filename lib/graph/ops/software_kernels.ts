/**
 * The family of matrix kernels for drivers that run on the CPU, such as llvmpipe: a thread is a lane of a vector
 * register there, barriers are dear, and every load costs, so a thread makes a tile of 16 x 16 sums by itself.
 *
 * @module
 */
import {
  conv,
  convStatistics,
  convWeightGradient,
  gemm,
  gemmWeightGradient,
} from "../../../kernels/matmul/records.ts";
import { TILE_ROWS } from "../../../kernels/sparse/pair_list.ts";
import { launch } from "../../gpu/mod.ts";
import {
  type KernelSizes,
  type MatrixKernels,
  type ProductChannels,
  quadsOf,
  weightBytes,
} from "./matrix_kernels.ts";
import { chunksOf } from "./split_reduction.ts";

/** Threads of a workgroup of the linear kernels. */
const WORKGROUP = 32;

/**
 * Threads of a workgroup of the convolution kernels. There are few threads and each runs long, so small workgroups
 * spread them evenly over the cores (with 32 threads, a convolution of 32 channels on 14,000 voxels made 5 workgroups for
 * two cores).
 */
const CONVOLUTION_WORKGROUP = 8;

/** Threads that have to remain where each takes several tiles: four vectors of 8 lanes for each of two cores. */
const BUSY_THREADS = 64;

/** Threads of a weight gradient that keep a device busy. */
const BUSY_GRADIENT_THREADS = 512;

/** llvmpipe ends the loops of a thread after 65,535 iterations altogether, without reporting it. */
const MAX_ITERATIONS = 60_000;

function paramsOf({ sumQuads, quads, sumStride, stride }: ProductChannels, bias: unknown) {
  return { sumQuads, quads, sumStride, stride, hasBias: Number(bias !== undefined) };
}

/** Quads of input channels that a thread of a convolution's weight gradient owns. */
function inputQuadsPerThread({ cin }: KernelSizes): 1 | 4 {
  return cin <= 4 ? 1 : 4;
}

/** The family `software`. */
export const SOFTWARE_KERNELS: MatrixKernels = {
  product(rows, channels, { x, weight, bias, y }) {
    const blocks = Math.ceil(rows / 16) * Math.ceil(channels.quads / 4);
    return launch(gemm, {
      constants: { TRANSPOSED: Number(channels.transposed) },
      params: { rows, ...paramsOf(channels, bias) },
      // Without a bias its binding is not read: any buffer will do.
      bindings: [x, weight, bias ?? weight, y],
      workgroups: Math.ceil(blocks / WORKGROUP),
    });
  },

  convolution(list, volume, channels, { x, weight, bias, y, statistics }) {
    const blocks = Math.ceil(channels.quads / 4);
    // With longer runs fewer groups of 16 pairs are half empty; but enough threads have to remain.
    const busy = Math.floor(list.tiles * blocks / BUSY_THREADS);
    const perTileAndOffset = TILE_ROWS / 16 * (channels.sumQuads + 1) + 2;
    const affordable = Math.floor(MAX_ITERATIONS / (volume * perTileAndOffset + TILE_ROWS));
    const span = Math.max(1, Math.min(4, busy, affordable));
    const offsetsPerLaunch = Math.floor((MAX_ITERATIONS / span - TILE_ROWS) / perTileAndOffset);
    const launches = [];
    for (let first = 0; first < volume; first += offsetsPerLaunch) {
      launches.push(launch(statistics ? convStatistics : conv, {
        constants: { TRANSPOSED: Number(channels.transposed) },
        params: {
          rows: list.rows,
          tiles: list.tiles,
          span,
          volume,
          first,
          end: Math.min(first + offsetsPerLaunch, volume),
          mirrored: Number(list.mirrored),
          ...paramsOf(channels, bias),
        },
        bindings: [x, weight, bias ?? weight, list.entries, list.offsets, y].concat(
          statistics ?? [],
        ),
        workgroups: Math.ceil(Math.ceil(list.tiles / span) * blocks / CONVOLUTION_WORKGROUP),
      }));
    }
    return launches;
  },

  linearGradient({ rows, cin, cout }) {
    const threads = Math.ceil(cin / 16) * Math.ceil(cout / 16);
    const bytes = weightBytes({ volume: 1, cin, cout });
    const chunks = chunksOf(rows, threads, bytes, 131_072, BUSY_GRADIENT_THREADS);
    return {
      count: chunks.count,
      launch: (bindings) =>
        launch(gemmWeightGradient, {
          params: {
            rows,
            chunkRows: chunks.size,
            chunks: chunks.count,
            inputQuads: quadsOf(cin),
            outputQuads: quadsOf(cout),
          },
          bindings,
          workgroups: Math.ceil(chunks.count * threads / WORKGROUP),
        }),
    };
  },

  convolutionGradient(sizes, list) {
    const { volume, cin, cout } = sizes;
    const inputQuads = inputQuadsPerThread(sizes);
    const threads = volume * Math.ceil(quadsOf(cin) / inputQuads) * Math.ceil(cout / 16);
    const chunks = chunksOf(list.tiles, threads, weightBytes(sizes), 2048, BUSY_GRADIENT_THREADS);
    return {
      count: chunks.count,
      launch: (bindings) =>
        launch(convWeightGradient, {
          constants: { INPUT_QUADS: inputQuads },
          params: {
            tiles: list.tiles,
            chunkTiles: chunks.size,
            chunks: chunks.count,
            volume,
            mirrored: Number(list.mirrored),
            inputQuads: quadsOf(cin),
            outputQuads: quadsOf(cout),
          },
          bindings,
          workgroups: Math.ceil(chunks.count * threads / CONVOLUTION_WORKGROUP),
        }),
    };
  },
};
