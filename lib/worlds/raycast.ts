/**
 * The ray caster through which photographs and scanners both look at a world. The GPU does the work
 * (kernels/worlds/raycast.wgsl); raycast_reference.ts is what the kernel is held against. The reference tries every
 * primitive of {@link Solids}. The kernel skips a run of consecutive primitives where the ray misses the box around
 * them, so a world that lists the primitives of one object together is cast several times faster.
 *
 * A ray meets a solid where it enters it: a solid that the ray starts inside of is not seen.
 *
 * @module
 */
import { type Gpu, groupsOf64, launch } from "../gpu/mod.ts";
import { raycast } from "../../kernels/worlds/records.ts";
import { extentsOf } from "./extents.ts";
import type { Solids } from "./solids.ts";

/** Rays to cast. */
export interface Rays {
  /** Number of rays. */
  count: number;
  /** f32 [count * 8]: origin x, y, z, 0, direction x, y, z, 0. Directions may have any length. */
  words: Float32Array;
}

/** What each ray meets first. */
export interface Hits {
  /** f32 [count * 4]: the outward normal, and t in units of the ray's direction; t = -1 where nothing is met. */
  surface: Float32Array;
  /** i32 [count]: index of the primitive, -1 where nothing is met; of several at the same t, the smallest index. */
  primitive: Int32Array;
}

/** Casts rays at solids. */
export type CastRays = (solids: Solids, rays: Rays) => Promise<Hits>;

/** Makes a ray caster that runs on the GPU. */
export function gpuCaster(gpu: Gpu): CastRays {
  return async (solids, rays) => {
    if (rays.count === 0) return { surface: new Float32Array(0), primitive: new Int32Array(0) };
    const primitives = gpu.upload("raycast primitives", solids.primitives);
    const bounds = gpu.upload("raycast bounds", boundsOf(solids));
    const input = gpu.upload("raycast rays", rays.words);
    const surface = gpu.buffer("raycast surface", rays.count * 16);
    const primitive = gpu.buffer("raycast primitive", rays.count * 4);
    try {
      gpu.run([launch(raycast, {
        params: { rays: rays.count, primitives: solids.count },
        bindings: [primitives, bounds, input, surface, primitive],
        workgroups: groupsOf64(rays.count),
      })], "raycast");
      return {
        surface: await gpu.read(surface, Float32Array, rays.count * 4),
        primitive: await gpu.read(primitive, Int32Array, rays.count),
      };
    } finally {
      for (const buffer of [primitives, bounds, input, surface, primitive]) buffer.destroy();
    }
  };
}

/** Consecutive primitives that share a bounding box in the kernel. */
const RUN = 8;

/** Boxes around every {@link RUN} primitives, 1 cm too wide: lowest x, y, z, 0, highest x, y, z, 0. */
function boundsOf(solids: Solids): Float32Array {
  const { count } = solids;
  const extents = extentsOf(solids);
  const bounds = new Float32Array(Math.ceil(count / RUN) * 8);
  for (let first = 0; first < count; first += RUN) {
    const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
    for (let index = first; index < Math.min(count, first + RUN); index++) {
      for (let axis = 0; axis < 3; axis++) {
        low[axis] = Math.min(low[axis]!, extents.low[3 * index + axis]! - 0.01);
        high[axis] = Math.max(high[axis]!, extents.high[3 * index + axis]! + 0.01);
      }
    }
    bounds.set([...low, 0, ...high, 0], first / RUN * 8);
  }
  return bounds;
}
