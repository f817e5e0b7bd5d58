/**
 * Records of the kernels behind contrastive learning with pseudo-labels and behind masked reconstruction.
 *
 * @module
 */
import type { Kernel } from "../lib/gpu/kernel.ts";
import diversityCode from "./diversity.wgsl" with { type: "text" };
import diversityBackwardCode from "./diversity_backward.wgsl" with { type: "text" };
import infoNceCode from "./info_nce.wgsl" with { type: "text" };
import infoNceBackwardCode from "./info_nce_backward.wgsl" with { type: "text" };
import infoNceSimilarityCode from "./info_nce_similarity.wgsl" with { type: "text" };
import nearestVoteCode from "./nearest_vote.wgsl" with { type: "text" };
import normaliseRowsCode from "./normalise_rows.wgsl" with { type: "text" };
import normaliseRowsBackwardCode from "./normalise_rows_backward.wgsl" with { type: "text" };
import occupancyCode from "./occupancy.wgsl" with { type: "text" };
import occupancyBackwardCode from "./occupancy_backward.wgsl" with { type: "text" };

const read = "read";
const write = "write";

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
