/**
 * Boxes around solids, along the axes of the world.
 *
 * @module
 */
import { KIND, PRIMITIVE_WORDS, type Solids } from "./solids.ts";

/** Gives the lowest and the highest corner of the box around each primitive, f64 [count * 3] each, metres. */
export function extentsOf(
  { primitives: p, count }: Solids,
): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(count * 3), high = new Float64Array(count * 3);
  for (let index = 0; index < count; index++) {
    const w = index * PRIMITIVE_WORDS;
    const [hx, hy, hz] = halfSizes(p, w);
    const c = Math.abs(p[w + 8]!), s = Math.abs(p[w + 9]!);
    [c * hx + s * hy, s * hx + c * hy, hz].forEach((reach, axis) => {
      low[3 * index + axis] = p[w + axis]! - reach;
      high[3 * index + axis] = p[w + axis]! + reach;
    });
  }
  return { low, high };
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
