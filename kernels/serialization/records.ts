/**
 * Records of the kernels that line voxels up along curves (`lib/sparse/serialization`). Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import apartCoordinatesCode from "./apart_coordinates.wgsl" with { type: "text" };
import coordinateBoundsCode from "./coordinate_bounds.wgsl" with { type: "text" };
import curveCodesCode from "./curve_codes.wgsl" with { type: "text" };
import markParentsCode from "./mark_parents.wgsl" with { type: "text" };
import sequenceCode from "./sequence.wgsl" with { type: "text" };
import settleParentsCode from "./settle_parents.wgsl" with { type: "text" };
import stageCoordinatesCode from "./stage_coordinates.wgsl" with { type: "text" };

/** The least and the largest of each coordinate. Bindings: coordinates, bounds. */
export const coordinateBounds = {
  name: "coordinate_bounds",
  code: coordinateBoundsCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Coordinates from an origin, with their clouds. Bindings: coordinates, ends of clouds, placed coordinates. */
export const stageCoordinates = {
  name: "stage_coordinates",
  code: stageCoordinatesCode,
  params: { count: "u32", x: "i32", y: "i32", z: "i32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

/** Clouds laid apart along x. Bindings: coordinates, coordinates apart. */
export const apartCoordinates = {
  name: "apart_coordinates",
  code: apartCoordinatesCode,
  params: { count: "u32", distance: "i32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** The code of each voxel on a curve. Bindings: coordinates, low words, high words. */
export const curveCodes = {
  name: "curve_codes",
  code: curveCodesCode,
  params: { count: "u32", depth: "u32", curve: "u32", transposed: "u32", shift: "u32" },
  bindings: ["read", "write", "write"],
} as const satisfies Kernel;

/** A sequence and its inverse. Bindings: order, coordinates, inverse, sequence. */
export const sequence = {
  name: "sequence",
  code: sequenceCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write", "write"],
} as const satisfies Kernel;

/** Where parents begin. Bindings: order, low words, high words, marks. */
export const markParents = {
  name: "mark_parents",
  code: markParentsCode,
  params: { count: "u32", shift: "u32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

/** Parents of rows. Bindings: order, parents before each position, coordinates, parents, starts, parents' coordinates. */
export const settleParents = {
  name: "settle_parents",
  code: settleParentsCode,
  params: { count: "u32", shift: "u32" },
  bindings: ["read", "read", "read", "write", "write", "write"],
} as const satisfies Kernel;
