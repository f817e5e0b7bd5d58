/**
 * The one ray caster: photographs and scanners both look at a world through it. The GPU does the work
 * (kernels/worlds/raycast.wgsl); the plain TypeScript below is what the kernel is held against. The reference tries every
 * primitive of {@link Solids}; the kernel leaves away runs of primitives whose common bound the ray misses, so
 * worlds that list the primitives of one object in a row are cast at several times the speed.
 *
 * A ray meets a solid where it goes in: solids that the ray starts inside of are not seen.
 *
 * @module
 */
import { type Gpu, groupsOf64, launch } from "../gpu/mod.ts";
import { raycast } from "../../kernels/worlds/records.ts";
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";

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

/** Casts rays at solids. */
export type CastRays = (solids: Solids, rays: Rays) => Promise<Hits>;

/** Hits nearer than this (in units of the direction) are not seen; directions smaller are nudged. */
const NEAREST = 1e-4;
const SMALLEST = 1e-8;

/** Casts on the GPU. */
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

/** Primitives that share a bound in the kernel. */
const RUN = 8;

/** Boxes around every RUN primitives in a row, a little too wide: lowest x, y, z, 0, highest x, y, z, 0. */
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

/** Half the size of a box around a primitive, in its own axes. */
function halfSizes(p: Float32Array, w: number): [number, number, number] {
  const kind = p[w + 3]!;
  const hx = p[w + 4]!, hz = p[w + 6]!;
  if (kind === KIND.frustum) return [Math.max(hx, p[w + 7]!), Math.max(hx, p[w + 7]!), hz];
  if (kind === KIND.prism) {
    return [Math.max(hx, Math.abs(p[w + 10]!), Math.abs(p[w + 11]!)), p[w + 5]!, hz];
  }
  return [hx, p[w + 5]!, hz];
}

/** Where a ray goes into the solid being tried, where it leaves it, and through which face it goes in. */
interface Crossing {
  near: number;
  far: number;
  face: number;
}

/** Faces: the own axes x, y, z of a solid, and its curved or slanted sides. */
const FACE = { x: 0, y: 1, z: 2, cylinder: 3, ellipsoid: 4, cone: 5, lying: 6, low: 7, high: 8 };

/** Casts on the processor, in float64: the reference of the kernel. */
export function castRaysReference(solids: Solids, rays: Rays): Hits {
  const surface = new Float32Array(rays.count * 4);
  const primitive = new Int32Array(rays.count).fill(-1);
  const p = Float64Array.from(solids.primitives);
  const crossing: Crossing = { near: 0, far: 0, face: FACE.z };
  for (let ray = 0; ray < rays.count; ray++) {
    const r = rays.words.subarray(ray * 8, ray * 8 + 8);
    const oz = r[2]!, dz = nudge(r[6]!);
    let best = Infinity, found = -1, face = 0;
    for (let index = 0; index < solids.count; index++) {
      const w = index * PRIMITIVE_WORDS;
      // Slab in z, common to all kinds.
      const hz = p[w + 6]!, z0 = oz - p[w + 2]!;
      const za = (-hz - z0) / dz, zb = (hz - z0) / dz;
      crossing.near = za < zb ? za : zb;
      crossing.far = za < zb ? zb : za;
      crossing.face = FACE.z;
      if (crossing.near >= best || crossing.far <= NEAREST) continue;
      cross(crossing, p, w, r);
      const { near, far } = crossing;
      if (near < far && near > NEAREST && near < best) {
        (best = near), (found = index), (face = crossing.face);
      }
    }
    primitive[ray] = found;
    surface[ray * 4 + 3] = found < 0 ? -1 : best;
    if (found >= 0) {
      surface.set(normalOf(p, found * PRIMITIVE_WORDS, face, r, best), ray * 4);
    }
  }
  return { surface, primitive };
}

function nudge(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/** Makes a crossing empty. */
function miss(crossing: Crossing): void {
  crossing.far = -1;
}

/** Cuts a crossing by the slab -half..half of one own axis. */
function slab(crossing: Crossing, half: number, from: number, step: number, face: number): void {
  const d = nudge(step);
  const a = (-half - from) / d, b = (half - from) / d;
  const enter = a < b ? a : b, leave = a < b ? b : a;
  if (enter > crossing.near) (crossing.near = enter), (crossing.face = face);
  if (leave < crossing.far) crossing.far = leave;
}

/** Cuts the crossing of a solid's slab in z down to the solid. `r` is the ray's words. */
function cross(crossing: Crossing, p: Float64Array, w: number, r: Float32Array): void {
  const kind = p[w + 3]!;
  const rx = r[0]! - p[w]!, ry = r[1]! - p[w + 1]!, rz = r[2]! - p[w + 2]!;
  const dx = r[4]!, dy = r[5]!, dz = r[6]!;
  const hx = p[w + 4]!, hy = p[w + 5]!, hz = p[w + 6]!;
  if (kind === KIND.cylinder) {
    const a = Math.max(dx * dx + dy * dy, SMALLEST * SMALLEST);
    const b = rx * dx + ry * dy;
    const q = b * b - a * (rx * rx + ry * ry - hx * hx);
    if (q <= 0) return miss(crossing);
    const root = Math.sqrt(q);
    if ((-b - root) / a > crossing.near) {
      (crossing.near = (-b - root) / a), (crossing.face = FACE.cylinder);
    }
    crossing.far = Math.min(crossing.far, (-b + root) / a);
    return;
  }
  const c = p[w + 8]!, s = p[w + 9]!;
  const x0 = c * rx + s * ry, y0 = c * ry - s * rx;
  const ex = c * dx + s * dy, ey = c * dy - s * dx;
  if (kind === KIND.box) {
    slab(crossing, hx, x0, ex, FACE.x);
    slab(crossing, hy, y0, ey, FACE.y);
    return;
  }
  const shape = p[w + 7]!;
  if (kind === KIND.prism) {
    slab(crossing, hy, y0, ey, FACE.y);
    slant(crossing, -2 * hz, p[w + 10]! + hx, -hx, hz, x0, rz, ex, dz, FACE.low);
    slant(crossing, 2 * hz, hx - p[w + 11]!, hx, hz, x0, rz, ex, dz, FACE.high);
    return;
  }
  if (kind === KIND.lattice) {
    const t = -y0 / nudge(ey);
    const along = x0 + t * ex + hx, up = rz + t * dz + hz;
    const width = p[w + 11]!;
    const inside = along >= 0 && along <= 2 * hx && up >= 0 && up <= 2 * hz;
    const bar = along - shape * Math.floor(along / shape) < width ||
      up - p[w + 10]! * Math.floor(up / p[w + 10]!) < width;
    if (!inside || !bar) return miss(crossing);
    (crossing.near = t), (crossing.far = Infinity), (crossing.face = FACE.y);
    return;
  }
  // The rest is solved about the ray's point nearest to the centre, which float32 needs in the kernel.
  const middle = -(x0 * ex + y0 * ey + rz * dz) / (ex * ex + ey * ey + dz * dz);
  const mx = x0 + middle * ex, my = y0 + middle * ey, mz = rz + middle * dz;
  if (kind === KIND.ellipsoid) {
    const ax = ex / hx, ay = ey / hy, az = dz / hz;
    const bx = mx / hx, by = my / hy, bz = mz / hz;
    const a = ax * ax + ay * ay + az * az;
    const b = ax * bx + ay * by + az * bz;
    const q = b * b - a * (bx * bx + by * by + bz * bz - 1);
    if (q <= 0) return miss(crossing);
    crossing.near = middle + (-b - Math.sqrt(q)) / a;
    crossing.far = middle + (-b + Math.sqrt(q)) / a;
    crossing.face = FACE.ellipsoid;
  } else if (kind === KIND.frustum) {
    cone(crossing, mx, my, mz, ex, ey, dz, hx, shape, hz, middle, FACE.cone);
  } else {
    (crossing.near = -Infinity), (crossing.far = Infinity);
    slab(crossing, hx, x0, ex, FACE.x);
    cone(crossing, my, mz, mx, ey, dz, ex, hz, shape, hx, middle, FACE.lying);
  }
}

/** Cuts a crossing by the half space below a face of normal (nx, 0, nz) that ends at (edge, -hz). */
function slant(
  crossing: Crossing,
  nx: number,
  nz: number,
  edge: number,
  hz: number,
  x0: number,
  z0: number,
  ex: number,
  dz: number,
  face: number,
): void {
  const speed = nudge(nx * ex + nz * dz);
  const t = -(nx * (x0 - edge) + nz * (z0 + hz)) / speed;
  if (speed > 0) {
    if (t < crossing.far) crossing.far = t;
  } else if (t > crossing.near) {
    (crossing.near = t), (crossing.face = face);
  }
}

/**
 * Cuts a crossing by the round side of a cone frustum. (u, v) lie across its axis and `along` on it, of the
 * ray's point at `middle`; du, dv, da are the ray's direction. Radius `first` at -half, `last` at +half.
 */
function cone(
  crossing: Crossing,
  u: number,
  v: number,
  along: number,
  du: number,
  dv: number,
  da: number,
  first: number,
  last: number,
  half: number,
  middle: number,
  face: number,
): void {
  const slope = (last - first) / (2 * half);
  const radius = (first + last) / 2 + slope * along;
  const widening = slope * da;
  const a = nudge(du * du + dv * dv - widening * widening);
  const b = u * du + v * dv - radius * widening;
  const q = b * b - a * (u * u + v * v - radius * radius);
  // A ray steeper than the side (a < 0) always goes through it.
  if (q <= 0 && a > 0) return miss(crossing);
  // Roots without cancellation.
  const sum = nudge(-b - (b < 0 ? -1 : 1) * Math.sqrt(Math.max(q, 0)));
  const one = middle + sum / a, two = middle + (u * u + v * v - radius * radius) / sum;
  const low = Math.min(one, two), high = Math.max(one, two);
  // And once only, in the direction in which the cone widens or narrows.
  const enter = a > 0 ? low : widening > 0 ? high : -Infinity;
  const leave = a > 0 ? high : widening > 0 ? Infinity : low;
  if (enter > crossing.near) (crossing.near = enter), (crossing.face = face);
  if (leave < crossing.far) crossing.far = leave;
}

/** The outward normal (unit) of a face where a ray of words `r` meets it at t. */
function normalOf(
  p: Float64Array,
  w: number,
  face: number,
  r: Float32Array,
  t: number,
): [number, number, number] {
  const c = p[w + 8]!, s = p[w + 9]!;
  const turned = (x: number, y: number, z: number): [number, number, number] => {
    const length = Math.hypot(x, y, z);
    return [(c * x - s * y) / length, (s * x + c * y) / length, z / length];
  };
  const dx = r[4]!, dy = r[5]!, dz = r[6]!;
  if (face === FACE.z) return [0, 0, dz > 0 ? -1 : 1];
  const hx = p[w + 4]!, hy = p[w + 5]!, hz = p[w + 6]!;
  const rx = r[0]! + t * dx - p[w]!,
    ry = r[1]! + t * dy - p[w + 1]!,
    z = r[2]! + t * dz - p[w + 2]!;
  if (face === FACE.cylinder) return [rx / hx, ry / hx, 0];
  if (face === FACE.x) return turned(c * dx + s * dy > 0 ? -1 : 1, 0, 0);
  if (face === FACE.y) return turned(0, c * dy - s * dx > 0 ? -1 : 1, 0);
  if (face === FACE.low) return turned(-2 * hz, 0, p[w + 10]! + hx);
  if (face === FACE.high) return turned(2 * hz, 0, hx - p[w + 11]!);
  const x = c * rx + s * ry, y = c * ry - s * rx;
  if (face === FACE.ellipsoid) return turned(x / (hx * hx), y / (hy * hy), z / (hz * hz));
  const shape = p[w + 7]!;
  if (face === FACE.cone) return turned(x, y, -Math.hypot(x, y) * (shape - hx) / (2 * hz));
  return turned(-Math.hypot(y, z) * (shape - hz) / (2 * hx), y, z);
}
