/**
 * LayerScale: a learned factor for each channel of a branch before it joins its residual (Touvron et al. 2021).
 *
 * @module
 */
import { scaleChannels, scaleChannelsSums } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import { chunksOf, reduction } from "../ops/split_reduction.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Threads that keep a device busy. */
const BUSY_THREADS = 512;

/**
 * y = x * gamma by channel, [N][C].
 *
 * @throws {TypeError} where gamma is not [1][C].
 */
export function layerScale(graph: Graph, x: Tensor, gamma: Parameter): Tensor {
  expectShape("scale by", gamma.values, 1, x.channels);
  const y = graph.tensor(
    "layer scale",
    x.rows,
    x.channels,
    x.requiresGradient || gamma.trainable,
  );
  emitScale(graph, x, gamma.values, y);
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    if (gamma.trainable) {
      const bytes = x.quads * 16;
      const chunks = chunksOf(x.rows, x.quads, bytes, 32_768, BUSY_THREADS);
      graph.emit(...reduction<Tensor>(chunks.count, bytes, {
        total: gamma.gradient,
        scratch: graph.tensor("partial sums", chunks.count, x.channels),
        accumulate: !gamma.isReplaced,
      }, (receiver) =>
        launch(scaleChannelsSums, {
          params: { rows: x.rows, chunkRows: chunks.size, chunks: chunks.count, quads: x.quads },
          bindings: [x, dy, receiver],
          workgroups: groupsOf64(chunks.count * x.quads),
        })));
    }
    if (!x.requiresGradient) return;
    const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
    emitScale(graph, dy, gamma.values, dx);
    graph.contribute(x, dx);
  });
  return y;
}

function emitScale(graph: Graph, from: Tensor, gamma: Tensor, to: Tensor): void {
  graph.emit(launch(scaleChannels, {
    constants: { C4: from.quads },
    params: { rows: from.rows },
    bindings: [from, gamma, to],
    workgroups: groupsOf64(from.rows * from.quads),
  }));
}

/** Reference of {@link layerScale} on rows of gamma.length numbers. */
export function layerScaleReference(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(x, (value, i) => value * gamma[i % gamma.length]!);
}

/** Gradients of {@link layerScaleReference}. */
export function layerScaleBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  gamma: ArrayLike<number>,
): { dx: Float64Array; dgamma: Float64Array } {
  const dgamma = new Float64Array(gamma.length);
  for (let i = 0; i < x.length; i++) dgamma[i % gamma.length]! += x[i]! * dy[i]!;
  return { dx: layerScaleReference(dy, gamma), dgamma };
}
