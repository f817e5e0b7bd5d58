/**
 * Space-filling curves: a code for every voxel, by which a point transformer lines its voxels up (Wu et al., Point
 * Transformer V3, CVPR 2024). Codes are those of Pointcept.
 *
 * @module
 */

/** How voxels are lined up: along a Z-order or a Hilbert curve; `-trans` exchanges x and y first. */
export type SerializationOrder = "z" | "z-trans" | "hilbert" | "hilbert-trans";

/** All of them, in the order in which Point Transformer V3 lists them. */
export const SERIALIZATION_ORDERS: readonly SerializationOrder[] = [
  "z",
  "z-trans",
  "hilbert",
  "hilbert-trans",
];

/** Bits of a coordinate, at most: a code then has 48 bits below the number of its cloud. */
export const MAX_DEPTH = 16;

/**
 * Depth of the codes of coordinates up to `largest`: the number of bits of largest + 1. Hilbert codes depend on it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 6, 7].map(serializationDepth), [1, 3, 4]);
 * ```
 */
export function serializationDepth(largest: number): number {
  return 32 - Math.clz32(largest + 1);
}

/**
 * The code of a voxel: cloud * 2^(3 depth) + its place on the curve. Reference of the codes of `Serialization`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const codes = SERIALIZATION_ORDERS.map((order) => serializationCode(order, 4, 5, 9, 2));
 * assert.deepEqual(codes, [1294n, 2190n, 2008n, 3928n]);
 * ```
 */
export function serializationCode(
  order: SerializationOrder,
  depth: number,
  x: number,
  y: number,
  z: number,
  cloud = 0,
): bigint {
  const isTransposed = order.endsWith("-trans");
  const axes: [number, number, number] = isTransposed ? [y, x, z] : [x, y, z];
  const isHilbert = order.startsWith("hilbert");
  if (isHilbert) unfoldHilbert(axes, depth);
  let code = 0n;
  let parity = 0;
  for (let bit = depth - 1; bit >= 0; bit--) {
    for (const axis of axes) {
      const digit = axis >> bit & 1;
      // The inverse Gray code: each bit becomes its exclusive or with all higher ones.
      parity ^= digit;
      code = code << 1n | BigInt(isHilbert ? parity : digit);
    }
  }
  return BigInt(cloud) << BigInt(3 * depth) | code;
}

/** Skilling's transform (AIP Conference Proceedings 707, 2004), in place. */
function unfoldHilbert(axes: [number, number, number], depth: number): void {
  for (let bit = depth - 1; bit >= 0; bit--) {
    const lower = (1 << bit) - 1;
    for (let axis = 0; axis < 3; axis++) {
      if (axes[axis]! >> bit & 1) axes[0] ^= lower;
      else {
        const difference = (axes[0] ^ axes[axis]!) & lower;
        axes[0] ^= difference;
        axes[axis]! ^= difference;
      }
    }
  }
}
