/**
 * Records of the kernels that normalise: batch norm by channel, layer norm by row, and rows to unit length. Each `.wgsl` file has the
 * shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import { chosen, elements, perElement } from "../../lib/gpu/work.ts";
import layerNormCode from "./layer_norm.wgsl" with { type: "text" };
import layerNormBackwardCode from "./layer_norm_backward.wgsl" with { type: "text" };
import layerNormSumsCode from "./layer_norm_sums.wgsl" with { type: "text" };
import normApplyCode from "./norm_apply.wgsl" with { type: "text" };
import normBackwardApplyCode from "./norm_backward_apply.wgsl" with { type: "text" };
import normBackwardCollectCode from "./norm_backward_collect.wgsl" with { type: "text" };
import normBackwardMergeCode from "./norm_backward_merge.wgsl" with { type: "text" };
import normBackwardSumsCode from "./norm_backward_sums.wgsl" with { type: "text" };
import normMergeCode from "./norm_merge.wgsl" with { type: "text" };
import normStatsCode from "./norm_stats.wgsl" with { type: "text" };
import normaliseRowsCode from "./normalise_rows.wgsl" with { type: "text" };
import normaliseRowsBackwardCode from "./normalise_rows_backward.wgsl" with { type: "text" };

/** Mean and squared deviations of each chunk of 64 rows. Bindings: x, partials. */
export const normStats = {
  name: "norm_stats",
  code: normStatsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
  rows: { x: 0 },
  work: {
    multiplyAdds: perElement(0, 3),
    fusable: true,
  },
} as const satisfies Kernel;

/** Chunks to one mean and variance. Bindings: partials, mean, variance, running mean, running variance. */
export const normMerge = {
  name: "norm_merge",
  code: normMergeCode,
  params: { rows: "u32", momentum: "f32", inverseRows: "f32", inverseFreedom: "f32" },
  bindings: ["read", "write", "write", "write", "write"],
  work: {
    multiplyAdds: perElement(0, 2.5),
  },
} as const satisfies Kernel;

/**
 * y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with a residual and ReLU on request. Bindings: x, mean,
 * variance, gamma, beta, residual, y.
 */
export const normApply = {
  name: "norm_apply",
  code: normApplyCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  rows: { x: 0, residual: 5, y: 6 },
  work: {
    multiplyAdds: (launch) =>
      elements(launch, 0) * (2 + chosen(launch, "RESIDUAL") + chosen(launch, "RELU")),
    fusable: true,
  },
} as const satisfies Kernel;

/** Sums of the gradient and of it * xhat over 64 rows. Bindings: x, dy, mean, variance, gamma, beta, partials. */
export const normBackwardSums = {
  name: "norm_backward_sums",
  code: normBackwardSumsCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  rows: { x: 0, dy: 1 },
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * (4 + 2 * chosen(launch, "RELU")),
    fusable: true,
  },
} as const satisfies Kernel;

/** The same, and the gradient itself of its terms. Bindings: x, y, dy, second term, mean, variance, g, partials. */
export const normBackwardCollect = {
  name: "norm_backward_collect",
  code: normBackwardCollectCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write", "write"],
  rows: { x: 0, y: 1, dy: 2, more: 3, g: 6 },
  work: {
    multiplyAdds: (launch) =>
      elements(launch, 0) * (4 + chosen(launch, "TWO") + chosen(launch, "RELU")),
    fusable: true,
  },
} as const satisfies Kernel;

/** Adds the chunks up, and to the gradients. Bindings: partials, sums, dgamma, dbeta. */
export const normBackwardMerge = {
  name: "norm_backward_merge",
  code: normBackwardMergeCode,
  params: { rows: "u32" },
  bindings: ["read", "write", "write", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    // It adds to both gradients.
    bytesRead: ({ bindings: [partials, , gamma, beta] }) =>
      partials!.bytes + gamma!.bytes + beta!.bytes,
  },
} as const satisfies Kernel;

/** dx of {@link normApply}. Bindings: x, dy, mean, variance, gamma, beta, sums, dx. */
export const normBackwardApply = {
  name: "norm_backward_apply",
  code: normBackwardApplyCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read", "read", "write"],
  rows: { x: 0, dy: 1, dx: 7 },
  work: {
    multiplyAdds: (launch) =>
      elements(launch, 0) * (1 + 4 * chosen(launch, "BATCH") + 2 * chosen(launch, "RELU")),
    fusable: true,
  },
} as const satisfies Kernel;

/** y = x / |x| by row. Bindings: x, y. */
export const normaliseRows = {
  name: "normalise_rows",
  code: normaliseRowsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 2),
    fusable: true,
  },
} as const satisfies Kernel;

/** dx of {@link normaliseRows}. Bindings: x, dy, dx. */
export const normaliseRowsBackward = {
  name: "normalise_rows_backward",
  code: normaliseRowsBackwardCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 4),
    fusable: true,
  },
} as const satisfies Kernel;

/** y = (x - mean) / deviation * gamma + beta by row. Bindings: x, gamma, beta, y, mean and 1 / deviation. */
export const layerNorm = {
  name: "layer_norm",
  code: layerNormCode,
  params: { rows: "u32", epsilon: "f32", inverseChannels: "f32" },
  bindings: ["read", "read", "read", "write", "write"],
  work: {
    multiplyAdds: perElement(0, 5),
    fusable: true,
  },
} as const satisfies Kernel;

/** Sums of dy and of dy * xhat over 64 rows, like {@link normBackwardSums}. Bindings: x, dy, statistics, partials. */
export const layerNormSums = {
  name: "layer_norm_sums",
  code: layerNormSumsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 4),
    fusable: true,
  },
} as const satisfies Kernel;

/** dx of {@link layerNorm}. Bindings: x, dy, gamma, statistics, dx. */
export const layerNormBackward = {
  name: "layer_norm_backward",
  code: layerNormBackwardCode,
  params: { rows: "u32", inverseChannels: "f32" },
  bindings: ["read", "read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 8),
    fusable: true,
  },
} as const satisfies Kernel;
