/**
 * Records of the kernels that normalise: batch norm, and rows to unit length.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import normApplyCode from "./norm_apply.wgsl" with { type: "text" };
import normBackwardApplyCode from "./norm_backward_apply.wgsl" with { type: "text" };
import normBackwardMergeCode from "./norm_backward_merge.wgsl" with { type: "text" };
import normBackwardSumsCode from "./norm_backward_sums.wgsl" with { type: "text" };
import normMergeCode from "./norm_merge.wgsl" with { type: "text" };
import normStatsCode from "./norm_stats.wgsl" with { type: "text" };
import normaliseRowsCode from "./normalise_rows.wgsl" with { type: "text" };
import normaliseRowsBackwardCode from "./normalise_rows_backward.wgsl" with { type: "text" };

export const normStats = {
  name: "norm_stats",
  code: normStatsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const normMerge = {
  name: "norm_merge",
  code: normMergeCode,
  params: { rows: "u32", momentum: "f32", inverseRows: "f32", inverseFreedom: "f32" },
  bindings: ["read", "write", "write", "write", "write"],
} as const satisfies Kernel;

export const normApply = {
  name: "norm_apply",
  code: normApplyCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const normBackwardSums = {
  name: "norm_backward_sums",
  code: normBackwardSumsCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const normBackwardMerge = {
  name: "norm_backward_merge",
  code: normBackwardMergeCode,
  params: { rows: "u32" },
  bindings: ["read", "write", "write", "write"],
} as const satisfies Kernel;

export const normBackwardApply = {
  name: "norm_backward_apply",
  code: normBackwardApplyCode,
  params: { rows: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const normaliseRows = {
  name: "normalise_rows",
  code: normaliseRowsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const normaliseRowsBackward = {
  name: "normalise_rows_backward",
  code: normaliseRowsBackwardCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;
