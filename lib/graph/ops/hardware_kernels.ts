/**
 * The family of matrix kernels for GPUs: a workgroup makes a tile of sums together, from rows and weights that it brings
 * into workgroup memory. Tiles are cut to the channels of a layer, so that narrow layers do not leave threads idle.
 *
 * @module
 */
import {
  convStatisticsTiled,
  convTiled,
  convWeightGradientTiled,
  gemmTiled,
  gemmWeightGradientTiled,
} from "../../../kernels/matmul/records.ts";
import { TILE_ROWS } from "../../../kernels/sparse/pair_list.ts";
import { type HardwareSetting, launch } from "../../gpu/mod.ts";
import {
  type MatrixKernels,
  type ProductChannels,
  quadsOf,
  weightBytes,
} from "./matrix_kernels.ts";
import { chunksOf } from "./split_reduction.ts";

/** Threads along the rows of a tile; `tiled_rows.wgsl` has the same number. */
const ROW_THREADS = 16;

/** Threads of a workgroup of a weight gradient. */
const GRADIENT_THREADS = 64;

/** Threads of a weight gradient that keep a device busy. */
const BUSY_GRADIENT_THREADS = 32_768;

/**
 * Fewest rows of a linear layer, and fewest tiles of a pair list, for which a partial sum of their own is worth its bytes:
 * with four tiles they were a fifth of all bytes of a small network's step.
 */
const LEAST_ROWS = 256;
const LEAST_TILES = 6;

/** llvmpipe, where this family is tested, ends the loops of a thread after 65,535 iterations without reporting it. */
const MAX_ITERATIONS = 60_000;

/** Cuts `count` into the fewest tiles of at most `most`, all about as large. */
function evenTile(count: number, most: number): number {
  return Math.ceil(count / Math.ceil(count / most));
}

/** What both products share: constants of their tiles, and their params. */
function tilesOf(
  { columns, depth }: HardwareSetting,
  { transposed, sumQuads, quads, sumStride, stride }: ProductChannels,
  bias: unknown,
) {
  const tileColumns = evenTile(quads, columns);
  return {
    constants: {
      TRANSPOSED: Number(transposed),
      COLUMNS: tileColumns,
      DEPTH: evenTile(sumQuads, depth),
    },
    params: { sumQuads, quads, sumStride, stride, hasBias: Number(bias !== undefined) },
    columnTiles: Math.ceil(quads / tileColumns),
  };
}

/** Tiles of a weight gradient of these channels. */
function gradientTiles({ columns, stage }: HardwareSetting, cin: number, cout: number) {
  const [inputQuads, outputQuads] = [quadsOf(cin), quadsOf(cout)];
  const inputs = inputQuads < 4 ? 1 : 4;
  const inputThreads = evenTile(Math.ceil(inputQuads / inputs), 4);
  const outputs = evenTile(outputQuads, columns);
  const slices = Math.max(1, Math.floor(GRADIENT_THREADS / (inputThreads * outputs)));
  const threads = inputThreads * outputs * slices;
  // As many rows for every slice; no thread looks up more than one.
  const staged = Math.min(threads, Math.floor(stage / (inputs * inputThreads + outputs)));
  return {
    constants: {
      INPUTS: inputs,
      INPUT_THREADS: inputThreads,
      OUTPUTS: outputs,
      SLICES: slices,
      STAGE: Math.max(1, Math.floor(staged / slices)) * slices,
    },
    params: { inputQuads, outputQuads },
    threads,
    count: Math.ceil(inputQuads / (inputs * inputThreads)) * Math.ceil(outputQuads / outputs),
  };
}

/** The family `hardware` with tiles of one setting. */
export function hardwareKernels(setting: HardwareSetting): MatrixKernels {
  return {
    sumsInMemory: false,

    product(rows, channels, { x, weight, bias, y }) {
      const { constants, params, columnTiles } = tilesOf(setting, channels, bias);
      // Narrow tiles have fewer threads, and fit less workgroup memory each.
      const threadRows = constants.COLUMNS < 8 ? 4 : setting.rows;
      return [launch(gemmTiled, {
        constants: { ...constants, ROWS: threadRows },
        params: { rows, ...params },
        // Without a bias its binding is not read: any buffer will do.
        bindings: [x, weight, bias ?? weight, y],
        workgroups: Math.ceil(rows / (ROW_THREADS * threadRows)) * columnTiles,
      })];
    },

    convolution(list, volume, channels, { x, weight, bias, y, statistics }) {
      const { constants, params, columnTiles } = tilesOf(setting, channels, bias);
      const { COLUMNS: columns, DEPTH: depth } = constants;
      const fetches = depth * TILE_ROWS / (columns * ROW_THREADS) + depth / 4 + 2;
      const perOffset = Math.ceil(params.sumQuads / depth) * (depth + fetches) +
        TILE_ROWS / columns;
      const offsetsPerLaunch = Math.max(1, Math.floor(MAX_ITERATIONS / perOffset));
      const launches = [];
      for (let first = 0; first < volume; first += offsetsPerLaunch) {
        launches.push(launch(statistics ? convStatisticsTiled : convTiled, {
          constants,
          params: {
            rows: list.rows,
            tiles: list.tiles,
            volume,
            first,
            end: Math.min(first + offsetsPerLaunch, volume),
            mirrored: Number(list.mirrored),
            ...params,
          },
          bindings: [x, weight, bias ?? weight, list.entries, list.offsets, y].concat(
            statistics ?? [],
          ),
          workgroups: list.tiles * columnTiles,
        }));
      }
      return launches;
    },

    linearGradient({ rows, cin, cout }) {
      const { constants, params, threads, count } = gradientTiles(setting, cin, cout);
      const bytes = weightBytes({ volume: 1, cin, cout });
      const chunks = chunksOf(
        rows,
        count * threads,
        bytes,
        32_768,
        BUSY_GRADIENT_THREADS,
        LEAST_ROWS,
      );
      return {
        count: chunks.count,
        launch: (bindings) =>
          launch(gemmWeightGradientTiled, {
            constants,
            params: { rows, chunkRows: chunks.size, chunks: chunks.count, ...params },
            bindings,
            workgroups: chunks.count * count,
          }),
      };
    },

    convolutionGradient(sizes, list) {
      const { volume, cin, cout } = sizes;
      const { constants, params, threads, count } = gradientTiles(setting, cin, cout);
      const chunks = chunksOf(
        list.tiles,
        volume * count * threads,
        weightBytes(sizes),
        512,
        BUSY_GRADIENT_THREADS,
        LEAST_TILES,
      );
      return {
        count: chunks.count,
        launch: (bindings) =>
          launch(convWeightGradientTiled, {
            constants,
            params: {
              tiles: list.tiles,
              chunkTiles: chunks.size,
              chunks: chunks.count,
              volume,
              mirrored: Number(list.mirrored),
              ...params,
            },
            bindings,
            workgroups: volume * chunks.count * count,
          }),
      };
    },
  };
}
