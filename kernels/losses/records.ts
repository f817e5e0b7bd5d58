/**
 * Records of the kernels of the losses, and of what reads and records them.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import cosineCode from "./cosine.wgsl" with { type: "text" };
import cosineBackwardCode from "./cosine_backward.wgsl" with { type: "text" };
import crossEntropyCode from "./cross_entropy.wgsl" with { type: "text" };
import crossEntropyBackwardCode from "./cross_entropy_backward.wgsl" with { type: "text" };
import diversityCode from "./diversity.wgsl" with { type: "text" };
import diversityBackwardCode from "./diversity_backward.wgsl" with { type: "text" };
import entropyCode from "./entropy.wgsl" with { type: "text" };
import entropyBackwardCode from "./entropy_backward.wgsl" with { type: "text" };
import infoNceCode from "./info_nce.wgsl" with { type: "text" };
import infoNceBackwardCode from "./info_nce_backward.wgsl" with { type: "text" };
import infoNceSimilarityCode from "./info_nce_similarity.wgsl" with { type: "text" };
import meanTermsCode from "./mean_terms.wgsl" with { type: "text" };
import nearestVoteCode from "./nearest_vote.wgsl" with { type: "text" };
import occupancyCode from "./occupancy.wgsl" with { type: "text" };
import occupancyBackwardCode from "./occupancy_backward.wgsl" with { type: "text" };
import recordCode from "./record.wgsl" with { type: "text" };
import softCrossEntropyCode from "./soft_cross_entropy.wgsl" with { type: "text" };
import softCrossEntropyBackwardCode from "./soft_cross_entropy_backward.wgsl" with { type: "text" };

export const crossEntropy = {
  name: "cross_entropy",
  code: crossEntropyCode,
  params: { rows: "u32", ignore: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const crossEntropyBackward = {
  name: "cross_entropy_backward",
  code: crossEntropyBackwardCode,
  params: { rows: "u32", ignore: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const entropy = {
  name: "entropy",
  code: entropyCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const entropyBackward = {
  name: "entropy_backward",
  code: entropyBackwardCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const cosine = {
  name: "cosine",
  code: cosineCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const cosineBackward = {
  name: "cosine_backward",
  code: cosineBackwardCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const meanTerms = {
  name: "mean_terms",
  code: meanTermsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const record = {
  name: "record",
  code: recordCode,
  params: { capacity: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const softCrossEntropy = {
  name: "soft_cross_entropy",
  code: softCrossEntropyCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const softCrossEntropyBackward = {
  name: "soft_cross_entropy_backward",
  code: softCrossEntropyBackwardCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const infoNceSimilarity = {
  name: "info_nce_similarity",
  code: infoNceSimilarityCode,
  params: { rows: "u32", keys: "u32", inverseTemperature: "f32" },
  bindings: ["read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const infoNce = {
  name: "info_nce",
  code: infoNceCode,
  params: { rows: "u32", quads: "u32", inverseTemperature: "f32" },
  bindings: ["read", "read", "read", "write", "write"],
} as const satisfies Kernel;

export const infoNceBackward = {
  name: "info_nce_backward",
  code: infoNceBackwardCode,
  params: { rows: "u32", keys: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;

export const diversity = {
  name: "diversity",
  code: diversityCode,
  params: { inverseRows: "f32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

export const diversityBackward = {
  name: "diversity_backward",
  code: diversityBackwardCode,
  params: { rows: "u32", inverseRows: "f32", scale: "f32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const nearestVote = {
  name: "nearest_vote",
  code: nearestVoteCode,
  params: { rows: "u32", bank: "u32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const occupancy = {
  name: "occupancy",
  code: occupancyCode,
  params: { rows: "u32", positiveWeight: "f32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const occupancyBackward = {
  name: "occupancy_backward",
  code: occupancyBackwardCode,
  params: { rows: "u32", positiveWeight: "f32", scale: "f32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;
