/**
 * Records of the kernels behind the losses: their terms and gradients, what averages and records them, and the
 * pseudo-labels that AdaContrast compares with. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import { chosen, elements, everyBinding, perElement } from "../../lib/gpu/work.ts";
import countTargetsCode from "./count_targets.wgsl" with { type: "text" };
import cosineCode from "./cosine.wgsl" with { type: "text" };
import crossEntropyCode from "./cross_entropy.wgsl" with { type: "text" };
import diversityCode from "./diversity.wgsl" with { type: "text" };
import diversityBackwardCode from "./diversity_backward.wgsl" with { type: "text" };
import entropyCode from "./entropy.wgsl" with { type: "text" };
import infoNceCode from "./info_nce.wgsl" with { type: "text" };
import infoNceBackwardCode from "./info_nce_backward.wgsl" with { type: "text" };
import infoNceSimilarityCode from "./info_nce_similarity.wgsl" with { type: "text" };
import meanTermsCode from "./mean_terms.wgsl" with { type: "text" };
import mostAlikeCode from "./most_alike.wgsl" with { type: "text" };
import nearestVoteCode from "./nearest_vote.wgsl" with { type: "text" };
import occupancyCode from "./occupancy.wgsl" with { type: "text" };
import occupancyBackwardCode from "./occupancy_backward.wgsl" with { type: "text" };
import rowSoftmaxCode from "../elementwise/row_softmax.wgsl" with { type: "text" };
import recordCode from "./record.wgsl" with { type: "text" };
import targetLengthsCode from "./target_lengths.wgsl" with { type: "text" };
import softCrossEntropyCode from "./soft_cross_entropy.wgsl" with { type: "text" };
import softCrossEntropyBackwardCode from "./soft_cross_entropy_backward.wgsl" with { type: "text" };

/** The mean of (value, counted) terms over rows. Bindings: terms, total. */
export const meanTerms = {
  name: "mean_terms",
  code: meanTermsCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
  },
} as const satisfies Kernel;

/** Appends a loss to a history. Bindings: total, history. */
export const record = {
  name: "record",
  code: recordCode,
  params: { capacity: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 0),
    bytesRead: everyBinding,
  },
} as const satisfies Kernel;

/** How many rows have a target. Bindings: targets, counted. */
export const countTargets = {
  name: "count_targets",
  code: countTargetsCode,
  params: { rows: "u32", limit: "u32", ignore: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 3),
  },
} as const satisfies Kernel;

/** Softmax cross-entropy by row, and dlogits. Bindings: logits, targets, counted, terms, dlogits. */
export const crossEntropy = {
  name: "cross_entropy",
  code: rowSoftmaxCode + crossEntropyCode,
  params: { rows: "u32", ignore: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "write", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * (4 + 5 * chosen(launch, "GRADIENT")),
    fusable: true,
  },
} as const satisfies Kernel;

/** Cross-entropy against a distribution p by row. Bindings: logits, p, terms. */
export const softCrossEntropy = {
  name: "soft_cross_entropy",
  code: rowSoftmaxCode + softCrossEntropyCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 6),
    fusable: true,
  },
} as const satisfies Kernel;

/** dlogits of {@link softCrossEntropy}. Bindings: logits, p, total, dlogits. */
export const softCrossEntropyBackward = {
  name: "soft_cross_entropy_backward",
  code: rowSoftmaxCode + softCrossEntropyBackwardCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 11),
    fusable: true,
  },
} as const satisfies Kernel;

/** Entropy of softmax(logits) by row, and dlogits. Bindings: logits, terms, dlogits. */
export const entropy = {
  name: "entropy",
  code: rowSoftmaxCode + entropyCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "write", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * (5 + 6 * chosen(launch, "GRADIENT")),
    fusable: true,
  },
} as const satisfies Kernel;

/** Minus the entropy of the mean prediction. Bindings: sums of the probabilities, total. */
export const diversity = {
  name: "diversity",
  code: diversityCode,
  params: { inverseRows: "f32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 3),
  },
} as const satisfies Kernel;

/** dlogits of {@link diversity}. Bindings: probabilities, sums, dlogits. */
export const diversityBackward = {
  name: "diversity_backward",
  code: diversityBackwardCode,
  params: { rows: "u32", inverseRows: "f32", scale: "f32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 16),
    fusable: true,
  },
} as const satisfies Kernel;

/**
 * 1 - cos(z, t - centre) by row, where the row has a target, and dz. Bindings: z, t, weight, centre, counted, terms, dz.
 */
export const cosine = {
  name: "cosine",
  code: cosineCode,
  params: { rows: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "read", "read", "write", "write"],
  rows: { t: 1 },
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * (4 + 3 * chosen(launch, "GRADIENT")),
    fusable: true,
  },
} as const satisfies Kernel;

/** |t - centre| by row, where the row has a target. Bindings: t, weight, centre, lengths. */
export const targetLengths = {
  name: "target_lengths",
  code: targetLengthsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  rows: { t: 0 },
  work: {
    multiplyAdds: (launch) => 2 * elements(launch, 0),
  },
} as const satisfies Kernel;

/** Sigmoid cross-entropy over the cells of each row. Bindings: logits, targets, terms. */
export const occupancy = {
  name: "occupancy",
  code: occupancyCode,
  params: { rows: "u32", positiveWeight: "f32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 8),
    fusable: true,
  },
} as const satisfies Kernel;

/** dlogits of {@link occupancy}. Bindings: logits, targets, total, dlogits. */
export const occupancyBackward = {
  name: "occupancy_backward",
  code: occupancyBackwardCode,
  params: { rows: "u32", positiveWeight: "f32", scale: "f32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 7),
    fusable: true,
  },
} as const satisfies Kernel;

/** Similarities q . k / T of queries with negatives. Bindings: q, keys, labels, labels of the keys, s. */
export const infoNceSimilarity = {
  name: "info_nce_similarity",
  code: infoNceSimilarityCode,
  params: { rows: "u32", keys: "u32", inverseTemperature: "f32" },
  bindings: ["read", "read", "read", "read", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * launch.bindings[1]!.rows + elements(launch, 4),
  },
} as const satisfies Kernel;

/** InfoNCE by row. Bindings: q, positives, s, terms, log sums. */
export const infoNce = {
  name: "info_nce",
  code: infoNceCode,
  params: { rows: "u32", quads: "u32", inverseTemperature: "f32" },
  bindings: ["read", "read", "read", "write", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) + 4 * elements(launch, 2),
    fusable: true,
  },
} as const satisfies Kernel;

/** dq of {@link infoNce}. Bindings: positives, keys, s, terms, log sums, dq. */
export const infoNceBackward = {
  name: "info_nce_backward",
  code: infoNceBackwardCode,
  params: { rows: "u32", keys: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "read", "read", "write"],
  work: {
    multiplyAdds: (launch) =>
      elements(launch, 5) * launch.bindings[1]!.rows + 2 * elements(launch, 2),
  },
} as const satisfies Kernel;

/** The largest inner product with the rows of each class. Bindings: x, bank, first row of each class, y. */
export const mostAlike = {
  name: "most_alike",
  code: mostAlikeCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * launch.bindings[1]!.rows,
  },
} as const satisfies Kernel;

/** Pseudo-labels by the nearest rows of a bank. Bindings: x, bank, probabilities of the bank, labels. */
export const nearestVote = {
  name: "nearest_vote",
  code: nearestVoteCode,
  params: { rows: "u32", bank: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * launch.bindings[1]!.rows,
  },
} as const satisfies Kernel;
