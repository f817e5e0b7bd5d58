/**
 * Sparse convolution over a pair list: y[o] = b + sum over k and its pairs (o, i) of x[i] W[k] (Choy et al. 2019,
 * eq. 3). This file only builds launches, by the matrix kernels of a setting; `learned.ts` makes them ops of a graph. The
 * input gradient is the same kernel over the transposed list and weights (Tang et al. 2022, TorchSparse); strided and
 * transposed convolutions differ in their lists alone.
 *
 * Rows are padded to whole vec4f and weights are packed (`nn/packing.ts`); zero padding stays zero.
 *
 * @module
 */
import { TILE_ROWS } from "../../../kernels/sparse/pair_list.ts";
import type { KernelSetting, Launch } from "../../gpu/mod.ts";
import { matrixKernels } from "./kernel_family.ts";
import {
  forwardChannels,
  type KernelSizes,
  type PairExtent,
  type PairOperand,
  transposedChannels,
  weightBytes,
} from "./matrix_kernels.ts";
import { reduction, type ReductionTarget } from "./split_reduction.ts";

/** What launches of a convolution depend on. */
export interface ConvolutionOptions extends KernelSizes {
  /** The matrix kernels that run. */
  readonly kernels: KernelSetting;
}

/**
 * y = b + conv(x): x [sources][cin], weight [volume][cin][cout] packed, bias [cout], y [list.rows][cout], statistics of
 * y [list.tiles][2][cout] on request.
 */
export function convolutionForward<B>(
  { kernels, volume, cin, cout, list, ...operands }: ConvolutionOptions & {
    readonly list: PairOperand<B>;
    readonly x: B;
    readonly weight: B;
    readonly bias?: B | undefined;
    readonly y: B;
    readonly statistics?: B | undefined;
  },
): Launch<B>[] {
  const channels = forwardChannels(cin, cout);
  return matrixKernels(kernels).convolution(list, volume, channels, operands);
}

/**
 * dx of {@link convolutionForward}: dy [outputs][cout], weight [volume][cin][cout] packed, dx [list.rows][cin].
 *
 * @param options.list the transposed list: its rows are the convolution's inputs, its sources the outputs.
 */
export function convolutionInputGradient<B>(
  { kernels, volume, cin, cout, list, dy, weight, dx }: ConvolutionOptions & {
    readonly list: PairOperand<B>;
    readonly dy: B;
    readonly weight: B;
    readonly dx: B;
  },
): Launch<B>[] {
  const channels = transposedChannels(cin, cout);
  return matrixKernels(kernels).convolution(list, volume, channels, { x: dy, weight, y: dx });
}

/** Bytes of scratch that {@link convolutionWeightGradient} needs. */
export function convolutionWeightGradientScratch(
  options: ConvolutionOptions & { readonly list: PairExtent },
): number {
  const { count } = matrixKernels(options.kernels).convolutionGradient(options, options.list);
  return count * weightBytes(options);
}

/**
 * dW of {@link convolutionForward}, packed like the weights: x [sources][cin], dy [list.rows][cout],
 * total [volume][cin][cout].
 *
 * @param options.list the list of the forward pass.
 */
export function convolutionWeightGradient<B>(
  options: ConvolutionOptions & ReductionTarget<B> & {
    readonly list: PairOperand<B>;
    readonly x: B;
    readonly dy: B;
  },
): Launch<B>[] {
  const { list, x, dy } = options;
  const partial = matrixKernels(options.kernels).convolutionGradient(options, list);
  return reduction(
    partial.count,
    weightBytes(options),
    options,
    (receiver) => partial.launch([x, dy, list.entries, list.offsets, receiver]),
  );
}

/** Calls `visit(k, row, source)` for every pair of a list, in the order in which the kernels add them. */
function forEachPair(
  list: PairOperand<ArrayLike<number>>,
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
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  list: PairOperand<ArrayLike<number>>,
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
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dy: ArrayLike<number>,
  list: PairOperand<ArrayLike<number>>,
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
