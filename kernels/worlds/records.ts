/**
 * Records of the kernels of the procedural worlds. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import raycastCode from "./raycast.wgsl" with { type: "text" };

/** The nearest primitive along each ray. Bindings: primitives, bounds, rays, surface, primitive. */
export const raycast = {
  name: "raycast",
  code: raycastCode,
  params: { rays: "u32", primitives: "u32" },
  bindings: ["read", "read", "read", "write", "write"],
} as const satisfies Kernel;
