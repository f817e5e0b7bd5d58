/**
 * The ray caster in plain TypeScript and float64: the reference of kernels/worlds/raycast.wgsl.
 *
 * @module
 */
import type { Hits, Rays } from "./raycast.ts";
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";

/** Hits nearer than this (in units of the direction) are not seen. */
const NEAREST = 1e-4;
/** Smaller components of a direction are raised to this, so that nothing is divided by zero. */
const SMALLEST = 1e-8;

/** Where a ray enters the solid that is being tried, where it leaves it, and through which face it enters. */
interface Crossing {
  near: number;
  far: number;
  face: number;
}

/** Faces of solids: those across their own axes x, y and z, and their curved or slanted sides. */
const FACE = {
  x: 0,
  y: 1,
  z: 2,
  cylinder: 3,
  ellipsoid: 4,
  cone: 5,
  lying: 6,
  low: 7,
  high: 8,
  front: 9,
  back: 10,
};

/**
 * Casts rays on the processor.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { frameAt } from "./frame.ts";
 * import { box } from "./primitives.ts";
 *
 * // A box from x = 4 to x = 6, and a ray along x from the origin.
 * const primitives = Float32Array.from(box(frameAt(5, 0, 0, 0), [0, 0, 0], [1, 1, 1]));
 * const words = Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0);
 * const { surface, primitive } = castRaysReference({ primitives, count: 1 }, { count: 1, words });
 * assert.equal(primitive[0], 0);
 * assert.deepEqual([...surface], [-1, 0, 0, 4]); // normal, t
 * ```
 */
export function castRaysReference(solids: Solids, rays: Rays): Hits {
  const surface = new Float32Array(rays.count * 4);
  const primitive = new Int32Array(rays.count).fill(-1);
  const p = Float64Array.from(solids.primitives);
  const sighting: Sighting = { t: Infinity, primitive: -1, face: FACE.z };
  const all = Uint32Array.from({ length: solids.count }, (_, index) => index);
  for (let ray = 0; ray < rays.count; ray++) {
    const r = rays.words.subarray(ray * 8, ray * 8 + 8);
    (sighting.t = Infinity), (sighting.primitive = -1);
    nearestOf(p, r, all, 0, all.length, sighting);
    primitive[ray] = sighting.primitive;
    surface[ray * 4 + 3] = sighting.primitive < 0 ? -1 : sighting.t;
    if (sighting.primitive >= 0) surface.set(normalAt(p, r, sighting), ray * 4);
  }
  return { surface, primitive };
}

/** What a ray met first, as far as it was looked. */
export interface Sighting {
  /** t; infinite where nothing was met. */
  t: number;
  /** Index of the primitive, -1 where nothing was met. */
  primitive: number;
  /** Face through which the ray enters it. */
  face: number;
}

const crossing: Crossing = { near: 0, far: 0, face: 0 };

/**
 * Puts into `sighting` what a ray meets among some primitives, where that is nearer than what it holds.
 *
 * @param p words of all primitives.
 * @param r words of the ray.
 * @param indices primitives to try: those from place `from` up to `to`.
 */
export function nearestOf(
  p: Float64Array,
  r: Float32Array,
  indices: Uint32Array,
  from: number,
  to: number,
  sighting: Sighting,
): void {
  const oz = r[2]!, dz = nudge(r[6]!);
  for (let at = from; at < to; at++) {
    const index = indices[at]!;
    const w = index * PRIMITIVE_WORDS;
    // The slab in z is common to all kinds.
    const hz = p[w + 6]!, z0 = oz - p[w + 2]!;
    const za = (-hz - z0) / dz, zb = (hz - z0) / dz;
    crossing.near = za < zb ? za : zb;
    crossing.far = za < zb ? zb : za;
    crossing.face = FACE.z;
    if (crossing.near > sighting.t || crossing.far <= NEAREST) continue;
    cross(crossing, p, w, r);
    const { near, far } = crossing;
    const isNearer = near < sighting.t || (near === sighting.t && index < sighting.primitive);
    if (near < far && near > NEAREST && isNearer) {
      (sighting.t = near), (sighting.primitive = index), (sighting.face = crossing.face);
    }
  }
}

/** The outward normal (unit) where a ray was met. */
export function normalAt(
  p: Float64Array,
  r: Float32Array,
  { primitive, face, t }: Sighting,
): [number, number, number] {
  return normalOf(p, primitive * PRIMITIVE_WORDS, face, r, t);
}

function nudge(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/** Makes a crossing empty. */
function miss(crossing: Crossing): void {
  crossing.far = -1;
}

/** Enters at `t` through `face`, if that is later than the crossing enters so far. */
function enter(crossing: Crossing, t: number, face: number): void {
  if (t > crossing.near) (crossing.near = t), (crossing.face = face);
}

/** Leaves at `t`, if that is sooner than the crossing leaves so far. */
function leave(crossing: Crossing, t: number): void {
  if (t < crossing.far) crossing.far = t;
}

/** Cuts a crossing by the slab -half..half across one of the solid's own axes. */
function slab(crossing: Crossing, half: number, from: number, step: number, face: number): void {
  const d = nudge(step);
  const a = (-half - from) / d, b = (half - from) / d;
  enter(crossing, a < b ? a : b, face);
  leave(crossing, a < b ? b : a);
}

/** A ray in the solid's own axes: a point of it, relative to the solid's centre, and its direction. */
interface OwnRay {
  x: number;
  y: number;
  z: number;
  dx: number;
  dy: number;
  dz: number;
}

/** Rays in the axes of the solid being tried; reused, since making objects for every ray and solid takes longer. */
const own: OwnRay = { x: 0, y: 0, z: 0, dx: 0, dy: 0, dz: 0 };
const lying: OwnRay = { x: 0, y: 0, z: 0, dx: 0, dy: 0, dz: 0 };

function setRay(
  ray: OwnRay,
  x: number,
  y: number,
  z: number,
  dx: number,
  dy: number,
  dz: number,
): OwnRay {
  (ray.x = x), (ray.y = y), (ray.z = z);
  (ray.dx = dx), (ray.dy = dy), (ray.dz = dz);
  return ray;
}

/** Cuts the crossing of a solid's slab in z down to the solid. `r` holds the words of the ray. */
function cross(crossing: Crossing, p: Float64Array, w: number, r: Float32Array): void {
  const kind = p[w + 3]!;
  const rx = r[0]! - p[w]!, ry = r[1]! - p[w + 1]!, z = r[2]! - p[w + 2]!;
  const rdx = r[4]!, rdy = r[5]!, dz = r[6]!;
  const hx = p[w + 4]!, hy = p[w + 5]!;
  if (kind === KIND.cylinder) return cylinder(crossing, rx, ry, rdx, rdy, hx);
  const c = p[w + 8]!, s = p[w + 9]!;
  const x = c * rx + s * ry, y = c * ry - s * rx;
  const dx = c * rdx + s * rdy, dy = c * rdy - s * rdx;
  if (kind === KIND.box) {
    slab(crossing, hx, x, dx, FACE.x);
    slab(crossing, hy, y, dy, FACE.y);
    return;
  }
  const ray = setRay(own, x, y, z, dx, dy, dz);
  if (kind === KIND.prism) return prism(crossing, p, w, ray);
  if (kind === KIND.lattice) return lattice(crossing, p, w, ray);
  if (kind === KIND.pyramid) return pyramid(crossing, p, w, ray);
  // The rest is solved about the ray's point nearest to the centre, which float32 needs in the kernel.
  const middle = -(x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz);
  (ray.x += middle * dx), (ray.y += middle * dy), (ray.z += middle * dz);
  if (kind === KIND.ellipsoid) return ellipsoid(crossing, p, w, ray, middle);
  const hz = p[w + 6]!, shape = p[w + 7]!;
  if (kind === KIND.frustum) {
    return cone(crossing, ray, { first: hx, last: shape, half: hz }, middle, FACE.cone);
  }
  // A roller: its axis is x, where that of a frustum is z.
  (crossing.near = -Infinity), (crossing.far = Infinity);
  slab(crossing, hx, x, dx, FACE.x);
  cone(
    crossing,
    setRay(lying, ray.y, ray.z, ray.x, dy, dz, dx),
    { first: hz, last: shape, half: hx },
    middle,
    FACE.lying,
  );
}

/** Cuts a crossing by an upright cylinder; (x, y) and (dx, dy) are the ray's origin and direction across its axis. */
function cylinder(
  crossing: Crossing,
  x: number,
  y: number,
  dx: number,
  dy: number,
  radius: number,
): void {
  const a = Math.max(dx * dx + dy * dy, SMALLEST * SMALLEST);
  const b = x * dx + y * dy;
  const q = b * b - a * (x * x + y * y - radius * radius);
  if (q <= 0) return miss(crossing);
  const root = Math.sqrt(q);
  enter(crossing, (-b - root) / a, FACE.cylinder);
  leave(crossing, (-b + root) / a);
}

function prism(crossing: Crossing, p: Float64Array, w: number, ray: OwnRay): void {
  const hx = p[w + 4]!, hy = p[w + 5]!, hz = p[w + 6]!;
  slab(crossing, hy, ray.y, ray.dy, FACE.y);
  slant(crossing, ray, { nx: -2 * hz, nz: p[w + 10]! + hx, edge: -hx, hz }, FACE.low);
  slant(crossing, ray, { nx: 2 * hz, nz: hx - p[w + 11]!, edge: hx, hz }, FACE.high);
}

function pyramid(crossing: Crossing, p: Float64Array, w: number, ray: OwnRay): void {
  const hx = p[w + 4]!, hy = p[w + 5]!, hz = p[w + 6]!;
  const nx = hx - p[w + 7]!, ny = hy - p[w + 10]!;
  slant(crossing, ray, { nx: -2 * hz, nz: nx, edge: -hx, hz }, FACE.low);
  slant(crossing, ray, { nx: 2 * hz, nz: nx, edge: hx, hz }, FACE.high);
  // The other two faces, with y in the place of x.
  (lying.x = ray.y), (lying.z = ray.z), (lying.dx = ray.dy), (lying.dz = ray.dz);
  slant(crossing, lying, { nx: -2 * hz, nz: ny, edge: -hy, hz }, FACE.front);
  slant(crossing, lying, { nx: 2 * hz, nz: ny, edge: hy, hz }, FACE.back);
}

/** Cuts a crossing by the half space below a face of normal (nx, 0, nz) that ends at (edge, -hz). */
function slant(
  crossing: Crossing,
  ray: OwnRay,
  { nx, nz, edge, hz }: { nx: number; nz: number; edge: number; hz: number },
  face: number,
): void {
  const speed = nudge(nx * ray.dx + nz * ray.dz);
  const t = -(nx * (ray.x - edge) + nz * (ray.z + hz)) / speed;
  if (speed > 0) leave(crossing, t);
  else enter(crossing, t, face);
}

/** Meets a bar of the sheet y = 0, or passes between the bars. */
function lattice(crossing: Crossing, p: Float64Array, w: number, ray: OwnRay): void {
  const hx = p[w + 4]!, hz = p[w + 6]!;
  const pitch = p[w + 7]!, rails = p[w + 10]!, width = p[w + 11]!;
  const t = -ray.y / nudge(ray.dy);
  const along = ray.x + t * ray.dx + hx, up = ray.z + t * ray.dz + hz;
  const inside = along >= 0 && along <= 2 * hx && up >= 0 && up <= 2 * hz;
  const bar = along - pitch * Math.floor(along / pitch) < width ||
    up - rails * Math.floor(up / rails) < width;
  if (!inside || !bar) return miss(crossing);
  (crossing.near = t), (crossing.far = Infinity), (crossing.face = FACE.y);
}

/** Meets an ellipsoid; `ray` is given by its point at t = `middle`. */
function ellipsoid(
  crossing: Crossing,
  p: Float64Array,
  w: number,
  ray: OwnRay,
  middle: number,
): void {
  const hx = p[w + 4]!, hy = p[w + 5]!, hz = p[w + 6]!;
  const ax = ray.dx / hx, ay = ray.dy / hy, az = ray.dz / hz;
  const bx = ray.x / hx, by = ray.y / hy, bz = ray.z / hz;
  const a = ax * ax + ay * ay + az * az;
  const b = ax * bx + ay * by + az * bz;
  const q = b * b - a * (bx * bx + by * by + bz * bz - 1);
  if (q <= 0) return miss(crossing);
  crossing.near = middle + (-b - Math.sqrt(q)) / a;
  crossing.far = middle + (-b + Math.sqrt(q)) / a;
  crossing.face = FACE.ellipsoid;
}

/**
 * Cuts a crossing by the round side of a cone frustum whose axis is z, of radius `first` at -half and `last` at +half.
 * `ray` is given by its point at t = `middle`.
 */
function cone(
  crossing: Crossing,
  { x, y, z, dx, dy, dz }: OwnRay,
  { first, last, half }: { first: number; last: number; half: number },
  middle: number,
  face: number,
): void {
  const slope = (last - first) / (2 * half);
  const radius = (first + last) / 2 + slope * z;
  const widening = slope * dz;
  const a = nudge(dx * dx + dy * dy - widening * widening);
  const b = x * dx + y * dy - radius * widening;
  const q = b * b - a * (x * x + y * y - radius * radius);
  // A ray steeper than the side (a < 0) always goes through it.
  if (q <= 0 && a > 0) return miss(crossing);
  // Roots without cancellation.
  const sum = nudge(-b - (b < 0 ? -1 : 1) * Math.sqrt(Math.max(q, 0)));
  const one = middle + sum / a, two = middle + (x * x + y * y - radius * radius) / sum;
  const low = Math.min(one, two), high = Math.max(one, two);
  // Such a ray goes through the side only once: it enters where the cone widens along it, and leaves where it narrows.
  enter(crossing, a > 0 ? low : widening > 0 ? high : -Infinity, face);
  leave(crossing, a > 0 ? high : widening > 0 ? Infinity : low);
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
  const rotated = (x: number, y: number, z: number): [number, number, number] => {
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
  if (face === FACE.x) return rotated(c * dx + s * dy > 0 ? -1 : 1, 0, 0);
  if (face === FACE.y) return rotated(0, c * dy - s * dx > 0 ? -1 : 1, 0);
  if (p[w + 3] === KIND.pyramid) {
    const nx = hx - p[w + 7]!, ny = hy - p[w + 10]!;
    if (face === FACE.low) return rotated(-2 * hz, 0, nx);
    if (face === FACE.high) return rotated(2 * hz, 0, nx);
    return rotated(0, face === FACE.front ? -2 * hz : 2 * hz, ny);
  }
  if (face === FACE.low) return rotated(-2 * hz, 0, p[w + 10]! + hx);
  if (face === FACE.high) return rotated(2 * hz, 0, hx - p[w + 11]!);
  const x = c * rx + s * ry, y = c * ry - s * rx;
  if (face === FACE.ellipsoid) return rotated(x / (hx * hx), y / (hy * hy), z / (hz * hz));
  const shape = p[w + 7]!;
  if (face === FACE.cone) return rotated(x, y, -Math.hypot(x, y) * (shape - hx) / (2 * hz));
  return rotated(-Math.hypot(y, z) * (shape - hz) / (2 * hx), y, z);
}
