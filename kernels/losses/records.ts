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

const read = "read";
const write = "write";

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

export const infoNceSimilarity: Kernel = {
  name: "info_nce_similarity",
  code: infoNceSimilarityCode,
  bindings: [read, read, read, read, write],
};

export const infoNce: Kernel = {
  name: "info_nce",
  code: infoNceCode,
  bindings: [read, read, read, write, write],
};

export const infoNceBackward: Kernel = {
  name: "info_nce_backward",
  code: infoNceBackwardCode,
  bindings: [read, read, read, read, read, write],
};

export const diversity: Kernel = {
  name: "diversity",
  code: diversityCode,
  bindings: [read, write],
};

export const diversityBackward: Kernel = {
  name: "diversity_backward",
  code: diversityBackwardCode,
  bindings: [read, read, write],
};

export const nearestVote: Kernel = {
  name: "nearest_vote",
  code: nearestVoteCode,
  bindings: [read, read, read, write],
};

export const occupancy: Kernel = {
  name: "occupancy",
  code: occupancyCode,
  bindings: [read, read, write],
};

export const occupancyBackward: Kernel = {
  name: "occupancy_backward",
  code: occupancyBackwardCode,
  bindings: [read, read, read, write],
};
