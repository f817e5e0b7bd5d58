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

export const add = {
  name: "add",
  code: addCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const activation = {
  name: "activation",
  code: erfCode + activationCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const activationBackward = {
  name: "activation_backward",
  code: erfCode + activationBackwardCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const concat = {
  name: "concat",
  code: concatCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const slice = {
  name: "slice",
  code: sliceCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const gatherRows = {
  name: "gather_rows",
  code: gatherRowsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const gatherRowsBackward = {
  name: "gather_rows_backward",
  code: gatherRowsBackwardCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const softmax = {
  name: "softmax",
  code: softmaxCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const centreRows = {
  name: "centre_rows",
  code: centreRowsCode,
  params: { rows: "u32", squaredLength: "f32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const accumulate = {
  name: "accumulate",
  code: accumulateCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;
