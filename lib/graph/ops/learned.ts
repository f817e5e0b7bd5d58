/**
 * Layers with weights as ops of a graph: sparse convolution and linear. `convolution.ts` and `linear.ts` build the
 * launches; this file has the shape rules and the gradients.
 *
 * @module
 */
import type { Launch, RowPrecision } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  convolutionWeightGradientScratch,
} from "./convolution.ts";
import {
  linearForward,
  linearInputGradient,
  linearWeightGradient,
  linearWeightGradientScratch,
} from "./linear.ts";
import type { PairOperand } from "./matrix_kernels.ts";
import { biasGradient, biasGradientScratch } from "./bias_gradient.ts";
import { emitConvert } from "./convert.ts";
import { matrixKernels } from "./kernel_family.ts";

/** A sparse convolution, except for its input and weights. */
export interface SparseConvolutionOptions {
  /** Offsets of the kernel. */
  readonly volume: number;
  /** Output channels. */
  readonly channels: number;
  /** Output rows gather input rows. A transposed convolution swaps the two lists. */
  readonly forward: PairOperand<Tensor>;
  /** The same pairs by input row. */
  readonly transposed: PairOperand<Tensor>;
  /** b; none by default. */
  readonly bias?: Parameter;
  /** How y is stored; like x by default. */
  readonly precision?: RowPrecision;
  /** Whether the launch also gathers what a batch norm of y needs; false by default. */
  readonly isNormed?: boolean;
}

/**
 * y[o] = b + sum over offsets k and their pairs (o, i) of x[i] W[k]: [inputs][Cin] -> [outputs][channels].
 *
 * @throws {TypeError} where x has other rows than the map gathers from.
 */
export function sparseConvolution(
  graph: Graph,
  x: Tensor,
  weight: Parameter,
  options: SparseConvolutionOptions,
): Tensor {
  const { volume, channels, forward, transposed, bias, isNormed = false } = options;
  if (x.rows !== transposed.rows) {
    throw new TypeError(
      `Cannot convolve "${x.label}" of ${x.rows} rows: the kernel map gathers from ${transposed.rows}`,
    );
  }
  const sizes = { kernels: graph.kernels, volume, cin: x.channels, cout: channels };
  const y = graph.features(
    "convolution",
    forward.rows,
    channels,
    x.requiresGradient || weight.trainable || bias?.trainable === true,
    options.precision ?? x.precision,
  );
  const statistics = isNormed
    ? graph.tensor("norm partials", forward.tiles * 2, channels)
    : undefined;
  if (statistics) graph.noteStatistics(y, statistics);
  emitSums(graph, y, (sums) =>
    convolutionForward<Tensor>({
      ...sizes,
      list: forward,
      x,
      weight: weight.values,
      bias: bias?.values,
      y: sums,
      statistics,
    }));
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    if (weight.trainable) {
      graph.emit(...convolutionWeightGradient<Tensor>({
        ...sizes,
        list: forward,
        x,
        dy,
        total: weight.gradient,
        scratch: scratchTensor(
          graph,
          convolutionWeightGradientScratch({ ...sizes, list: forward }),
        ),
        accumulate: !weight.isReplaced,
      }));
    }
    if (bias?.trainable) emitBiasGradient(graph, dy, bias);
    if (x.requiresGradient) {
      const dx = graph.gradientOf(x);
      emitSums(graph, dx, (sums) =>
        convolutionInputGradient<Tensor>({
          ...sizes,
          list: transposed,
          dy,
          weight: weight.values,
          dx: sums,
        }));
      graph.contribute(x, dx);
    }
  });
  return y;
}

/** y = x W + b: [N][Cin] -> [N][channels], stored like x unless another precision is given. */
export function linear(
  graph: Graph,
  x: Tensor,
  weight: Parameter,
  bias: Parameter | null,
  channels: number,
  precision: RowPrecision = x.precision,
): Tensor {
  const shape = { kernels: graph.kernels, rows: x.rows, cin: x.channels, cout: channels };
  const y = graph.features(
    "linear",
    x.rows,
    channels,
    x.requiresGradient || weight.trainable || bias?.trainable === true,
    precision,
  );
  emitSums(
    graph,
    y,
    (sums) =>
      linearForward<Tensor>({ ...shape, x, weight: weight.values, bias: bias?.values, y: sums }),
  );
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    if (weight.trainable) {
      graph.emit(...linearWeightGradient<Tensor>({
        ...shape,
        x,
        dy,
        total: weight.gradient,
        scratch: scratchTensor(graph, linearWeightGradientScratch(shape)),
        accumulate: !weight.isReplaced,
      }));
    }
    if (bias?.trainable) emitBiasGradient(graph, dy, bias);
    if (x.requiresGradient) {
      const dx = graph.gradientOf(x);
      emitSums(
        graph,
        dx,
        (sums) => linearInputGradient<Tensor>({ ...shape, dy, weight: weight.values, dx: sums }),
      );
      graph.contribute(x, dx);
    }
  });
  return y;
}

/**
 * Emits launches that make rows, through float32 rows where they would be sums that the kernels come back to: these must not
 * be rounded in between.
 */
function emitSums(
  graph: Graph,
  rows: Tensor,
  launches: (sums: Tensor) => Launch<Tensor>[],
): void {
  const isDirect = rows.precision === "f32" || !matrixKernels(graph.kernels).sumsInMemory;
  const sums = isDirect ? rows : graph.tensor(rows.label, rows.rows, rows.channels);
  graph.emit(...launches(sums));
  if (!isDirect) emitConvert(graph, sums, rows);
}

function emitBiasGradient(graph: Graph, dy: Tensor, bias: Parameter): void {
  const shape = { rows: dy.rows, channels: dy.channels };
  graph.emit(...biasGradient<Tensor>({
    ...shape,
    dy,
    total: bias.gradient,
    scratch: scratchTensor(graph, biasGradientScratch(shape)),
    accumulate: !bias.isReplaced,
  }));
}

/** Room for partial sums. */
function scratchTensor(graph: Graph, bytes: number): Tensor {
  return graph.tensor("partial sums", Math.ceil(bytes / 16), 4);
}
