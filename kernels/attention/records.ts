/**
 * Records of the kernels of attention within patches (`lib/graph/transformer`). Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Extent, Kernel, Launch } from "../../lib/gpu/kernel.ts";
import { perElement } from "../../lib/gpu/work.ts";
import attentionCode from "./attention.wgsl" with { type: "text" };
import attentionBiasGradientCode from "./attention_bias_gradient.wgsl" with { type: "text" };
import attentionKeyGradientCode from "./attention_key_gradient.wgsl" with { type: "text" };
import attentionKeyGradientTiledCode from "./attention_key_gradient_tiled.wgsl" with {
  type: "text",
};
import attentionQueryGradientCode from "./attention_query_gradient.wgsl" with { type: "text" };
import attentionQueryGradientTiledCode from "./attention_query_gradient_tiled.wgsl" with {
  type: "text",
};
import attentionStatisticsCode from "./attention_statistics.wgsl" with { type: "text" };
import attentionTiledCode from "./attention_tiled.wgsl" with { type: "text" };
import fourRowsCode from "./four_rows.wgsl" with { type: "text" };
import headsCode from "./heads.wgsl" with { type: "text" };
import positionBiasCode from "./position_bias.wgsl" with { type: "text" };
import stagedKeysCode from "./staged_keys.wgsl" with { type: "text" };

/** The struct of the family for GPUs; that for CPUs has one field more. */
const attentionParams = {
  tiles: "u32",
  heads: "u32",
  scale: "f32",
  reach: "i32",
  patchRows: "u32",
} as const;

/**
 * Multiply-adds of a kernel for all its pairs of queries and keys: products of heads, and a few for each score. Every query
 * is taken to meet as many keys as any.
 */
function perPair(products: number): (launch: Launch<Extent>) => number {
  return ({ bindings: [qkv], constants, params }) => {
    const { heads, patchRows } = params as { heads: number; patchRows: number };
    return qkv!.rows * patchRows * heads * (products * 4 * constants.HEAD4! + 4);
  };
}

/** y and log-sum-exp. Bindings: qkv, sequence, tiles, bias table, y, log-sum-exp. */
export const attention = {
  name: "attention",
  code: positionBiasCode + fourRowsCode + attentionCode,
  params: { ...attentionParams, groups: "u32" },
  bindings: ["read", "read", "read", "read", "write", "write"],
  work: { multiplyAdds: perPair(2) },
} as const satisfies Kernel;

/** {@link attention} for hardware. */
export const attentionTiled = {
  name: "attention_tiled",
  code: positionBiasCode + stagedKeysCode + attentionTiledCode,
  params: attentionParams,
  bindings: ["read", "read", "read", "read", "write", "write"],
  work: { multiplyAdds: perPair(2) },
} as const satisfies Kernel;

/** Log-sum-exp and y . dy of each row and head. Bindings: y, dy, log-sum-exp, statistics. */
export const attentionStatistics = {
  name: "attention_statistics",
  code: attentionStatisticsCode,
  params: { count: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    fusable: true,
  },
} as const satisfies Kernel;

/** dq. Bindings: qkv, dy, statistics, sequence, tiles of queries, bias table, dqkv. */
export const attentionQueryGradient = {
  name: "attention_query_gradient",
  code: positionBiasCode + fourRowsCode + attentionQueryGradientCode,
  params: { ...attentionParams, groups: "u32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  work: { multiplyAdds: perPair(3) },
} as const satisfies Kernel;

/** {@link attentionQueryGradient} for hardware. */
export const attentionQueryGradientTiled = {
  name: "attention_query_gradient_tiled",
  code: positionBiasCode + stagedKeysCode + attentionQueryGradientTiledCode,
  params: attentionParams,
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  work: { multiplyAdds: perPair(3) },
} as const satisfies Kernel;

/** dk and dv. Bindings: qkv, dy, statistics, sequence, tiles of keys, bias table, dqkv. */
export const attentionKeyGradient = {
  name: "attention_key_gradient",
  code: positionBiasCode + fourRowsCode + attentionKeyGradientCode,
  params: { ...attentionParams, groups: "u32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  work: { multiplyAdds: perPair(4) },
} as const satisfies Kernel;

/** {@link attentionKeyGradient} for hardware. */
export const attentionKeyGradientTiled = {
  name: "attention_key_gradient_tiled",
  code: positionBiasCode + attentionKeyGradientTiledCode,
  params: attentionParams,
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  work: { multiplyAdds: perPair(4) },
} as const satisfies Kernel;

/** The gradient of the bias. Bindings: qkv, dy, statistics, sequence, tiles of queries, bias table, partial sums. */
export const attentionBiasGradient = {
  name: "attention_bias_gradient",
  code: positionBiasCode + attentionBiasGradientCode,
  params: { ...attentionParams, chunks: "u32", chunkQueries: "u32" },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
  work: { multiplyAdds: perPair(2) },
} as const satisfies Kernel;

/** Heads of another width, rotated on the way. Bindings: x, rotations, y. */
export const heads = {
  name: "heads",
  code: headsCode,
  params: { rows: "u32", heads: "u32", sign: "f32" },
  bindings: ["read", "read", "write"],
  work: { multiplyAdds: perElement(2, 2) },
} as const satisfies Kernel;
