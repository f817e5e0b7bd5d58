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

export const splatDepth: Kernel = {
  name: "splat_depth",
  code: splatDepthCode,
  bindings: ["read", "read", "write"],
};

export const splatIndex: Kernel = {
  name: "splat_index",
  code: splatIndexCode,
  bindings: ["read", "read", "read", "write"],
};

export const splatFill: Kernel = {
  name: "splat_fill",
  code: splatFillCode,
  bindings: ["read", "read", "read", "read", "write"],
};

export const splatFinish: Kernel = {
  name: "splat_finish",
  code: splatFinishCode,
  bindings: ["read", "write"],
};
