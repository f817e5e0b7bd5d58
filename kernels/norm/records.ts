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

const read = "read";
const write = "write";

export const normStats: Kernel = {
  name: "norm_stats",
  code: normStatsCode,
  bindings: [read, write],
};

export const normMerge: Kernel = {
  name: "norm_merge",
  code: normMergeCode,
  bindings: [read, write, write, write, write],
};

export const normApply: Kernel = {
  name: "norm_apply",
  code: normApplyCode,
  bindings: [read, read, read, read, read, write],
};

export const normBackwardSums: Kernel = {
  name: "norm_backward_sums",
  code: normBackwardSumsCode,
  bindings: [read, read, read, read, write],
};

export const normBackwardMerge: Kernel = {
  name: "norm_backward_merge",
  code: normBackwardMergeCode,
  bindings: [read, write, write, write],
};

export const normBackwardApply: Kernel = {
  name: "norm_backward_apply",
  code: normBackwardApplyCode,
  bindings: [read, read, read, read, read, read, write],
};

export const normaliseRows: Kernel = {
  name: "normalise_rows",
  code: normaliseRowsCode,
  bindings: [read, write],
};

export const normaliseRowsBackward: Kernel = {
  name: "normalise_rows_backward",
  code: normaliseRowsBackwardCode,
  bindings: [read, read, write],
};
