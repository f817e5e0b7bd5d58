/**
 * Records of the kernels that work value by value or row by row.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import accumulateCode from "./accumulate.wgsl" with { type: "text" };
import activationCode from "./activation.wgsl" with { type: "text" };
import activationBackwardCode from "./activation_backward.wgsl" with { type: "text" };
import addCode from "./add.wgsl" with { type: "text" };
import centreRowsCode from "./centre_rows.wgsl" with { type: "text" };
import concatCode from "./concat.wgsl" with { type: "text" };
import erfCode from "./erf.wgsl" with { type: "text" };
import gatherRowsCode from "./gather_rows.wgsl" with { type: "text" };
import gatherRowsBackwardCode from "./gather_rows_backward.wgsl" with { type: "text" };
import sliceCode from "./slice.wgsl" with { type: "text" };
import softmaxCode from "./softmax.wgsl" with { type: "text" };

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
