/**
 * Concatenation by channels: the U-Net's skip connections, upsampled rows first.
 *
 * @module
 */
import { concat, split } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/**
 * y = [a | b]: [N][Ca], [N][Cb] -> [N][Ca + Cb].
 *
 * @throws {TypeError} where the rows differ.
 */
export function concatenate(graph: Graph, a: Tensor, b: Tensor): Tensor {
  if (a.rows !== b.rows) {
    throw new TypeError(
      `Cannot concatenate "${a.label}" of ${a.rows} rows and "${b.label}" of ${b.rows}: ` +
        "the rows differ",
    );
  }
  const y = graph.features(
    "concatenate",
    a.rows,
    a.channels + b.channels,
    a.requiresGradient || b.requiresGradient,
    a.precision,
  );
  graph.emit(launch(concat, {
    constants: { CA: a.channels, CB: b.channels },
    params: { rows: y.rows },
    bindings: [a, b, y],
    workgroups: groupsOf64(y.allQuads),
  }));
  if (y.requiresGradient) {
    graph.differentiableByTerms(y, (first, second) => {
      const [da, db] = [a, b].map((part) => graph.gradientOf(part)) as [Tensor, Tensor];
      graph.emit(launch(split, {
        constants: { CA: a.channels, CB: b.channels, TWO: Number(second !== undefined) },
        params: { rows: y.rows },
        bindings: [first, second ?? first, da, db],
        workgroups: groupsOf64(a.allQuads + b.allQuads),
      }));
      if (a.requiresGradient) graph.contribute(a, da);
      if (b.requiresGradient) graph.contribute(b, db);
    });
  }
  return y;
}

/** Reference of {@link concatenate} on rows without padding. */
export function concatenateReference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rows: number,
): Float64Array {
  const ca = a.length / rows;
  const cb = b.length / rows;
  return Float64Array.from({ length: a.length + b.length }, (_, i) => {
    const row = Math.floor(i / (ca + cb));
    const c = i % (ca + cb);
    return c < ca ? a[row * ca + c]! : b[row * cb + c - ca]!;
  });
}

/** Gradient of {@link concatenateReference}: the two parts of dy. */
export function concatenateBackwardReference(
  dy: ArrayLike<number>,
  rows: number,
  ca: number,
): [Float64Array, Float64Array] {
  const width = dy.length / rows;
  const part = (first: number, channels: number) =>
    Float64Array.from(
      { length: rows * channels },
      (_, i) => dy[Math.floor(i / channels) * width + first + i % channels]!,
    );
  return [part(0, ca), part(ca, width - ca)];
}
