/**
 * Batch normalisation over all rows of one scan (Ioffe & Szegedy 2015), with the scan's own statistics or
 * with the running ones of training; PyTorch's conventions (biased variance to normalise, unbiased in the
 * running variance).
 *
 * @module
 */
import {
  normApply,
  normBackwardApply,
  normBackwardMerge,
  normBackwardSums,
  normMerge,
  normStats,
} from "../../../kernels/norm/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** What a batch norm owns. All are [1][C]. */
export interface BatchNormState {
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

/** How a batch norm normalises. */
export interface BatchNormMode {
  /** `batch`: by the scan's own mean and variance; `running`: by those kept from training. */
  readonly statistics: "batch" | "running";
  /** How far a step in `batch` mode moves the running statistics; 0 leaves them. */
  readonly momentum: number;
  readonly epsilon: number;
}

const ROWS_PER_CHUNK = 64;

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, [N][C]. */
export function batchNorm(
  graph: Graph,
  x: Tensor,
  state: BatchNormState,
  mode: BatchNormMode,
): Tensor {
  const { gamma, beta } = state;
  const constants = { C4: x.quads };
  const chunks = Math.ceil(x.rows / ROWS_PER_CHUNK);
  const isBatch = mode.statistics === "batch";
  let mean = state.runningMean;
  let variance = state.runningVariance;
  if (isBatch) {
    const partials = graph.tensor("norm partials", chunks * 2, x.width);
    mean = graph.tensor("norm mean", 1, x.channels);
    variance = graph.tensor("norm variance", 1, x.channels);
    graph.emit(
      launch(normStats, {
        constants,
        params: { rows: x.rows },
        bindings: [x, partials],
        workgroups: groupsOf64(chunks * x.quads),
      }),
      launch(normMerge, {
        constants,
        params: {
          rows: x.rows,
          momentum: mode.momentum,
          inverseRows: 1 / Math.max(x.rows, 1),
          inverseFreedom: 1 / Math.max(x.rows - 1, 1),
        },
        bindings: [partials, mean, variance, state.runningMean, state.runningVariance],
        workgroups: groupsOf64(x.quads),
      }),
    );
  }
  const trains = gamma.trainable || beta.trainable;
  const y = graph.tensor("norm", x.rows, x.channels, x.requiresGradient || trains);
  const count = x.bytes / 16;
  const params = { rows: x.rows, epsilon: mode.epsilon };
  graph.emit(launch(normApply, {
    constants,
    params,
    bindings: [x, mean, variance, gamma.values, beta.values, y],
    workgroups: groupsOf64(count),
  }));
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    const partials = graph.tensor("norm gradient partials", chunks * 2, x.width);
    const sums = graph.tensor("norm gradient sums", 2, x.width);
    graph.emit(
      launch(normBackwardSums, {
        constants,
        params,
        bindings: [x, dy, mean, variance, partials],
        workgroups: groupsOf64(chunks * x.quads),
      }),
      launch(normBackwardMerge, {
        constants,
        params: { rows: x.rows },
        bindings: [partials, sums, gamma.gradient, beta.gradient],
        workgroups: groupsOf64(x.quads),
      }),
    );
    if (!x.requiresGradient) return;
    const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
    graph.emit(launch(normBackwardApply, {
      constants: { ...constants, BATCH: Number(isBatch) },
      params,
      bindings: [x, dy, mean, variance, gamma.values, sums, dx],
      workgroups: groupsOf64(count),
    }));
    graph.contribute(x, dx);
  });
  return y;
}

/** Mean and variance of each channel. */
export interface ChannelStatistics {
  mean: Float64Array;
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

/** Reference of {@link batchNorm}, with the statistics given. */
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
