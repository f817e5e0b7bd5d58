/**
 * Packs primitives (solids.ts) in the frame of the object they belong to: (x, y, z) is the centre in that frame,
 * all measures are metres.
 *
 * @module
 */
import { type Frame, within } from "./frame.ts";
import { KIND } from "./solids.ts";

export type Triple = readonly [number, number, number];

function pack(
  frame: Frame,
  kind: number,
  [x, y, z]: Triple,
  [hx, hy, hz]: Triple,
  shape: readonly [number, number, number] = [0, 0, 0],
): number[] {
  const at = within(frame, x, y, z);
  const turn = [frame.cos, frame.sin];
  return [at.x, at.y, at.z, kind, hx, hy, hz, shape[0], ...turn, shape[1], shape[2]];
}

/** A box of half sizes `half`. */
export function box(frame: Frame, at: Triple, half: Triple): number[] {
  return pack(frame, KIND.box, at, half);
}

export function ellipsoid(frame: Frame, at: Triple, half: Triple): number[] {
  return pack(frame, KIND.ellipsoid, at, half);
}

/** An upright cone frustum of half height h. */
export function frustum(
  frame: Frame,
  at: Triple,
  bottom: number,
  top: number,
  h: number,
): number[] {
  return pack(frame, KIND.frustum, at, [bottom, bottom, h], [top, 0, 0]);
}

/** A cylinder along the frame's x, of half length `half`. */
export function roller(frame: Frame, at: Triple, half: number, radius: number): number[] {
  return pack(frame, KIND.roller, at, [half, radius, radius], [radius, 0, 0]);
}

/** A trapezoid of the x-z plane drawn out along y: low..high at its top, about the centre's x. */
export function prism(frame: Frame, at: Triple, half: Triple, low: number, high: number): number[] {
  return pack(frame, KIND.prism, at, half, [0, low, high]);
}

/** A sheet of uprights `pitch` apart and rails `rails` apart, all `width` wide, along the frame's x. */
export function lattice(
  frame: Frame,
  at: Triple,
  [hx, hz]: readonly [number, number],
  [pitch, rails, width]: Triple,
): number[] {
  return pack(frame, KIND.lattice, at, [hx, 0, hz], [pitch, rails, width]);
}
