/**
 * Layer normalisation of each row over its channels (Ba, Kiros & Hinton 2016); PyTorch's conventions (biased variance).
 *
 * @module
 */
import {
  layerNorm as forward,
  layerNormBackward,
  layerNormSums,
} from "../../../kernels/norm/records.ts";
import { normBackwardMerge } from "../../../kernels/norm/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What a layer norm learns. Both are [1][C]. */
export interface LayerNormState {
  /** Learned scale. */
  readonly gamma: Parameter;
  /** Learned shift. */
  readonly beta: Parameter;
}

const ROWS_PER_CHUNK = 64;

/**
 * y = (x - mean) / sqrt(variance + epsilon) * gamma + beta with mean and variance of the row, [N][C].
 *
 * @throws {TypeError} where gamma or beta have other channels than x.
 */
export function layerNorm(
  graph: Graph,
  x: Tensor,
  { gamma, beta }: LayerNormState,
  epsilon = 1e-5,
): Tensor {
  expectShape("normalise by", gamma.values, 1, x.channels);
  expectShape("normalise by", beta.values, 1, x.channels);
  const y = graph.tensor(
    "layer norm",
    x.rows,
    x.channels,
    x.requiresGradient || gamma.trainable || beta.trainable,
  );
  // Mean and 1 / deviation of each row.
  const statistics = graph.tensor("layer norm statistics", x.rows, 2);
  const constants = { C4: x.quads, C: x.channels };
  const params = { rows: x.rows };
  graph.emit(launch(forward, {
    constants,
    params: { ...params, epsilon, inverseChannels: 1 / x.channels },
    bindings: [x, gamma.values, beta.values, y, statistics],
    workgroups: groupsOf64(x.rows),
  }));
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    if (gamma.trainable || beta.trainable) {
      const chunks = Math.ceil(x.rows / ROWS_PER_CHUNK);
      const partials = graph.tensor("layer norm gradient partials", chunks * 2, x.width);
      const sums = graph.tensor("layer norm gradient sums", 2, x.width);
      graph.emit(
        launch(layerNormSums, {
          constants: { C4: x.quads },
          params,
          bindings: [x, dy, statistics, partials],
          workgroups: groupsOf64(chunks * x.quads),
        }),
        launch(normBackwardMerge, {
          constants: { C4: x.quads },
          params,
          bindings: [partials, sums, gamma.gradient, beta.gradient],
          workgroups: groupsOf64(x.quads),
        }),
      );
    }
    if (!x.requiresGradient) return;
    const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
    graph.emit(launch(layerNormBackward, {
      constants,
      params: { ...params, inverseChannels: 1 / x.channels },
      bindings: [x, dy, gamma.values, statistics, dx],
      workgroups: groupsOf64(x.rows),
    }));
    graph.contribute(x, dx);
  });
  return y;
}

/** Reference of {@link layerNorm} on rows of gamma.length numbers. */
export function layerNormReference(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon = 1e-5,
): Float64Array {
  const channels = gamma.length;
  const { normalised } = normalise(x, channels, epsilon);
  return normalised.map((value, i) => value * gamma[i % channels]! + beta[i % channels]!);
}

/** Gradients of {@link layerNormReference}. */
export function layerNormBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  gamma: ArrayLike<number>,
  epsilon = 1e-5,
): { dx: Float64Array; dgamma: Float64Array; dbeta: Float64Array } {
  const channels = gamma.length;
  const { normalised, inverse } = normalise(x, channels, epsilon);
  const dx = new Float64Array(x.length);
  const dgamma = new Float64Array(channels);
  const dbeta = new Float64Array(channels);
  for (let row = 0; row < inverse.length; row++) {
    let [sum, dot] = [0, 0];
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      dgamma[c]! += dy[i]! * normalised[i]!;
      dbeta[c]! += dy[i]!;
      sum += dy[i]! * gamma[c]!;
      dot += dy[i]! * gamma[c]! * normalised[i]!;
    }
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      dx[i] = inverse[row]! * (dy[i]! * gamma[c]! - (sum + normalised[i]! * dot) / channels);
    }
  }
  return { dx, dgamma, dbeta };
}

/** Rows of mean 0 and variance 1, and 1 / deviation of each. */
function normalise(x: ArrayLike<number>, channels: number, epsilon: number) {
  const normalised = new Float64Array(x.length);
  const inverse = new Float64Array(x.length / channels);
  for (let row = 0; row < inverse.length; row++) {
    const values = Array.from({ length: channels }, (_, c) => x[row * channels + c]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / channels;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
    inverse[row] = 1 / Math.sqrt(variance + epsilon);
    values.forEach((value, c) => {
      normalised[row * channels + c] = (value - mean) * inverse[row]!;
    });
  }
  return { normalised, inverse };
}
