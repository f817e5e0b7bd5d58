/**
 * The one ray caster: photographs and scanners both look at a room through it. The GPU does the work
 * (kernels/raycast.wgsl); the plain TypeScript below is what the kernel is held against.
 *
 * A packed primitive is 12 f32 words: centre x, y, z and kind (0 box, 1 upright cylinder); half sizes
 * x, y, z and 0 (a cylinder has its radius twice); cosine and sine of its turn about z, 0, 0.
 * A ray meets a solid where it goes in: solids that the ray starts inside of are not seen.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { raycast } from "../../kernels/worlds.ts";
import { PRIMITIVE_WORDS, type Room } from "./rooms/room.ts";

/** Rays: f32 [count * 8]: origin x, y, z, 0, direction x, y, z, 0. Directions may have any length. */
export interface Rays {
  count: number;
  words: Float32Array;
}

/** What each ray meets first. */
export interface Hits {
  /** f32 [count * 4]: the outward normal and t, in units of the ray's direction; t = -1 for nothing. */
  surface: Float32Array;
  /** Index of the primitive, -1 for nothing; ties go to the smallest. */
  primitive: Int32Array;
}

/** Casts rays into a room. */
export type CastRays = (room: Room, rays: Rays) => Promise<Hits>;

/** Hits nearer than this (in units of the direction) are not seen; directions smaller are nudged. */
const NEAREST = 1e-4;
const SMALLEST = 1e-8;

/** Casts on the GPU. */
export function gpuCaster(gpu: Gpu): CastRays {
  return async (room, rays) => {
    if (rays.count === 0) return { surface: new Float32Array(0), primitive: new Int32Array(0) };
    const primitives = gpu.upload("raycast primitives", room.primitives);
    const input = gpu.upload("raycast rays", rays.words);
    const surface = gpu.buffer("raycast surface", rays.count * 16);
    const primitive = gpu.buffer("raycast primitive", rays.count * 4);
    try {
      gpu.run([{
        kernel: raycast,
        params: [rays.count, room.count],
        bindings: [primitives, input, surface, primitive],
        workgroups: Math.ceil(rays.count / 64),
      }], "raycast");
      return {
        surface: await gpu.read(surface, Float32Array, rays.count * 4),
        primitive: await gpu.read(primitive, Int32Array, rays.count),
      };
    } finally {
      for (const buffer of [primitives, input, surface, primitive]) buffer.destroy();
    }
  };
}

/** Casts on the processor, in float64: the reference of the kernel. */
export function castRaysReference(room: Room, rays: Rays): Hits {
  const surface = new Float32Array(rays.count * 4);
  const primitive = new Int32Array(rays.count).fill(-1);
  const p = Float64Array.from(room.primitives);
  const { words } = rays;
  for (let ray = 0; ray < rays.count; ray++) {
    const at = ray * 8;
    const ox = words[at]!, oy = words[at + 1]!, oz = words[at + 2]!;
    const dx = words[at + 4]!, dy = words[at + 5]!, dz = nudge(words[at + 6]!);
    let best = Infinity, found = -1, face = 0;
    for (let index = 0; index < room.count; index++) {
      const w = index * PRIMITIVE_WORDS;
      const hz = p[w + 6]!;
      const z0 = oz - p[w + 2]!;
      // Slab in z, common to both kinds.
      const za = (-hz - z0) / dz, zb = (hz - z0) / dz;
      let near = za < zb ? za : zb;
      let far = za < zb ? zb : za;
      if (near >= best || far <= NEAREST) continue;
      let axis = 2;
      const rx = ox - p[w]!, ry = oy - p[w + 1]!;
      const hx = p[w + 4]!;
      if (p[w + 3] === 0) {
        const c = p[w + 8]!, s = p[w + 9]!;
        const x0 = c * rx + s * ry, ex = nudge(c * dx + s * dy);
        const xa = (-hx - x0) / ex, xb = (hx - x0) / ex;
        const xNear = xa < xb ? xa : xb;
        if (xNear > near) (near = xNear), axis = 0;
        far = Math.min(far, xa < xb ? xb : xa);
        if (near >= far || near >= best) continue;
        const hy = p[w + 5]!;
        const y0 = c * ry - s * rx, ey = nudge(c * dy - s * dx);
        const ya = (-hy - y0) / ey, yb = (hy - y0) / ey;
        const yNear = ya < yb ? ya : yb;
        if (yNear > near) (near = yNear), axis = 1;
        far = Math.min(far, ya < yb ? yb : ya);
      } else {
        const a = Math.max(dx * dx + dy * dy, SMALLEST * SMALLEST);
        const b = rx * dx + ry * dy;
        const q = b * b - a * (rx * rx + ry * ry - hx * hx);
        if (q <= 0) continue;
        const root = Math.sqrt(q);
        const inside = (-b - root) / a;
        if (inside > near) (near = inside), axis = 3;
        far = Math.min(far, (-b + root) / a);
      }
      if (near < far && near > NEAREST && near < best) (best = near), found = index, face = axis;
    }
    primitive[ray] = found;
    surface[ray * 4 + 3] = found < 0 ? -1 : best;
    if (found >= 0) {
      writeNormal(surface, ray * 4, p, found * PRIMITIVE_WORDS, face, words, at, best);
    }
  }
  return { surface, primitive };
}

function nudge(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/** The outward normal of a face: 0, 1, 2 a box's axes (2 also a cylinder's ends), 3 its round side. */
function writeNormal(
  out: Float32Array,
  to: number,
  p: Float64Array,
  w: number,
  face: number,
  words: Float32Array,
  at: number,
  t: number,
): void {
  const dx = words[at + 4]!, dy = words[at + 5]!, dz = words[at + 6]!;
  if (face === 2) {
    out[to + 2] = dz > 0 ? -1 : 1;
  } else if (face === 3) {
    out[to] = (words[at]! + t * dx - p[w]!) / p[w + 4]!;
    out[to + 1] = (words[at + 1]! + t * dy - p[w + 1]!) / p[w + 4]!;
  } else {
    const c = p[w + 8]!, s = p[w + 9]!;
    const ax = face === 0 ? c : -s, ay = face === 0 ? s : c;
    const sign = dx * ax + dy * ay > 0 ? -1 : 1;
    out[to] = sign * ax;
    out[to + 1] = sign * ay;
  }
}
