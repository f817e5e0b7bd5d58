/**
 * Records of the kernels that turn a teacher's output into targets of voxels.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import packHalfCode from "./pack_half.wgsl" with { type: "text" };
import pairGatherCode from "./pair_gather.wgsl" with { type: "text" };
import pairProjectCode from "./pair_project.wgsl" with { type: "text" };
import pairPyramidCode from "./pair_pyramid.wgsl" with { type: "text" };
import pairSeeCode from "./pair_see.wgsl" with { type: "text" };
import pairWeighCode from "./pair_weigh.wgsl" with { type: "text" };
import teacherRepackCode from "./teacher_repack.wgsl" with { type: "text" };

export const teacherRepack: Kernel = {
  name: "teacher_repack",
  code: teacherRepackCode,
  bindings: ["read", "write"],
};

export const pairProject: Kernel = {
  name: "pair_project",
  code: pairProjectCode,
  bindings: ["read", "write", "write", "write"],
};

export const pairPyramid: Kernel = {
  name: "pair_pyramid",
  code: pairPyramidCode,
  bindings: ["write"],
};

export const pairSee: Kernel = {
  name: "pair_see",
  code: pairSeeCode,
  bindings: ["read", "read", "read", "write", "write"],
};

export const pairWeigh: Kernel = {
  name: "pair_weigh",
  code: pairWeighCode,
  bindings: ["read", "read", "read", "write", "write", "write"],
};

export const pairGather: Kernel = {
  name: "pair_gather",
  code: pairGatherCode,
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
};

export const packHalf: Kernel = {
  name: "pack_half",
  code: packHalfCode,
  bindings: ["read", "write"],
};
