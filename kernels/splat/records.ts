/**
 * Records of the kernels that draw the points of a scan as a camera would see them.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import splatDepthCode from "./splat_depth.wgsl" with { type: "text" };
import splatFillCode from "./splat_fill.wgsl" with { type: "text" };
import splatFinishCode from "./splat_finish.wgsl" with { type: "text" };
import splatIndexCode from "./splat_index.wgsl" with { type: "text" };

export const splatDepth = {
  name: "splat_depth",
  code: splatDepthCode,
  params: { points: "u32", view: "u32", width: "u32", height: "u32", size: "f32", most: "f32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

export const splatIndex = {
  name: "splat_index",
  code: splatIndexCode,
  params: { points: "u32", view: "u32", width: "u32", height: "u32", size: "f32", most: "f32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

export const splatFill = {
  name: "splat_fill",
  code: splatFillCode,
  params: { width: "u32", height: "u32", view: "u32", reach: "u32", rings: "u32" },
  bindings: ["read", "read", "read", "read", "write"],
} as const satisfies Kernel;

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
