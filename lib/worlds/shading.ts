/**
 * From a hit to a colour: the point of a surface that a ray met, its place on the texture, and the contract of
 * whatever lights it.
 *
 * @module
 */
import type { Vector3 } from "./frame.ts";
import type { Material } from "./materials.ts";
import type { Hits, Rays } from "./raycast.ts";
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";
import { albedo } from "./textures.ts";

/** A point of a surface. One object is filled anew for every pixel, so that painting allocates nothing. */
export interface SurfacePoint {
  /** Index of the primitive that the point lies on. */
  primitive: number;
  /** Its place, metres. */
  x: number;
  y: number;
  z: number;
  /** Outward normal of the surface (unit). */
  nx: number;
  ny: number;
  nz: number;
  /** Whether the sun reaches it; true where the light has no {@link Painter.sun}. */
  lit: boolean;
}

/** Makes a point to be filled by {@link meet}. */
export function surfacePoint(): SurfacePoint {
  return { primitive: -1, x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0, lit: true };
}

/**
 * Fills `point` with what ray number `ray` met.
 *
 * @param eye origin of the ray, metres.
 */
export function meet(point: SurfacePoint, eye: Vector3, rays: Rays, hits: Hits, ray: number): void {
  const w = ray * 8, h = ray * 4;
  const t = hits.surface[h + 3]!;
  point.primitive = hits.primitive[ray]!;
  point.x = eye[0] + t * rays.words[w + 4]!;
  point.y = eye[1] + t * rays.words[w + 5]!;
  point.z = eye[2] + t * rays.words[w + 6]!;
  point.nx = hits.surface[h]!;
  point.ny = hits.surface[h + 1]!;
  point.nz = hits.surface[h + 2]!;
}

/**
 * The light of one picture. Colours are RGB, about 0 to 1 but not clamped, and are written to
 * `out[at]` .. `out[at + 2]`.
 */
export interface Painter {
  /** Writes the colour of a point that is seen from `eye`. */
  surface(point: Readonly<SurfacePoint>, eye: Vector3, out: Float32Array, at: number): void;
  /** Direction (unit) towards the sun, where objects cast shadows. */
  readonly sun?: Vector3;
  /** Writes the colour that a ray of this direction sees if it meets nothing; black where this is left out. */
  sky?(dx: number, dy: number, dz: number, out: Float32Array, at: number): void;
}

/**
 * Writes the albedo (RGB) of a point to `out[0]` .. `out[2]`. Textures are laid out along the axes of the primitive,
 * so that they rotate with it.
 */
export function textureAt(
  solids: Solids,
  material: Material,
  { primitive, x: px, y: py, z: pz, nx, ny, nz }: Readonly<SurfacePoint>,
  out: Float64Array,
): void {
  const p = solids.primitives;
  const w = primitive * PRIMITIVE_WORDS;
  const kind = p[w + 3]!;
  const c = p[w + 8]!, s = p[w + 9]!;
  const rx = px - p[w]!, ry = py - p[w + 1]!, z = pz - p[w + 2]!;
  const x = c * rx + s * ry, y = c * ry - s * rx;
  if (Math.abs(nz) > 0.5) {
    albedo(material, x, y, out);
  } else if (kind === KIND.cylinder || kind === KIND.frustum) {
    albedo(material, Math.atan2(y, x) * p[w + 4]!, z, out);
  } else {
    albedo(material, Math.abs(nx * c + ny * s) > 0.5 ? y : x, z, out);
  }
}
