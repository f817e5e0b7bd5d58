/**
 * A learned token in place of masked rows, as masked self-supervision hides them from an encoder.
 *
 * @module
 */
import { selectRows } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import { biasGradient, biasGradientScratch } from "../ops/bias_gradient.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What a row is taken from: a row of its own, the one row that there is, or zeros. */
const ROWS = 0;
const ONE_ROW = 1;
const ZEROS = 2;

/**
 * y[i] = mask[i] ? token : x[i], [N][C].
 *
 * @param mask u32 [N]; 0 leaves a row as it is.
 * @throws {TypeError} where the token is not [1][C].
 */
export function maskToken(graph: Graph, x: Tensor, mask: Tensor, token: Parameter): Tensor {
  expectShape("mask by", token.values, 1, x.channels);
  const select = (label: string, wanted: readonly [Tensor, number], other: typeof wanted) => {
    const y = graph.tensor(
      label,
      x.rows,
      x.channels,
      x.requiresGradient || token.trainable,
    );
    graph.emit(launch(selectRows, {
      constants: { C4: x.quads, UNMASKED: wanted[1], MASKED: other[1] },
      params: { rows: x.rows },
      bindings: [mask, wanted[0], other[0], y],
      workgroups: groupsOf64(x.rows * x.quads),
    }));
    return y;
  };
  const y = select("masked", [x, ROWS], [token.values, ONE_ROW]);
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    if (token.trainable) {
      const masked = select("grad token", [dy, ZEROS], [dy, ROWS]);
      const shape = { rows: x.rows, channels: x.channels };
      graph.emit(...biasGradient<Tensor>({
        ...shape,
        dy: masked,
        total: token.gradient,
        scratch: graph.tensor("partial sums", Math.ceil(biasGradientScratch(shape) / 16), 4),
        accumulate: !token.isReplaced,
      }));
    }
    if (x.requiresGradient) {
      graph.contribute(x, select(`grad ${x.label}`, [dy, ROWS], [dy, ZEROS]));
    }
  });
  return y;
}

/** Reference of {@link maskToken} on rows of token.length numbers. */
export function maskTokenReference(
  x: ArrayLike<number>,
  mask: ArrayLike<number>,
  token: ArrayLike<number>,
): Float64Array {
  const channels = token.length;
  return Float64Array.from(
    x,
    (value, i) => mask[Math.floor(i / channels)] ? token[i % channels]! : value,
  );
}

/** Gradients of {@link maskTokenReference} for rows of `channels` numbers. */
export function maskTokenBackwardReference(
  dy: ArrayLike<number>,
  mask: ArrayLike<number>,
  channels: number,
): { dx: Float64Array; dtoken: Float64Array } {
  const dx = new Float64Array(dy.length);
  const dtoken = new Float64Array(channels);
  for (let i = 0; i < dy.length; i++) {
    if (mask[Math.floor(i / channels)]) dtoken[i % channels]! += dy[i]!;
    else dx[i] = dy[i]!;
  }
  return { dx, dtoken };
}
