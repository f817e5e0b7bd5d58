/**
 * Heads as attention takes them: their channels filled up to a multiple of four, and queries and keys rotated by their
 * places (PointROPE of LitePT, Yue et al., arXiv 2512.13689; a three-dimensional form of RoFormer, arXiv 2104.09864), so that a score
 * depends on the difference of two places.
 *
 * @module
 */
import { heads as headsKernel } from "../../../kernels/attention/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** Queries, keys and values stand side by side. */
const PARTS = 3;
/** The first of them are rotated. */
const ROTATED = 2;

/** Channels of a head that is filled up. */
export function filledHead(width: number): number {
  return Math.ceil(width / 4) * 4;
}

/**
 * Rotates queries and keys and fills up all heads: qkv [N][3 heads · width] to [N][3 heads · filled width].
 *
 * @param rotations f32 [N][3][width / 6][2]: cosine and sine of the angles, those of x, then of y and z.
 * @throws {TypeError} where a head's channels are no multiple of six.
 */
export function rotatedHeads(graph: Graph, qkv: Tensor, heads: number, rotations: Tensor): Tensor {
  const width = qkv.channels / PARTS / heads;
  if (!Number.isInteger(width / 6)) {
    throw new TypeError(
      `Cannot rotate ${heads} heads of "${qkv.label}" [${qkv.rows}, ${qkv.channels}]: a head needs 6, 12, 18 ... channels`,
    );
  }
  const filled = filledHead(width);
  const y = graph.tensor(
    "rotated heads",
    qkv.rows,
    PARTS * heads * filled,
    qkv.requiresGradient,
  );
  const sizes = { heads, parts: PARTS, rotated: ROTATED };
  emit(graph, qkv, rotations, y, { ...sizes, from: width, to: filled, sign: 1 });
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    const dx = graph.tensor(`grad ${qkv.label}`, qkv.rows, qkv.channels);
    emit(graph, dy, rotations, dx, { ...sizes, from: filled, to: width, sign: -1 });
    graph.contribute(qkv, dx);
  });
  return y;
}

/** Takes the channels away that {@link rotatedHeads} filled up: [N][heads · filled width] to [N][heads · width]. */
export function packedHeads(graph: Graph, x: Tensor, heads: number, width: number): Tensor {
  const filled = filledHead(width);
  const y = graph.tensor("packed heads", x.rows, heads * width, x.requiresGradient);
  const sizes = { heads, parts: 1, rotated: 0, sign: 1 };
  emit(graph, x, x, y, { ...sizes, from: filled, to: width });
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
    emit(graph, dy, dy, dx, { ...sizes, from: width, to: filled });
    graph.contribute(x, dx);
  });
  return y;
}

interface HeadSizes {
  readonly heads: number;
  readonly parts: number;
  readonly rotated: number;
  readonly from: number;
  readonly to: number;
  readonly sign: number;
}

function emit(
  graph: Graph,
  x: Tensor,
  rotations: Tensor,
  y: Tensor,
  { heads, parts, rotated, from, to, sign }: HeadSizes,
): void {
  graph.emit(launch(headsKernel, {
    constants: {
      PARTS: parts,
      ROTATED: rotated,
      FROM: from,
      TO: to,
      X_STRIDE: 4 * x.quads,
      Y_STRIDE: 4 * y.quads,
    },
    params: { rows: y.rows, heads, sign },
    bindings: [x, rotations, y],
    workgroups: groupsOf64(y.rows * parts * heads),
  }));
}

/**
 * The rotations of places.
 *
 * @param coords four numbers for each row: x, y, z and one that is not used.
 * @param pairs angles of an axis, a sixth of a head's channels.
 * @param base what an angle falls by from the first to behind the last.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [cosine, sine] = rotationsOf([2, 0, 0, 0], 1, 100);
 * assert.ok(Math.abs(cosine! - Math.cos(2)) < 1e-7 && Math.abs(sine! - Math.sin(2)) < 1e-7);
 * ```
 */
export function rotationsOf(coords: ArrayLike<number>, pairs: number, base: number): Float32Array {
  const rows = coords.length / 4;
  const rotations = new Float32Array(rows * 3 * pairs * 2);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < 3; axis++) {
      for (let d = 0; d < pairs; d++) {
        const angle = coords[4 * row + axis]! / base ** (d / pairs);
        rotations[at++] = Math.cos(angle);
        rotations[at++] = Math.sin(angle);
      }
    }
  }
  return rotations;
}

/** Reference of {@link rotatedHeads}. */
export function rotatedHeadsReference(
  qkv: ArrayLike<number>,
  rows: number,
  heads: number,
  rotations: ArrayLike<number>,
): Float64Array {
  const width = qkv.length / rows / PARTS / heads;
  const filled = filledHead(width);
  const pairs = width / 6;
  const y = new Float64Array(rows * PARTS * heads * filled);
  for (let head = 0; head < rows * PARTS * heads; head++) {
    const row = Math.floor(head / (PARTS * heads));
    const [from, to] = [head * width, head * filled];
    for (let c = 0; c < width; c++) y[to + c] = qkv[from + c]!;
    if (head % (PARTS * heads) >= ROTATED * heads) continue;
    for (let axis = 0; axis < 3; axis++) {
      for (let d = 0; d < pairs; d++) {
        const [first, second] = [axis * 2 * pairs + d, axis * 2 * pairs + pairs + d];
        const at = ((row * 3 + axis) * pairs + d) * 2;
        const [cosine, sine] = [rotations[at]!, rotations[at + 1]!];
        const [u, v] = [qkv[from + first]!, qkv[from + second]!];
        y[to + first] = u * cosine - v * sine;
        y[to + second] = v * cosine + u * sine;
      }
    }
  }
  return y;
}

/** Gradient of {@link rotatedHeadsReference}: the opposite rotation, without what was filled up. */
export function rotatedHeadsBackwardReference(
  dy: ArrayLike<number>,
  rows: number,
  heads: number,
  rotations: ArrayLike<number>,
): Float64Array {
  const filled = dy.length / rows / PARTS / heads;
  const pairs = rotations.length / rows / 6;
  const width = 6 * pairs;
  const packed = Float64Array.from(
    { length: dy.length / filled * width },
    (_, i) => dy[Math.floor(i / width) * filled + i % width]!,
  );
  const opposite = Float64Array.from(rotations, (value, i) => i % 2 === 1 ? -value : value);
  const rotated = rotatedHeadsReference(packed, rows, heads, opposite);
  return packed.map((_, i) => rotated[Math.floor(i / width) * filled + i % width]!);
}
