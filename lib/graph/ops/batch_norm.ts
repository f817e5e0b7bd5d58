/**
 * Batch normalisation over all rows of one scan (Ioffe & Szegedy 2015), with the scan's own statistics or
 * with the running ones of training; PyTorch's conventions (biased variance to normalise, unbiased in the
 * running variance). The residual sum and the ReLU that follow it in a residual network are part of the op, so that
 * the rows are read and written once for all three.
 *
 * @module
 */
import {
  normApply,
  normBackwardApply,
  normBackwardCollect,
  normBackwardMerge,
  normBackwardSums,
  normMerge,
  normStats,
} from "../../../kernels/norm/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What a batch norm owns. All are [1][C]. */
export interface BatchNormState {
  /** Learned scale. */
  readonly gamma: Parameter;
  /** Learned shift. */
  readonly beta: Parameter;
  /** Mean over training. */
  readonly runningMean: Tensor;
  /** Variance over training, unbiased. */
  readonly runningVariance: Tensor;
}

/** How a batch norm normalises. */
export interface BatchNormMode {
  /** `batch`: by the scan's own mean and variance; `running`: by those kept from training. */
  readonly statistics: "batch" | "running";
  /** How far a step in `batch` mode moves the running statistics; 0 leaves them. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** What follows a batch norm: y = relu(norm + residual). */
export interface BatchNormTail {
  /** [N][C], added to the norm; none by default. */
  readonly residual?: Tensor;
  /** Whether max(·, 0) is taken of the result; false by default. */
  readonly relu?: boolean;
}

const ROWS_PER_CHUNK = 64;

/** Mean and variance of each channel, [1][C]. */
interface StatisticsTensors {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, and what `tail` asks for, [N][C].
 *
 * @throws {TypeError} where the residual has another shape than x.
 */
export function batchNorm(
  graph: Graph,
  x: Tensor,
  state: BatchNormState,
  mode: BatchNormMode,
  tail: BatchNormTail = {},
): Tensor {
  const { gamma, beta } = state;
  const { residual, relu = false } = tail;
  if (residual) sameShape("add", x, residual);
  const { mean, variance } = mode.statistics === "batch"
    ? emitStatistics(graph, x, state, mode.momentum)
    : { mean: state.runningMean, variance: state.runningVariance };
  const y = graph.features(
    "norm",
    x.rows,
    x.channels,
    x.requiresGradient || gamma.trainable || beta.trainable ||
      residual?.requiresGradient === true,
    x.precision,
  );
  graph.emit(launch(normApply, {
    constants: { C4: x.quads, RELU: Number(relu), RESIDUAL: Number(residual !== undefined) },
    params: { rows: x.rows, epsilon: mode.epsilon },
    bindings: [x, mean, variance, gamma.values, beta.values, residual ?? x, y],
    workgroups: groupsOf64(x.allQuads),
  }));
  if (y.requiresGradient) {
    const norm = { x, y, mean, variance, state, mode, residual, relu };
    graph.differentiableByTerms(y, (first, second) => emitBackward(graph, norm, first, second));
  }
  return y;
}

/** Emits the statistics of x, and moves the running ones by `momentum`. */
function emitStatistics(
  graph: Graph,
  x: Tensor,
  state: BatchNormState,
  momentum: number,
): StatisticsTensors {
  const mean = graph.tensor("norm mean", 1, x.channels);
  const variance = graph.tensor("norm variance", 1, x.channels);
  const partials = graph.statisticsOf(x) ?? emitChunkStatistics(graph, x);
  graph.emit(launch(normMerge, {
    constants: { C4: x.quads },
    params: {
      rows: x.rows,
      momentum,
      inverseRows: 1 / Math.max(x.rows, 1),
      inverseFreedom: 1 / Math.max(x.rows - 1, 1),
    },
    bindings: [partials, mean, variance, state.runningMean, state.runningVariance],
    workgroups: groupsOf64(x.quads),
  }));
  return { mean, variance };
}

/** Emits the first level of the statistics of x, where the launch that made x did not gather it. */
function emitChunkStatistics(graph: Graph, x: Tensor): Tensor {
  const chunks = Math.ceil(x.rows / ROWS_PER_CHUNK);
  const partials = graph.tensor("norm partials", chunks * 2, x.channels);
  graph.emit(launch(normStats, {
    constants: { C4: x.quads },
    params: { rows: x.rows },
    bindings: [x, partials],
    workgroups: groupsOf64(chunks * x.quads),
  }));
  return partials;
}

/** A batch norm of the forward pass. */
interface RecordedNorm extends StatisticsTensors {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly state: BatchNormState;
  readonly mode: BatchNormMode;
  readonly residual: Tensor | undefined;
  readonly relu: boolean;
}

/** Emits the gradients of gamma and beta and, where they are needed, of x and the residual. */
function emitBackward(
  graph: Graph,
  norm: RecordedNorm,
  first: Tensor,
  second: Tensor | undefined,
): void {
  const { x, y, mean, variance, state: { gamma, beta }, mode, residual, relu } = norm;
  const constants = { C4: x.quads };
  const params = { rows: x.rows, epsilon: mode.epsilon };
  const chunks = Math.ceil(x.rows / ROWS_PER_CHUNK);
  const partials = graph.tensor("norm gradient partials", chunks * 2, x.width);
  const sums = graph.tensor("norm gradient sums", 2, x.width);
  const sumsOptions = { params, workgroups: groupsOf64(chunks * x.quads) };
  // The gradient of norm + residual: a term as it is, or rows of its own.
  let dy = first;
  // Whether dy has yet to be cut where the norm is not positive.
  let isCut = relu;
  if (second || (residual && relu)) {
    dy = graph.gradientOf(y);
    isCut = false;
    graph.emit(launch(normBackwardCollect, {
      ...sumsOptions,
      constants: { ...constants, RELU: Number(relu), TWO: Number(second !== undefined) },
      bindings: [x, relu ? y : x, first, second ?? first, mean, variance, dy, partials],
    }));
  } else {
    graph.emit(launch(normBackwardSums, {
      ...sumsOptions,
      constants: { ...constants, RELU: Number(isCut) },
      bindings: [x, dy, mean, variance, gamma.values, beta.values, partials],
    }));
  }
  graph.emit(launch(normBackwardMerge, {
    constants,
    params: { rows: x.rows },
    bindings: [partials, sums, gamma.gradient, beta.gradient],
    workgroups: groupsOf64(x.quads),
  }));
  if (residual?.requiresGradient) graph.contribute(residual, dy);
  if (!x.requiresGradient) return;
  const dx = graph.gradientOf(x);
  graph.emit(launch(normBackwardApply, {
    constants: {
      ...constants,
      BATCH: Number(mode.statistics === "batch"),
      RELU: Number(isCut),
    },
    params,
    bindings: [x, dy, mean, variance, gamma.values, beta.values, sums, dx],
    workgroups: groupsOf64(x.allQuads),
  }));
  graph.contribute(x, dx);
}

/** Mean and variance of each channel. */
export interface ChannelStatistics {
  /** [channels]. */
  mean: Float64Array;
  /** [channels], biased. */
  variance: Float64Array;
}

/** Mean and biased variance of each channel of x [rows][channels]. */
export function statisticsReference(x: ArrayLike<number>, rows: number): ChannelStatistics {
  const channels = x.length / rows;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) mean[i % channels]! += x[i]! / rows;
  for (let i = 0; i < x.length; i++) {
    variance[i % channels]! += (x[i]! - mean[i % channels]!) ** 2 / rows;
  }
  return { mean, variance };
}

/** Reference of {@link batchNorm} without a tail, with the statistics given. */
export function batchNormReference(
  x: ArrayLike<number>,
  { mean, variance }: ChannelStatistics,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  const channels = mean.length;
  return Float64Array.from(x, (value, i) => {
    const c = i % channels;
    return (value - mean[c]!) / Math.sqrt(variance[c]! + epsilon) * gamma[c]! + beta[c]!;
  });
}

/** Gradient of {@link batchNormReference}; `isBatch` where the statistics come from x itself. */
export function batchNormBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  { mean, variance }: ChannelStatistics,
  gamma: ArrayLike<number>,
  epsilon: number,
  isBatch: boolean,
): { dx: Float64Array; dgamma: Float64Array; dbeta: Float64Array } {
  const channels = mean.length;
  const rows = x.length / channels;
  const dgamma = new Float64Array(channels);
  const dbeta = new Float64Array(channels);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const xhat = (i: number) => (x[i]! - mean[i % channels]!) * inverse[i % channels]!;
  for (let i = 0; i < x.length; i++) {
    dgamma[i % channels]! += dy[i]! * xhat(i);
    dbeta[i % channels]! += dy[i]!;
  }
  const dx = Float64Array.from(x, (_, i) => {
    const c = i % channels;
    const through = isBatch ? (dbeta[c]! + xhat(i) * dgamma[c]!) / rows : 0;
    return gamma[c]! * inverse[c]! * (dy[i]! - through);
  });
  return { dx, dgamma, dbeta };
}

/** What a {@link BatchNormTail} makes of the norm. */
export function tailReference(
  norm: ArrayLike<number>,
  residual: ArrayLike<number> | null,
  relu: boolean,
): Float64Array {
  return Float64Array.from(norm, (value, i) => {
    const sum = value + (residual?.[i] ?? 0);
    return relu ? Math.max(sum, 0) : sum;
  });
}

/** Gradient of {@link tailReference} for the norm, and likewise for the residual; y is its result. */
export function tailBackwardReference(
  y: ArrayLike<number>,
  dy: ArrayLike<number>,
  relu: boolean,
): Float64Array {
  return Float64Array.from(dy, (value, i) => relu && !(y[i]! > 0) ? 0 : value);
}
