/**
 * Sparse convolution over a pair list: y[o] = b + sum over k and its pairs (o, i) of x[i] W[k] (Choy et al. 2019,
 * eq. 3). This file only builds launches; `learned.ts` makes them ops of a graph. The input gradient is the same kernel
 * over the transposed list and weights (Tang et al. 2022, TorchSparse); strided and transposed convolutions differ in
 * their lists alone.
 *
 * Rows are padded to whole vec4f and weights are packed (`nn/packing.ts`); zero padding stays zero.
 *
 * @module
 */
import { conv, convWeightGradient } from "../../../kernels/matmul/records.ts";
import { TILE_ROWS } from "../../../kernels/sparse/pair_list.ts";
import { type Launch, launch, type ParamValues } from "../../gpu/mod.ts";
import {
  type Chunks,
  chunksOf,
  reduceChunks,
  type ReductionTarget,
  scratchBytes,
} from "./split_reduction.ts";

/** Sizes of a convolution kernel; channels are those of the network, without padding. */
export interface KernelSizes {
  /** Offsets k. */
  readonly volume: number;
  readonly cin: number;
  readonly cout: number;
}

/** Extent of a pair list; `lib/sparse/kernel_map.ts` says how it is laid out. */
export interface PairExtent {
  /** Output rows, those that gather. */
  readonly rows: number;
  /** ceil(rows / 64). */
  readonly tiles: number;
  /** True where the pairs of offset k are listed at volume - 1 - k. */
  readonly mirrored: boolean;
}

/** A pair list as an operand: the `PairList` of `lib/sparse`, in buffers, tensors or arrays. */
export interface PairOperand<B> extends PairExtent {
  /** u32 [pairs]: source row << 6 | row % 64. */
  readonly entries: B;
  /** u32 [volume * tiles + 1]. */
  readonly offsets: B;
}

/**
 * Threads of a workgroup. There are few threads and each runs long, so small workgroups spread them evenly over the
 * cores (with 32 threads, a convolution of 32 channels on 14,000 voxels made 5 workgroups for two cores).
 */
const WORKGROUP = 8;

/** Threads that have to remain where each takes several tiles: four vectors of 8 lanes for each of two cores. */
const BUSY_THREADS = 64;

/** llvmpipe ends the loops of a thread after 65,535 iterations altogether, without reporting it. */
const MAX_ITERATIONS = 60_000;

function quads(channels: number): number {
  return Math.ceil(channels / 4);
}

/** y = b + conv(x): x [sources][cin], weight [volume][cin][cout] packed, bias [cout], y [list.rows][cout]. */
export function convolutionForward<B>(
  { volume, cin, cout, list, x, weight, bias, y }: KernelSizes & {
    readonly list: PairOperand<B>;
    readonly x: B;
    readonly weight: B;
    readonly bias?: B | undefined;
    readonly y: B;
  },
): Launch<B>[] {
  const channels = {
    sumQuads: quads(cin),
    quads: quads(cout),
    sumStride: quads(cout),
    stride: 1,
  };
  return convolve(list, volume, false, channels, { x, weight, bias, y });
}

/**
 * dx of {@link convolutionForward}: dy [outputs][cout], weight [volume][cin][cout] packed, dx [list.rows][cin].
 *
 * @param options.list the transposed list: its rows are the convolution's inputs, its sources the outputs.
 */
export function convolutionInputGradient<B>(
  { volume, cin, cout, list, dy, weight, dx }: KernelSizes & {
    readonly list: PairOperand<B>;
    readonly dy: B;
    readonly weight: B;
    readonly dx: B;
  },
): Launch<B>[] {
  const channels = {
    sumQuads: quads(cout),
    quads: quads(cin),
    sumStride: 1,
    stride: quads(cout),
  };
  return convolve(list, volume, true, channels, { x: dy, weight, bias: undefined, y: dx });
}

function convolve<B>(
  list: PairOperand<B>,
  volume: number,
  transposed: boolean,
  channels: Pick<
    ParamValues<typeof conv.params>,
    "sumQuads" | "quads" | "sumStride" | "stride"
  >,
  { x, weight, bias, y }: { x: B; weight: B; bias: B | undefined; y: B },
): Launch<B>[] {
  const blocks = Math.ceil(channels.quads / 4);
  // With longer runs fewer groups of 16 pairs are half empty; but enough threads have to remain.
  const busy = Math.floor(list.tiles * blocks / BUSY_THREADS);
  const perTileAndOffset = TILE_ROWS / 16 * (channels.sumQuads + 1) + 2;
  const affordable = Math.floor(MAX_ITERATIONS / (volume * perTileAndOffset + TILE_ROWS));
  const span = Math.max(1, Math.min(4, busy, affordable));
  const offsetsPerLaunch = Math.floor((MAX_ITERATIONS / span - TILE_ROWS) / perTileAndOffset);
  const launches: Launch<B>[] = [];
  for (let first = 0; first < volume; first += offsetsPerLaunch) {
    launches.push(launch(conv, {
      constants: { TRANSPOSED: Number(transposed) },
      params: {
        rows: list.rows,
        tiles: list.tiles,
        span,
        volume,
        first,
        end: Math.min(first + offsetsPerLaunch, volume),
        mirrored: Number(list.mirrored),
        ...channels,
        hasBias: Number(bias !== undefined),
      },
      // Without a bias its binding is not read: any buffer will do.
      bindings: [x, weight, bias ?? weight, list.entries, list.offsets, y],
      workgroups: Math.ceil(Math.ceil(list.tiles / span) * blocks / WORKGROUP),
    }));
  }
  return launches;
}

/** Quads of input channels that a thread of the weight gradient owns. */
function inputQuadsPerThread({ cin }: KernelSizes): 1 | 4 {
  return cin <= 4 ? 1 : 4;
}

function weightThreads(sizes: KernelSizes): number {
  const inputBlocks = Math.ceil(quads(sizes.cin) / inputQuadsPerThread(sizes));
  return sizes.volume * inputBlocks * Math.ceil(sizes.cout / 16);
}

function weightBytes({ volume, cin, cout }: KernelSizes): number {
  return volume * quads(cin) * quads(cout) * 64;
}

function weightChunks(sizes: KernelSizes, list: PairExtent): Chunks {
  return chunksOf(list.tiles, weightThreads(sizes), weightBytes(sizes), 2048);
}

/** Bytes of scratch that {@link convolutionWeightGradient} needs. */
export function convolutionWeightGradientScratch(
  options: KernelSizes & { readonly list: PairExtent },
): number {
  return scratchBytes(weightChunks(options, options.list), weightBytes(options));
}

/**
 * dW of {@link convolutionForward}, packed like the weights: x [sources][cin], dy [list.rows][cout],
 * total [volume][cin][cout].
 *
 * @param options.list the list of the forward pass.
 */
export function convolutionWeightGradient<B>(
  options: KernelSizes & ReductionTarget<B> & {
    readonly list: PairOperand<B>;
    readonly x: B;
    readonly dy: B;
  },
): Launch<B>[] {
  const { volume, cin, cout, list, x, dy } = options;
  const chunks = weightChunks(options, list);
  return reduceChunks(
    launch(convWeightGradient, {
      constants: { INPUT_QUADS: inputQuadsPerThread(options) },
      params: {
        tiles: list.tiles,
        chunkTiles: chunks.size,
        chunks: chunks.count,
        volume,
        mirrored: Number(list.mirrored),
        inputQuads: quads(cin),
        outputQuads: quads(cout),
      },
      bindings: [x, dy, list.entries, list.offsets],
      workgroups: Math.ceil(chunks.count * weightThreads(options) / WORKGROUP),
    }),
    chunks,
    weightBytes(options),
    options,
  );
}

type Numbers = ArrayLike<number>;

/** Calls `visit(k, row, source)` for every pair of a list, in the order in which the kernels add them. */
function forEachPair(
  list: PairOperand<Numbers>,
  volume: number,
  visit: (k: number, row: number, source: number) => void,
): void {
  for (let k = 0; k < volume; k++) {
    const run = (list.mirrored ? volume - 1 - k : k) * list.tiles;
    for (let tile = 0; tile < list.tiles; tile++) {
      for (let p = list.offsets[run + tile]!; p < list.offsets[run + tile + 1]!; p++) {
        const entry = list.entries[p]!;
        visit(k, tile * TILE_ROWS + entry % TILE_ROWS, Math.floor(entry / TILE_ROWS));
      }
    }
  }
}

/**
 * Reference of {@link convolutionForward}, without padding: x [sources][cin], weight [volume][cin][cout],
 * bias [cout]; gives y [list.rows][cout].
 */
export function convolutionReference(
  x: Numbers,
  weight: Numbers,
  bias: Numbers | null,
  list: PairOperand<Numbers>,
  { volume, cin, cout }: KernelSizes,
): Float64Array {
  const y = Float64Array.from({ length: list.rows * cout }, (_, i) => bias?.[i % cout] ?? 0);
  forEachPair(list, volume, (k, row, source) => {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++) {
        y[row * cout + o]! += x[source * cin + i]! * weight[(k * cin + i) * cout + o]!;
      }
    }
  });
  return y;
}

/**
 * Gradients of {@link convolutionReference} for a given dy [list.rows][cout]; dx has as many rows as x. It needs
 * no transposed list.
 */
export function convolutionBackwardReference(
  x: Numbers,
  weight: Numbers,
  dy: Numbers,
  list: PairOperand<Numbers>,
  { volume, cin, cout }: KernelSizes,
): { dx: Float64Array; dweight: Float64Array } {
  const dx = new Float64Array(x.length);
  const dweight = new Float64Array(volume * cin * cout);
  forEachPair(list, volume, (k, row, source) => {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++) {
        const g = dy[row * cout + o]!;
        const w = (k * cin + i) * cout + o;
        dx[source * cin + i]! += g * weight[w]!;
        dweight[w]! += g * x[source * cin + i]!;
      }
    }
  });
  return { dx, dweight };
}
