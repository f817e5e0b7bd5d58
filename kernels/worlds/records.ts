/**
 * Kernels of the procedural worlds.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import raycastCode from "./raycast.wgsl" with { type: "text" };

/** Nearest primitive along each ray. Bindings: primitives, bounds, rays, surface, primitive. */
export const raycast: Kernel = {
  name: "raycast",
  code: raycastCode,
  bindings: ["read", "read", "read", "write", "write"],
};
