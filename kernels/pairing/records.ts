/**
 * Records of the kernels that make targets of voxels from a teacher's output. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import pairGatherCode from "./pair_gather.wgsl" with { type: "text" };
import pairProjectCode from "./pair_project.wgsl" with { type: "text" };
import pairPyramidCode from "./pair_pyramid.wgsl" with { type: "text" };
import pairSeeCode from "./pair_see.wgsl" with { type: "text" };
import pairWeighCode from "./pair_weigh.wgsl" with { type: "text" };
import teacherRepackCode from "./teacher_repack.wgsl" with { type: "text" };

/** A teacher's output to feature rows. Bindings: x, y. */
export const teacherRepack = {
  name: "teacher_repack",
  code: teacherRepackCode,
  params: {
    cells: "u32",
    channels: "u32",
    columns: "u32",
    offset: "u32",
    channelStride: "u32",
    mapColumns: "u32",
    rowStride: "u32",
    columnStride: "u32",
  },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Points to pixels of one view, and the nearest depth by cell. Bindings: positions, projected, depth, inside. */
export const pairProject = {
  name: "pair_project",
  code: pairProjectCode,
  params: {
    right: "vec4f",
    down: "vec4f",
    forward: "vec4f",
    focal: "vec2f",
    centre: "vec2f",
    width: "u32",
    height: "u32",
    points: "u32",
    view: "u32",
    gridWidth: "u32",
    shift: "u32",
  },
  bindings: ["read", "write", "write", "write"],
} as const satisfies Kernel;

/** The next level of a depth pyramid. Bindings: depth. */
export const pairPyramid = {
  name: "pair_pyramid",
  code: pairPyramidCode,
  params: {
    fromOffset: "u32",
    fromWidth: "u32",
    fromHeight: "u32",
    toOffset: "u32",
    toWidth: "u32",
    toHeight: "u32",
  },
  bindings: ["write"],
} as const satisfies Kernel;

/** Which points one view sees. Bindings: projected, depth, inside, seen, best. */
export const pairSee = {
  name: "pair_see",
  code: pairSeeCode,
  params: {
    points: "u32",
    view: "u32",
    words: "u32",
    width: "u32",
    height: "u32",
    shift: "u32",
    levels: "u32",
    reach: "u32",
    directions: "u32",
    focal: "f32",
    absolute: "f32",
    relative: "f32",
    slant: "f32",
  },
  bindings: ["read", "read", "read", "write", "write"],
} as const satisfies Kernel;

/** What a sample of a point counts in its voxel. Bindings: seen, order, starts, share, weight, totals. */
export const pairWeigh = {
  name: "pair_weigh",
  code: pairWeighCode,
  params: { rows: "u32", points: "u32", words: "u32" },
  bindings: ["read", "read", "read", "write", "write", "write"],
} as const satisfies Kernel;

/** Adds one view's features to voxels. Bindings: projected, seen, share, order, starts, features, values. */
export const pairGather = {
  name: "pair_gather",
  code: pairGatherCode,
  params: {
    scale: "vec2f",
    mapColumns: "u32",
    mapRows: "u32",
    rows: "u32",
    columns: "u32",
    points: "u32",
    view: "u32",
  },
  bindings: ["read", "read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;
