/**
 * Records of the kernels behind the graph's ops: activations, normalisation, losses, optimizers.
 *
 * @module
 */
import type { Kernel } from "../lib/gpu/kernel.ts";
import addCode from "./add.wgsl" with { type: "text" };
import erfCode from "./erf.wgsl" with { type: "text" };
import activationCode from "./activation.wgsl" with { type: "text" };
import activationBackwardCode from "./activation_backward.wgsl" with { type: "text" };
import concatCode from "./concat.wgsl" with { type: "text" };
import sliceCode from "./slice.wgsl" with { type: "text" };
import gatherRowsCode from "./gather_rows.wgsl" with { type: "text" };
import gatherRowsBackwardCode from "./gather_rows_backward.wgsl" with { type: "text" };
import normStatsCode from "./norm_stats.wgsl" with { type: "text" };
import normMergeCode from "./norm_merge.wgsl" with { type: "text" };
import normApplyCode from "./norm_apply.wgsl" with { type: "text" };
import normBackwardSumsCode from "./norm_backward_sums.wgsl" with { type: "text" };
import normBackwardMergeCode from "./norm_backward_merge.wgsl" with { type: "text" };
import normBackwardApplyCode from "./norm_backward_apply.wgsl" with { type: "text" };
import crossEntropyCode from "./cross_entropy.wgsl" with { type: "text" };
import crossEntropyBackwardCode from "./cross_entropy_backward.wgsl" with { type: "text" };
import entropyCode from "./entropy.wgsl" with { type: "text" };
import entropyBackwardCode from "./entropy_backward.wgsl" with { type: "text" };
import cosineCode from "./cosine.wgsl" with { type: "text" };
import cosineBackwardCode from "./cosine_backward.wgsl" with { type: "text" };
import meanTermsCode from "./mean_terms.wgsl" with { type: "text" };
import recordCode from "./record.wgsl" with { type: "text" };
import sgdCode from "./sgd.wgsl" with { type: "text" };
import adamCode from "./adam.wgsl" with { type: "text" };
import softmaxCode from "./softmax.wgsl" with { type: "text" };
import centreRowsCode from "./centre_rows.wgsl" with { type: "text" };
import accumulateCode from "./accumulate.wgsl" with { type: "text" };
import softCrossEntropyCode from "./soft_cross_entropy.wgsl" with { type: "text" };
import softCrossEntropyBackwardCode from "./soft_cross_entropy_backward.wgsl" with { type: "text" };
import movingAverageCode from "./moving_average.wgsl" with { type: "text" };
import restoreCode from "./restore.wgsl" with { type: "text" };

const read = "read";
const write = "write";

export const add: Kernel = {
  name: "add",
  code: addCode,
  bindings: [read, read, write],
};

export const activation: Kernel = {
  name: "activation",
  code: erfCode + activationCode,
  bindings: [read, write],
};

export const activationBackward: Kernel = {
  name: "activation_backward",
  code: erfCode + activationBackwardCode,
  bindings: [read, read, write],
};

export const concat: Kernel = {
  name: "concat",
  code: concatCode,
  bindings: [read, read, write],
};

export const slice: Kernel = {
  name: "slice",
  code: sliceCode,
  bindings: [read, write],
};

export const gatherRows: Kernel = {
  name: "gather_rows",
  code: gatherRowsCode,
  bindings: [read, read, write],
};

export const gatherRowsBackward: Kernel = {
  name: "gather_rows_backward",
  code: gatherRowsBackwardCode,
  bindings: [read, read, read, write],
};

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

export const crossEntropy: Kernel = {
  name: "cross_entropy",
  code: crossEntropyCode,
  bindings: [read, read, write],
};

export const crossEntropyBackward: Kernel = {
  name: "cross_entropy_backward",
  code: crossEntropyBackwardCode,
  bindings: [read, read, read, write],
};

export const entropy: Kernel = {
  name: "entropy",
  code: entropyCode,
  bindings: [read, write],
};

export const entropyBackward: Kernel = {
  name: "entropy_backward",
  code: entropyBackwardCode,
  bindings: [read, read, write],
};

export const cosine: Kernel = {
  name: "cosine",
  code: cosineCode,
  bindings: [read, read, read, read, write],
};

export const cosineBackward: Kernel = {
  name: "cosine_backward",
  code: cosineBackwardCode,
  bindings: [read, read, read, read, read, write],
};

export const meanTerms: Kernel = {
  name: "mean_terms",
  code: meanTermsCode,
  bindings: [read, write],
};

export const record: Kernel = {
  name: "record",
  code: recordCode,
  bindings: [read, write],
};

export const sgd: Kernel = {
  name: "sgd",
  code: sgdCode,
  bindings: [write, write, write],
};

export const adam: Kernel = {
  name: "adam",
  code: adamCode,
  bindings: [write, write, write, write],
};

export const softmax: Kernel = {
  name: "softmax",
  code: softmaxCode,
  bindings: [read, write],
};

export const centreRows: Kernel = {
  name: "centre_rows",
  code: centreRowsCode,
  bindings: [read, read, read, write],
};

export const accumulate: Kernel = {
  name: "accumulate",
  code: accumulateCode,
  bindings: [read, write],
};

export const softCrossEntropy: Kernel = {
  name: "soft_cross_entropy",
  code: softCrossEntropyCode,
  bindings: [read, read, write],
};

export const softCrossEntropyBackward: Kernel = {
  name: "soft_cross_entropy_backward",
  code: softCrossEntropyBackwardCode,
  bindings: [read, read, read, write],
};

export const movingAverage: Kernel = {
  name: "moving_average",
  code: movingAverageCode,
  bindings: [read, write],
};

export const restore: Kernel = {
  name: "restore",
  code: restoreCode,
  bindings: [read, write],
};
