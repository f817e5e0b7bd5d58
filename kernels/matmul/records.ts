/**
 * Records of the kernels behind sparse convolutions and linear layers.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import convCode from "./conv.wgsl" with { type: "text" };
import convWeightGradientCode from "./conv_weight_gradient.wgsl" with { type: "text" };
import gemmCode from "./gemm.wgsl" with { type: "text" };
import gemmWeightGradientCode from "./gemm_weight_gradient.wgsl" with { type: "text" };
import sumChunksCode from "./sum_chunks.wgsl" with { type: "text" };
import sumRowsCode from "./sum_rows.wgsl" with { type: "text" };

export const conv: Kernel = {
  name: "conv",
  code: convCode,
  bindings: ["read", "read", "read", "read", "read", "write"],
};

export const convWeightGradient: Kernel = {
  name: "conv_weight_gradient",
  code: convWeightGradientCode,
  bindings: ["read", "read", "read", "read", "write"],
};

export const gemm: Kernel = {
  name: "gemm",
  code: gemmCode,
  bindings: ["read", "read", "read", "write"],
};

export const gemmWeightGradient: Kernel = {
  name: "gemm_weight_gradient",
  code: gemmWeightGradientCode,
  bindings: ["read", "read", "write"],
};

export const sumChunks: Kernel = {
  name: "sum_chunks",
  code: sumChunksCode,
  bindings: ["read", "write"],
};

export const sumRows: Kernel = {
  name: "sum_rows",
  code: sumRowsCode,
  bindings: ["read", "write"],
};
