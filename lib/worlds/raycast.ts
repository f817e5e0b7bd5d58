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
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";

/** Rays to cast. */
export interface Rays {
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
function boundsOf({ primitives: p, count }: Solids): Float32Array {
  const bounds = new Float32Array(Math.ceil(count / RUN) * 8);
  for (let first = 0; first < count; first += RUN) {
    const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
    for (let index = first; index < Math.min(count, first + RUN); index++) {
      const w = index * PRIMITIVE_WORDS;
      const [hx, hy, hz] = halfSizes(p, w);
      const c = Math.abs(p[w + 8]!), s = Math.abs(p[w + 9]!);
      [c * hx + s * hy, s * hx + c * hy, hz].forEach((reach, axis) => {
        low[axis] = Math.min(low[axis]!, p[w + axis]! - reach - 0.01);
        high[axis] = Math.max(high[axis]!, p[w + axis]! + reach + 0.01);
      });
    }
    bounds.set([...low, 0, ...high, 0], first / RUN * 8);
  }
  return bounds;
}

/** Half sizes of the bounding box of a primitive, along its own axes. */
function halfSizes(p: Float32Array, w: number): [number, number, number] {
  const kind = p[w + 3]!;
  const hx = p[w + 4]!, hz = p[w + 6]!;
  if (kind === KIND.frustum) return [Math.max(hx, p[w + 7]!), Math.max(hx, p[w + 7]!), hz];
  if (kind === KIND.prism) {
    return [Math.max(hx, Math.abs(p[w + 10]!), Math.abs(p[w + 11]!)), p[w + 5]!, hz];
  }
  return [hx, p[w + 5]!, hz];
}
