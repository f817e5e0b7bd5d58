/**
 * What a family of matrix kernels has to offer. `kernel_family.ts` gives the one that a device runs; `convolution.ts` and
 * `linear.ts` build their launches by it, and do not know which it is.
 *
 * Both families take rows padded to whole vec4f and weights packed by `nn/packing.ts`, so that neither tensors nor
 * checkpoints depend on the family; zero padding stays zero.
 *
 * @module
 */
import type { Launch } from "../../gpu/mod.ts";

/** Sizes of a linear layer; channels are those of the network, without padding. */
export interface LinearShape {
  /** Rows of x and y. */
  readonly rows: number;
  /** Channels of x. */
  readonly cin: number;
  /** Channels of y. */
  readonly cout: number;
}

/** Sizes of a convolution kernel; channels are those of the network, without padding. */
export interface KernelSizes {
  /** Offsets k. */
  readonly volume: number;
  /** Input channels. */
  readonly cin: number;
  /** Output channels. */
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
  /** vec2u [volume * tiles]. */
  readonly found: B;
}

/** How a product goes through packed weights. */
export interface ProductChannels {
  /** Whether it multiplies by W^T instead of W. */
  readonly transposed: boolean;
  /** Quads of the channels that are summed over. */
  readonly sumQuads: number;
  /** Quads of the channels of y. */
  readonly quads: number;
  /** From a block of weights to the next summed one. */
  readonly sumStride: number;
  /** From a block of weights to the next column. */
  readonly stride: number;
}

/** What a product reads and writes. */
export interface ProductOperands<B> {
  /** Rows of the summed channels. */
  readonly x: B;
  /** Packed weights. */
  readonly weight: B;
  /** What y starts from; zero without it. */
  readonly bias?: B | undefined;
  /** Rows of the result. */
  readonly y: B;
}

/** What a convolution reads and writes. */
export interface ConvolutionOperands<B> extends ProductOperands<B> {
  /**
   * Receives mean and sum of squared deviations of each tile of 64 rows of y, [tiles][2][channels]: the first level of
   * batch statistics. None are gathered without it.
   */
  readonly statistics?: B | undefined;
}

/** A weight gradient as partial sums, which one more launch adds in order. */
export interface PartialSums {
  /** Number of partial sums, each as large as the packed weights. */
  readonly count: number;
  /** The launch that writes them; its last binding receives them. */
  launch<B>(bindings: readonly B[]): Launch<B>;
}

/** The launches of the four matrix kernels. */
export interface MatrixKernels {
  /** Whether they keep sums in y, which has to be float32 for it. */
  readonly sumsInMemory: boolean;
  /** y = bias + x W by rows. */
  product<B>(rows: number, channels: ProductChannels, operands: ProductOperands<B>): Launch<B>[];
  /** y[o] = bias + sum over the offsets k and their pairs (o, i) of x[i] W[k]. */
  convolution<B>(
    list: PairOperand<B>,
    volume: number,
    channels: ProductChannels,
    operands: ConvolutionOperands<B>,
  ): Launch<B>[];
  /** dW of a linear layer. Bindings: x, dy, partial sums. */
  linearGradient(shape: LinearShape): PartialSums;
  /** dW of a convolution. Bindings: x, dy, entries, offsets, partial sums. */
  convolutionGradient(sizes: KernelSizes, list: PairExtent): PartialSums;
}

/** Quads of a row of `channels` channels. */
export function quadsOf(channels: number): number {
  return Math.ceil(channels / 4);
}

/** Channels of a product by W [cin][cout]. */
export function forwardChannels(cin: number, cout: number): ProductChannels {
  return {
    transposed: false,
    sumQuads: quadsOf(cin),
    quads: quadsOf(cout),
    sumStride: quadsOf(cout),
    stride: 1,
  };
}

/** Channels of a product by the transpose of W [cin][cout]. */
export function transposedChannels(cin: number, cout: number): ProductChannels {
  return {
    transposed: true,
    sumQuads: quadsOf(cout),
    quads: quadsOf(cin),
    sumStride: 1,
    stride: quadsOf(cout),
  };
}

/** Bytes of the packed weights of a convolution, or of a linear layer, whose volume is 1. */
export function weightBytes({ volume, cin, cout }: KernelSizes): number {
  return volume * quadsOf(cin) * quadsOf(cout) * 64;
}
