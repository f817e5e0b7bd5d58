/**
 * Packs primitives (see solids.ts) in the frame of the object they belong to: `at` is the centre in that frame; all
 * lengths are metres.
 *
 * @module
 */
import { type Frame, type Vector3, within } from "./frame.ts";
import { KIND } from "./solids.ts";

function pack(
  frame: Frame,
  kind: number,
  [x, y, z]: Vector3,
  [hx, hy, hz]: Vector3,
  shape: readonly [number, number, number] = [0, 0, 0],
): number[] {
  const at = within(frame, x, y, z);
  const rotation = [frame.cos, frame.sin];
  return [at.x, at.y, at.z, kind, hx, hy, hz, shape[0], ...rotation, shape[1], shape[2]];
}

/**
 * Packs a box of half sizes `half`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { frameAt } from "./frame.ts";
 * import { KIND, PRIMITIVE_WORDS } from "./solids.ts";
 *
 * const crate = box(frameAt(4, 5, 0, 0), [0, 0, 0.5], [1, 1, 0.5]);
 * assert.equal(crate.length, PRIMITIVE_WORDS);
 * assert.deepEqual(crate.slice(0, 7), [4, 5, 0.5, KIND.box, 1, 1, 0.5]);
 * ```
 */
export function box(frame: Frame, at: Vector3, half: Vector3): number[] {
  return pack(frame, KIND.box, at, half);
}

/** Packs an upright cylinder of half height `h`. */
export function cylinder(frame: Frame, at: Vector3, radius: number, h: number): number[] {
  return pack(frame, KIND.cylinder, at, [radius, radius, h]);
}

/** Packs an ellipsoid of half axes `half`. */
export function ellipsoid(frame: Frame, at: Vector3, half: Vector3): number[] {
  return pack(frame, KIND.ellipsoid, at, half);
}

/** Packs an upright cone frustum of half height `h` and the radii of its bottom and top. */
export function frustum(
  frame: Frame,
  at: Vector3,
  bottom: number,
  top: number,
  h: number,
): number[] {
  return pack(frame, KIND.frustum, at, [bottom, bottom, h], [top, 0, 0]);
}

/** Packs a cylinder along the frame's x, of half length `half`. */
export function roller(frame: Frame, at: Vector3, half: number, radius: number): number[] {
  return pack(frame, KIND.roller, at, [half, radius, radius], [radius, 0, 0]);
}

/** Packs a trapezoid of the x-z plane, extruded along y; its top reaches from `low` to `high` about the centre's x. */
export function prism(
  frame: Frame,
  at: Vector3,
  half: Vector3,
  low: number,
  high: number,
): number[] {
  return pack(frame, KIND.prism, at, half, [0, low, high]);
}

/** Packs a pyramid frustum of half sizes `half` at the bottom and `top` at the top. */
export function pyramid(
  frame: Frame,
  at: Vector3,
  half: Vector3,
  top: readonly [number, number],
): number[] {
  return pack(frame, KIND.pyramid, at, half, [top[0], top[1], 0]);
}

/** Packs a sheet of uprights `pitch` apart and rails `rails` apart, all `width` wide, along the frame's x. */
export function lattice(
  frame: Frame,
  at: Vector3,
  [hx, hz]: readonly [number, number],
  [pitch, rails, width]: readonly [number, number, number],
): number[] {
  return pack(frame, KIND.lattice, at, [hx, 0, hz], [pitch, rails, width]);
}
