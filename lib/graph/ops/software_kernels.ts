/**
 * The family of matrix kernels for drivers that run on the CPU, such as llvmpipe: a thread is a lane of a vector
 * register there, barriers are dear, and every load of a storage buffer costs. So a thread makes 4 rows of up to 32
 * columns by itself, and weights are read through windows of uniform memory, one launch for each.
 *
 * @module
 */
import {
  conv,
  convNarrow,
  convNarrowStatistics,
  convStatistics,
  convWeightGradient,
  gemm,
  gemmWeightGradient,
  gemmWide,
} from "../../../kernels/matmul/records.ts";
import { minBy } from "@std/collections/min-by";
import { launch, WINDOW_BYTES } from "../../gpu/mod.ts";
import {
  type MatrixKernels,
  type ProductChannels,
  quadsOf,
  weightBytes,
} from "./matrix_kernels.ts";
import { chunksOf } from "./split_reduction.ts";

/** Threads of a workgroup of the linear kernels. */
const WORKGROUP = 32;

/**
 * Threads of a workgroup of the convolution kernels and of the weight gradients. There are few threads and each runs long,
 * so small workgroups spread them evenly over the cores (with 32 threads, a convolution of 32 channels on 14,000 voxels
 * made 5 workgroups for two cores).
 */
const LONG_WORKGROUP = 8;

/** Blocks of 16 x 16 weights, over all chunks of a gradient, that keep a device busy. */
const BUSY_GRADIENT_BLOCKS = 512;

/** Blocks of weights in a window, and where windows may begin. */
const WINDOW_BLOCKS = WINDOW_BYTES / 64;
const WINDOW_STEP = 256 / 64;

/** Quads of columns that a thread makes, of narrow and of other layers. With 16 compiling takes twice as long. */
const [NARROW, COLUMNS] = [4, 8];

/** Blocks of 16 x 16 weights whose gradient a thread may sum: by input and by output. */
const GRADIENT_BLOCKS = [[1, 1], [2, 1], [3, 1], [2, 2]] as const;

/** What loading 16 channels takes, by what the products of a block do. */
const BLOCK_LOADS = 5;

/**
 * Summed quads that a window has to have where a product takes several: each launch loads and stores y, which with fewer
 * takes longer than loads of weights from a storage buffer.
 */
const LEAST_SUMMED = 8;

/** How many groups of `blocks` weights fit a window, if the first is one of them. */
function fittingGroups(blocks: number): number {
  // A window may have to begin some blocks before the first group.
  const lost = blocks % WINDOW_STEP === 0 ? 0 : WINDOW_STEP - 1;
  return Math.floor((WINDOW_BLOCKS - lost) / blocks);
}

/** What a launch needs that multiplies by quads first <= i < end of the input channels, from block `at` of the weights on. */
function windowOf(
  { transposed, sumQuads, quads, sumStride, stride }: ProductChannels,
  at: number,
  first: number,
  end: number,
) {
  const [firstSum, endSum] = transposed ? [0, sumQuads] : [first, end];
  const [firstColumn, endColumn] = transposed ? [first, end] : [0, quads];
  const firstBlock = at % WINDOW_STEP;
  const made = endColumn - firstColumn;
  const columns = made <= NARROW ? NARROW : COLUMNS;
  return {
    constants: { TRANSPOSED: Number(transposed), COLUMNS: columns },
    params: {
      sumQuads,
      quads,
      sumStride,
      stride,
      firstBlock,
      firstSum,
      endSum,
      firstColumn,
      endColumn,
    },
    window: (at - firstBlock) * 64,
    threads: Math.ceil(made / columns),
  };
}

/** Windows over weights [inputs][columns], each as many quads of input channels as fit one. */
function windows(channels: ProductChannels, at = 0): ReturnType<typeof windowOf>[] {
  const [inputs, columns] = channels.transposed
    ? [channels.quads, channels.sumQuads]
    : [channels.sumQuads, channels.quads];
  const fitting = inputs * columns <= WINDOW_BLOCKS && at % WINDOW_STEP === 0
    ? inputs
    : fittingGroups(columns);
  if (fitting === 0) {
    throw new RangeError(
      `Cannot convolve by rows of ${columns * 4} weights: the software kernels take ${
        WINDOW_BLOCKS * 4
      } at most`,
    );
  }
  const size = Math.ceil(inputs / Math.ceil(inputs / fitting));
  const found = [];
  for (let first = 0; first < inputs; first += size) {
    const end = Math.min(first + size, inputs);
    found.push(windowOf(channels, at + first * columns, first, end));
  }
  return found;
}

/** Quads of input and output channels whose weights' gradient a thread sums, and how many threads that takes. */
function gradientParts({ cin, cout }: { cin: number; cout: number }) {
  const partsOf = ([inputs, outputs]: readonly [number, number]) =>
    Math.ceil(cin / 16 / inputs) * Math.ceil(cout / 16 / outputs);
  const blocks = minBy(
    GRADIENT_BLOCKS,
    ([inputs, outputs]) =>
      partsOf([inputs, outputs]) * (BLOCK_LOADS * (inputs + outputs) + inputs * outputs),
  )!;
  return {
    constants: { INPUT_QUADS: cin <= 4 ? 1 : 4 * blocks[0], OUTPUT_QUADS: 4 * blocks[1] },
    threads: partsOf(blocks),
  };
}

/** The family `software`. */
export const SOFTWARE_KERNELS: MatrixKernels = {
  sumsInMemory: true,

  product(rows, channels, { x, weight, bias, y }) {
    const { transposed, sumQuads, quads, sumStride, stride } = channels;
    const fitting = fittingGroups(transposed ? sumQuads : quads);
    const isSingle = sumQuads * quads <= WINDOW_BLOCKS;
    if (!isSingle && fitting < (transposed ? 1 : LEAST_SUMMED)) {
      const threads = Math.ceil(rows / 16) * Math.ceil(quads / 4);
      return [launch(gemmWide, {
        constants: { TRANSPOSED: Number(transposed) },
        params: {
          rows,
          sumQuads,
          quads,
          sumStride,
          stride,
          hasBias: Number(bias !== undefined),
        },
        bindings: [x, weight, bias ?? weight, y],
        workgroups: Math.ceil(threads / WORKGROUP),
      })];
    }
    return windows(channels).map(({ constants, params, window, threads }) =>
      launch(gemm, {
        constants: { ...constants, CONTINUED: Number(params.firstSum > 0) },
        params: { rows, ...params, hasBias: Number(bias !== undefined) },
        // Without a bias its binding is not read: any buffer will do.
        bindings: [x, weight, bias ?? weight, y],
        window,
        workgroups: Math.ceil(Math.ceil(rows / 4) * threads / WORKGROUP),
      })
    );
  },

  convolution(list, volume, channels, { x, weight, bias, y, statistics }) {
    const { sumQuads, quads } = channels;
    // No thread comes near the 65,535 iterations after which llvmpipe ends loops: 64 pairs of each offset take at most
    // 16 (sumQuads + 1) + 2, of one summed quad 32, and the offsets of a window at most half of them.
    const offsets = Math.max(1, fittingGroups(sumQuads * quads));
    const launches = [];
    for (let first = 0; first < volume; first += offsets) {
      const end = Math.min(first + offsets, volume);
      const at = first * sumQuads * quads;
      for (const { constants, params, window, threads } of windows(channels, at)) {
        const { rows, tiles, entries } = list;
        const mirrored = Number(list.mirrored);
        const options = {
          constants,
          params: { rows, tiles, volume, first, end, mirrored, ...params },
          window,
          workgroups: Math.ceil(tiles * threads / LONG_WORKGROUP),
        };
        launches.push(
          !bias && sumQuads === 1
            ? launch(statistics ? convNarrowStatistics : convNarrow, {
              ...options,
              bindings: [x, weight, entries, list.offsets, list.found, y].concat(statistics ?? []),
            })
            : launch(statistics ? convStatistics : conv, {
              ...options,
              params: { ...options.params, hasBias: Number(bias !== undefined) },
              bindings: [x, weight, bias ?? weight, entries, list.offsets, y]
                .concat(statistics ?? []),
            }),
        );
      }
    }
    return launches;
  },

  linearGradient({ rows, cin, cout }) {
    const { constants, threads } = gradientParts({ cin, cout });
    const blocks = Math.ceil(cin / 16) * Math.ceil(cout / 16);
    const bytes = weightBytes({ volume: 1, cin, cout });
    const chunks = chunksOf(rows, blocks, bytes, 131_072, BUSY_GRADIENT_BLOCKS);
    return {
      count: chunks.count,
      launch: (bindings) =>
        launch(gemmWeightGradient, {
          constants,
          params: {
            rows,
            chunkRows: chunks.size,
            chunks: chunks.count,
            inputQuads: quadsOf(cin),
            outputQuads: quadsOf(cout),
          },
          bindings,
          workgroups: Math.ceil(chunks.count * threads / LONG_WORKGROUP),
        }),
    };
  },

  convolutionGradient(sizes, list) {
    const { volume, cin, cout } = sizes;
    const { constants, threads } = gradientParts(sizes);
    const blocks = volume * Math.ceil(cin / 16) * Math.ceil(cout / 16);
    const chunks = chunksOf(list.tiles, blocks, weightBytes(sizes), 2048, BUSY_GRADIENT_BLOCKS);
    return {
      count: chunks.count,
      launch: (bindings) =>
        launch(convWeightGradient, {
          constants,
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
          workgroups: Math.ceil(chunks.count * volume * threads / LONG_WORKGROUP),
        }),
    };
  },
};
