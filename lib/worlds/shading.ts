/**
 * From a hit to a colour: where on its texture a primitive was hit, and what a world has to say about its light.
 *
 * @module
 */
import { albedo, type Material } from "./materials.ts";
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";

/** The light of one picture; colours are RGB, about 0..1 but not clamped, written to out[at..at+2]. */
export interface Painter {
  /**
   * Colour of a point (px, py, pz) of a primitive with the outward normal (nx, ny, nz).
   *
   * @param eye where it is seen from.
   * @param lit whether the sun reaches it; true where there is no {@link sun}.
   */
  surface(
    primitive: number,
    px: number,
    py: number,
    pz: number,
    nx: number,
    ny: number,
    nz: number,
    eye: readonly [number, number, number],
    out: Float32Array,
    at: number,
    lit: boolean,
  ): void;
  /** Direction (unit) towards the sun, where things throw shadows. */
  readonly sun?: readonly [number, number, number];
  /** Colour of what a ray of this direction sees that meets nothing; black where absent. */
  sky?(dx: number, dy: number, dz: number, out: Float32Array, at: number): void;
}

/** Albedo (RGB) of a point of a primitive, by its own axes, so that textures turn with their objects. */
export function textureAt(
  solids: Solids,
  primitive: number,
  material: Material,
  px: number,
  py: number,
  pz: number,
  nx: number,
  ny: number,
  nz: number,
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
