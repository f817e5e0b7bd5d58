/**
 * Records of the kernels that draw the points of a scan as a camera would see them. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import splatDepthCode from "./splat_depth.wgsl" with { type: "text" };
import splatFillCode from "./splat_fill.wgsl" with { type: "text" };
import splatFinishCode from "./splat_finish.wgsl" with { type: "text" };
import splatIndexCode from "./splat_index.wgsl" with { type: "text" };
import splatSquareCode from "./splat_square.wgsl" with { type: "text" };

/** The struct of splat_square.wgsl, which both passes share. */
const squareParams = {
  points: "u32",
  view: "u32",
  width: "u32",
  height: "u32",
  size: "f32",
  most: "f32",
} as const;

/** The nearest depth on each pixel. Bindings: projected, seen, depth. */
export const splatDepth = {
  name: "splat_depth",
  code: splatSquareCode + splatDepthCode,
  params: squareParams,
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

/** The nearest point on each pixel. Bindings: projected, seen, depth, nearest. */
export const splatIndex = {
  name: "splat_index",
  code: splatSquareCode + splatIndexCode,
  params: squareParams,
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

/** Fills holes of a picture from around. Bindings: depth, nearest, colours, inside, picture. */
export const splatFill = {
  name: "splat_fill",
  code: splatFillCode,
  params: { width: "u32", height: "u32", view: "u32", reach: "u32", rings: "u32" },
  bindings: ["read", "read", "read", "read", "write"],
} as const satisfies Kernel;

/** A picture to eight bits for each channel. Bindings: picture, pixels. */
export const splatFinish = {
  name: "splat_finish",
  code: splatFinishCode,
  params: {
    up: "vec4f",
    background: "vec4f",
    focal: "vec2f",
    centre: "vec2f",
    width: "u32",
    height: "u32",
  },
  bindings: ["read", "write"],
} as const satisfies Kernel;
